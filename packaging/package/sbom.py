"""Writes what a package is made of: an SBOM (CycloneDX) that names every library in the folder with version and licence,
and the licences' texts beside it. Ends with an error where a library belongs to nothing it knows.

    python sbom.py FOLDER VERSION     with the program and package/requirements.txt installed"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

OWN = "_internal"
DEBIAN = Path("/usr/share/doc")
COMMON_LICENCES = Path("/usr/share/common-licenses")
QT = "pyside6_essentials"
EXCEPTED = "GPL-3.0-or-later WITH GCC-exception-3.1"
# Libraries that come inside the packages of others: pattern of their place, name, licence, whose package.
WITHIN = (
    (r"PySide6/Qt/lib/libicu\w+\.so\.(\d+)", "icu", "ICU", QT),
    (r"PySide6/Qt/.*", "qt", "LGPL-3.0-only", QT),
    (r"PySide6/(libpyside6|Qt\w+\.abi3|\w+).*", "pyside6", "LGPL-3.0-only", QT),
    (r"shiboken6/.*", "shiboken6", "LGPL-3.0-only", "shiboken6"),
    (r"numpy\.libs/libscipy_openblas.*", "openblas", "BSD-3-Clause", "numpy"),
    (r"numpy\.libs/libgfortran.*", "libgfortran", EXCEPTED, "numpy"),
    (r"numpy\.libs/libquadmath.*", "libquadmath", "LGPL-2.1-or-later", "numpy"),
    (r"llama_cpp/lib/lib(ggml|llama).*", "llama.cpp", "MIT", "llama_cpp_python"),
    (r"llama_cpp/lib/libgomp.*", "libgomp", EXCEPTED, ""),
    (r"python3\.\d+/lib-dynload/.*|libpython3.*", "python", "PSF-2.0", ""),
    (r"fallback/libcompat.so|libcompat.so", "weighin", "MIT", "weighin"),
    (r"fonts/.*", "dejavu-fonts", "Bitstream-Vera", ""),
)
TEXTS_OF = {
    "qt": ("LGPL-3", "GPL-3"),
    "pyside6": ("LGPL-3", "GPL-3"),
    "shiboken6": ("LGPL-3", "GPL-3"),
    "libgomp": ("GPL-3",),
}
# In the AppImage's runtime, which is linked statically.
RUNTIME = {
    "libsquashfuse-dev": "BSD-2-Clause",
    "libfuse3-dev": "LGPL-2.1-only",
    "libzstd-dev": "BSD-3-Clause OR GPL-2.0-only",
    "libc6-dev": "LGPL-2.1-or-later",
}


# Of Debian's libraries, in the words of SPDX: what their texts say of the library itself, without its tests and tools.
OF_DEBIAN = (
    (r"lib(xcb|x11|xau|xdmcp|xkbcommon|wayland|gl1|glx|glvnd|egl|brotli|expat|ffi).*", "MIT"),
    (r"lib(glib2|systemd|gcrypt|gpg-error).*", "LGPL-2.1-or-later"),
    (r"lib(bsd|md|uuid|pcre2).*", "BSD-3-Clause"),
    (r"libdbus.*", "AFL-2.1 OR GPL-2.0-or-later"),
    (r"libfontconfig.*", "HPND-sell-variant"),
    (r"libfreetype.*", "FTL OR GPL-2.0-or-later"),
    (r"libpng.*", "libpng-2.0"),
    (r"libcap2", "BSD-3-Clause OR GPL-2.0-only"),
    (r"libzstd1", "BSD-3-Clause OR GPL-2.0-only"),
    (r"liblz4-1", "BSD-2-Clause"),
    (r"libssl.*", "Apache-2.0"),
    (r"libsqlite3.*", "blessing"),
    (r"libbz2.*", "bzip2-1.0.6"),
    (r"zlib1g", "Zlib"),
)


@dataclass
class Component:
    """Something in the folder. texts: files with its licence; files: its libraries, relative to the folder."""

    name: str
    version: str
    licence: str
    purl: str = ""
    texts: list[Path] = field(default_factory=list)
    files: list[str] = field(default_factory=list)

    def described(self) -> dict[str, object]:
        """In CycloneDX."""
        body: dict[str, object] = {
            "type": "library",
            "bom-ref": self.purl or f"{self.name}@{self.version}",
            "name": self.name,
            "version": self.version,
            "licenses": [{"expression": self.licence}]
            if is_expression(self.licence)
            else [{"license": {"name": self.licence}}],
        }
        if self.purl:
            body["purl"] = self.purl
        if self.files:
            body["evidence"] = {"occurrences": [{"location": file} for file in sorted(self.files)]}
        return body


def main(folder: Path, version: str) -> None:
    """Write `sbom.cdx.json` and `licences/` into the folder."""
    parts = Parts(folder / "app")
    components = parts.all()
    texts = folder / "licences"
    shutil.rmtree(texts, ignore_errors=True)
    for component in components:
        keep_texts(component, texts)
    (folder / "sbom.cdx.json").write_text(json.dumps(bom(components, version), indent=1) + "\n")
    print(len(components), "components,", sum(len(component.files) for component in components), "libraries")


class Parts:
    """The components of a folder that PyInstaller made."""

    def __init__(self, app: Path) -> None:
        self._app = app
        self._found: dict[str, Component] = {}

    def all(self) -> list[Component]:
        """Everything in the folder, by name."""
        for about in metadata.distributions(path=[str(self._app / OWN)]):
            self._add(of_distribution(about))
        for library in libraries(self._app):
            self._attribute(library)
        self._add(bootloader())
        for component in runtime() if sys.platform == "linux" else ():
            self._add(component)
        return [self._found[name] for name in sorted(self._found)]

    def _add(self, component: Component) -> Component:
        return self._found.setdefault(component.name, component)

    def _attribute(self, library: Path) -> None:
        """Find out what a library belongs to."""
        place = library.relative_to(self._app).as_posix()
        inner = place.removeprefix(f"{OWN}/")
        self._owner(library, inner).files.append(place)

    def _owner(self, library: Path, inner: str) -> Component:
        if library.parent == self._app:
            return self._add(bootloader())
        for pattern, name, licence, package in WITHIN:
            if match := re.fullmatch(pattern, inner):
                return self._add(self._within(name, licence, package, match))
        first = inner.partition("/")[0]
        for component in self._found.values():
            if first in (component.name, *tops(component.name)):
                return component
        return self._add(of_debian(library.name))

    def _within(self, name: str, licence: str, package: str, match: re.Match[str]) -> Component:
        if name in ("python", "libgomp", "dejavu-fonts"):
            return {"python": python, "libgomp": gomp, "dejavu-fonts": fonts}[name]()
        about = metadata.distribution(package)
        version = version_within(name, match) or about.version
        return Component(name, version, licence, texts=texts_of(about) or common(TEXTS_OF.get(name, ())))


def version_within(name: str, match: re.Match[str]) -> str:
    """The version of a library inside the package of another one; "" where it is the package's own."""
    if name == "openblas":
        import numpy

        return str(numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]["version"])
    if name == "llama.cpp":
        import llama_cpp

        return str(llama_cpp.llama_version().decode())
    if name.startswith(("libgfortran", "libquadmath")):
        return match[0].partition(".so.")[2]
    return match[1] if name == "icu" else ""


