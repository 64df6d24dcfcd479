"""Manifests: from YAML text to frozen values, every mistake at its line and column."""
