"""Findings as other programs read them: SARIF for code scanning, JUnit XML for build systems."""
