#!/usr/bin/env bash
# Makes all packages: the wheels of engine and program, and from them archive, .deb and AppImage, with their checksums.
# Usage: make.sh PYTHON [OUT] [WORK]     PYTHON: whose copy goes into the packages, with a shared library
# The engine's wheel is made once: where OUT has it, it is taken from there. The same commit makes the same bytes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
mkdir -p "${2:-$checkout/dist}" "${3:-$checkout/build/package}"
out=$(realpath "${2:-$checkout/dist}") work=$(realpath "${3:-$checkout/build/package}")
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$checkout/desktop/weighin/__init__.py")
engine_version=$(sed -n 's/^llama_cpp_python==//p' "$checkout/packaging/constraints.txt")
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$checkout" log -1 --format=%ct)}
export SOURCE_DATE_EPOCH PYTHONHASHSEED=0 PIP_DISABLE_PIP_VERSION_CHECK=1

sh "$here/linux/tools.sh"
step() { printf '\n== %s\n' "$*"; }

step "the tools"
venv=$work/venv python=$work/venv/bin/python
[ -x "$python" ] || "$1" -m venv "$venv"
"$python" -m pip install -q -c "$checkout/packaging/constraints.txt" -r "$here/requirements.txt" hatchling
export PATH=$venv/bin:$PATH

step "the engine for every processor"
engine=$(find "$out" -name "llama_cpp_python-$engine_version-*manylinux*.whl" | head -n 1)
[ -n "$engine" ] || "$here/engine_wheel.sh" "$python" "$engine_version" "$work/engine" "$out"

step "the program's wheel"
"$python" -m pip wheel -q --no-deps --no-build-isolation -w "$out" "$checkout"

step "the folder"
"$python" -m pip install -q -c "$checkout/packaging/constraints.txt" --find-links "$out" --only-binary llama-cpp-python \
  --force-reinstall --no-deps llama-cpp-python "$out/weighin-$version-py3-none-any.whl"
"$python" -m pip install -q -c "$checkout/packaging/constraints.txt" --find-links "$out" "$out/weighin-$version-py3-none-any.whl"
rm -rf "$work/folder"
pyinstaller --noconfirm --clean --log-level WARN --distpath "$work/folder" --workpath "$work/pyinstaller" "$here/weighin.spec"
cc -O2 -shared -fPIC -Wl,-soname,libcompat.so,--build-id=none -o "$work/libcompat.so" "$here/linux/compat.c"
"$python" "$here/linux/slim.py" "$work/folder/weighin" --compat "$work/libcompat.so"

step "the packages"
"$here/linux/packages.sh" "$python" "$work/folder/weighin" "$version" "$work" "$out"
cd "$out"
sha256sum "weighin-$version"* "weighin_$version"* "Weigh-In-$version"* llama_cpp_python-*.whl | tee SHA256SUMS
