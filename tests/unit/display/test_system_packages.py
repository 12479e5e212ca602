"""Which line is told to whom, and that the README tells the same."""

from __future__ import annotations

import pytest
from tests.conftest import ROOT

from weighin.display.system_packages import DISTRIBUTIONS, distributions_here


def test_the_readme_names_the_line_of_each_distribution() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    for distribution in DISTRIBUTIONS:
        assert distribution.everything in lines


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', "Debian, Ubuntu"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\n', "Debian, Ubuntu"),
        ('NAME="Fedora Linux"\nID=fedora\n', "Fedora"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\n', "Fedora"),
        ("ID=manjaro\nID_LIKE=arch\n", "Arch"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "openSUSE"),
        ("ID='sles'\nID_LIKE='suse'\n", "openSUSE"),
    ],
)
def test_a_known_distribution_gets_its_own_line(release: str, name: str) -> None:
    assert [found.name for found in distributions_here(release)] == [name]


@pytest.mark.parametrize("release", ["", "ID=gentoo\n", "VERSION_ID=debian\n"])
def test_an_unknown_one_gets_all_lines(release: str) -> None:
    assert distributions_here(release) == DISTRIBUTIONS