def libraries(app: Path) -> Iterable[Path]:
    """Every program, library and font, each once."""
    for file in sorted(app.rglob("*")):
        if file.is_symlink() or not file.is_file():
            continue
        with file.open("rb") as stream:
            start = stream.read(4)
        if start[:4] in (b"\x7fELF", b"\xcf\xfa\xed\xfe") or start[:2] == b"MZ" or file.suffix == ".ttf":
            yield file


def of_distribution(about: metadata.Distribution) -> Component:
    """A Python package."""
    name, version = about.metadata["Name"].lower().replace("-", "_"), about.version
    classifiers = [
        each.rpartition(" :: ")[2] for each in about.metadata.get_all("Classifier", []) if each.startswith("License")
    ]
    licence = about.metadata["License-Expression"] or (about.metadata["License"] or "").splitlines()[:1] or classifiers
    said = licence if isinstance(licence, str) else "; ".join(licence)
    installed = metadata.distribution(name)
    texts = texts_of(installed) or (common(("LGPL-3", "GPL-3")) if "LGPL" in said else [])
    return Component(name, version, said or "unknown", f"pkg:pypi/{name.replace('_', '-')}@{version}", texts)


def texts_of(about: metadata.Distribution) -> list[Path]:
    """Files with the licence of an installed Python package."""
    names = re.compile(r"(licen[cs]e|copying|notice)", re.I)
    found = [
        Path(str(about.locate_file(file)))
        for file in about.files or ()
        if ".dist-info" in str(file) and names.search(str(file))
    ]
    return [file for file in found if file.is_file()]


