"""Files of this program's own, known by how their names end."""

from __future__ import annotations

BUNDLE_SUFFIX = ".weighin.json"
