"""Releases: a rendered template and its code, packed under one digest."""
