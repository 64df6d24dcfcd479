"""Where things lie in a catalog, relative to its root."""

from __future__ import annotations

REHEARSALS = "tests/rehearsals"
"""Folder of the rehearsals: `<product>.py` each."""

SEEDS = "seed_code"
"""Folder of what projects' repositories start with: a folder each."""
