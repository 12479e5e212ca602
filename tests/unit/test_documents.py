"""What the documents name is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "desktop" / "weighin"
PAGES = ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md")
# A file or folder of the repository, as prose writes it: with an extension, or with a slash at its end.
_NAMED = re.compile(r"(?<![\w./:-])((?:[\w-]+/)*[\w-]+\.(?:py|toml|md|sh)|(?:[\w-]+/)+)(?![\w/])")


def exists(name: str, *beside: Path) -> bool:
    """Whether a file or folder with this path lies in one of the places from which prose names things."""
    places = (*beside, ROOT, PACKAGE, ROOT / "desktop", ROOT / "tests")
    deeper = (found for top in (PACKAGE, ROOT / "tests") for found in top.rglob(name.rstrip("/")))
    return any((place / name).exists() for place in places) or next(deeper, None) is not None


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    named = set(_NAMED.findall((ROOT / page).read_text()))
    assert named or page == "README.md"
    assert sorted(name for name in named if not exists(name)) == []


def test_every_file_that_a_package_names_is_there() -> None:
    lost = []
    for init in PACKAGE.rglob("__init__.py"):
        text = ast.get_docstring(ast.parse(init.read_text())) or ""
        lost += [f"{init.parent.name}: {name}" for name in _NAMED.findall(text) if not exists(name, init.parent)]
    assert lost == []
