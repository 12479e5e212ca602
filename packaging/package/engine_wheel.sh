#!/usr/bin/env bash
# Builds llama-cpp-python as one wheel for every x86-64 processor and every Linux from glibc 2.34 on: the engine in 14
# variants, one of which is chosen when it starts. Compiles for about 12 minutes of processor time.
# Usage: engine_wheel.sh PYTHON VERSION WORK OUT     PYTHON has package/requirements.txt; the wheel goes to OUT.
set -euo pipefail
python=$(realpath -s "$1") version=$2
mkdir -p "$3" "$4"
work=$(realpath "$3") out=$(realpath "$4")
here=$(cd "$(dirname "$0")" && pwd)
export PATH=$(dirname "$python"):$PATH
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct)}

source=$work/llama_cpp_python-$version
rm -rf "$source" "$work/compiling" "$work/raw"
"$python" -m pip download --no-deps --no-build-isolation --no-binary llama-cpp-python -d "$work" "llama-cpp-python==$version"
tar -xzf "$work/llama_cpp_python-$version.tar.gz" -C "$work"
# The binding insists on a library for llama.cpp's own tools, a quarter of the work, and never loads it.
sed -i 's/set(LLAMA_BUILD_COMMON ON CACHE.*FORCE)/set(LLAMA_BUILD_COMMON OFF CACHE BOOL "" FORCE)/' "$source/CMakeLists.txt"
grep -q 'LLAMA_BUILD_COMMON OFF' "$source/CMakeLists.txt"

flags=(
  -DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON -DLLAVA_BUILD=OFF
  # One file of each library, all of them in one folder: the engine and its binding then share one copy of libggml.
  -DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON -DCMAKE_INSTALL_BINDIR=llama_cpp/lib
  -DCMAKE_INSTALL_LIBDIR=llama_cpp/lib -DCMAKE_INSTALL_INCLUDEDIR=llama_cpp/include
  # The variants find libgomp beside them.
  '-DCMAKE_INSTALL_RPATH=$ORIGIN'
  # Else the length of the path it was built in stays behind as a gap in each library.
  -DCMAKE_BUILD_RPATH_USE_ORIGIN=ON
)
export CMAKE_ARGS="${flags[*]}"
# Not the folder it was built in; and GCC 12 drops stores to the tile configuration of the AMX code.
paths="-ffile-prefix-map=$source=. -ffile-prefix-map=$work/compiling=."
export CFLAGS="-U__AMX_INT8__ $paths" CXXFLAGS="-U__AMX_INT8__ $paths"
"$python" -m pip wheel --no-deps --no-build-isolation --no-cache-dir -C build-dir="$work/compiling" -w "$work/raw" "$source"

gomp=$("${CC:-cc}" -print-file-name=libgomp.so.1)
"$python" "$here/tidy_wheel.py" "$work"/raw/llama_cpp_python-*.whl "$out" --add "$gomp"
