"""Versions in the world: what was released, whether it still is what it was, who runs it."""
