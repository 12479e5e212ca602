"""The screens of the tests. Without them Qt's offscreen platform has one of 800 by 800, too small for a window."""

from pathlib import Path

# The first is where windows open; those of a notebook and at scale factor 2 are what panels leave of them.
PLATFORM = f"offscreen:configfile={Path(__file__).with_name('screens.json')}"