def tops(name: str) -> list[str]:
    """Names of the folders and modules that an installed Python package is made of."""
    try:
        files = metadata.distribution(name).files or ()
    except metadata.PackageNotFoundError:
        return []
    return sorted({file.parts[0].partition(".")[0] for file in files if not file.parts[0].endswith(".dist-info")})


def of_debian(library: str) -> Component:
    """A library of the system this was made on."""
    said = subprocess.run(["dpkg", "-S", f"*/{library}*"], capture_output=True, text=True, check=False).stdout
    owners = [
        line.partition(":")[0] for line in said.splitlines() if "/lib" in line and not line.startswith("diversion")
    ]
    if not owners:
        raise SystemExit(f"{library} belongs to no package that is known: say in sbom.py to which")
    return debian_package(sorted(set(owners), key=len)[0])


def debian_package(name: str, licence: str = "") -> Component:
    """A package of the Debian this was made on."""
    asked = ["dpkg-query", "-W", "-f", "${Version}\n", name]
    version = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()[0]
    text = DEBIAN / name / "copyright"
    said = re.findall(r"^License: *(\S.*)$", text.read_text(errors="replace"), re.M) if text.exists() else []
    known = next((spdx for pattern, spdx in OF_DEBIAN if re.fullmatch(pattern, name)), "")
    licence = licence or known or "; ".join(dict.fromkeys(said)) or "see the text"
    return Component(name, version, licence, f"pkg:deb/debian/{name}@{version}", [text] if text.exists() else [])


def python() -> Component:
    """Python itself."""
    version = platform.python_version()
    places = (
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        DEBIAN / f"libpython3.{sys.version_info[1]}" / "copyright",
    )
    return Component(
        "python", version, "PSF-2.0", f"pkg:generic/python@{version}", [place for place in places if place.exists()]
    )


def gomp() -> Component:
    """What runs the engine's threads."""
    owner = debian_package("libgomp1", EXCEPTED)
    return Component("libgomp", owner.version, EXCEPTED, owner.purl, [*owner.texts, *common(("GPL-3",))])


def fonts() -> Component:
    """The fonts for computers without any."""
    return debian_package("fonts-dejavu-core", "Bitstream-Vera AND LicenseRef-DejaVu-public-domain")


def bootloader() -> Component:
    """What starts Python."""
    about = metadata.distribution("pyinstaller")
    licence = "GPL-2.0-or-later WITH Bootloader-exception"
    return Component(
        "pyinstaller-bootloader", about.version, licence, f"pkg:pypi/pyinstaller@{about.version}", texts_of(about)
    )


def runtime() -> Iterable[Component]:
    """What the AppImage begins with."""
    for name, licence in RUNTIME.items():
        yield debian_package(name, licence)


def common(names: Iterable[str]) -> list[Path]:
    """Texts of licences that many share."""
    return [COMMON_LICENCES / name for name in names if (COMMON_LICENCES / name).exists()]


def keep_texts(component: Component, texts: Path) -> None:
    """Put the licence of a component beside the program."""
    if not component.texts:
        return
    place = texts / component.name
    place.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(component.texts):
        target = place / file.name
        shutil.copyfile(file, target if not target.exists() else place / f"{number}-{file.name}")


def is_expression(licence: str) -> bool:
    """Whether this reads as an SPDX expression of usual licences."""
    words = re.split(r" (?:AND|OR|WITH) |[()]+", licence)
    return all(re.fullmatch(r"[A-Za-z0-9.+-]*", word.strip()) for word in words) and licence != "unknown"


def bom(components: list[Component], version: str) -> dict[str, object]:
    """The whole document; of one folder always the same."""
    moment = int(os.environ["SOURCE_DATE_EPOCH"])
    described = [component.described() for component in components]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(described))}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": f"weighin@{version}",
                "name": "Weigh-In",
                "version": version,
            },
        },
        "components": described,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
