"""The files a template may take in, and all it does take in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.findings import Finding
from catalog.manifests.manifest import did_you_mean
from catalog.templates.template_checks import check, column_of

_TAKEN_IN = re.compile(r"^[ \t]*#@(?!#)(.*\b(?:include|import|extends)\b.*)", re.MULTILINE)
_QUOTED = re.compile(r"""(["'])(.*?)\1""")

SHARED = "products/_shared"
"""Macros and partials that every product may take in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFiles:
    """A product's own template files, and the shared ones.

    Args:
        folder: The product's folder relative to the catalog's root.
        templates: Every `*.j2` file under `products/`, relative to the root -> text.
    """

    folder: str
    templates: Mapping[str, str]

    def find(self, name: str) -> str | None:
        """File of a name as a template writes it: the product's own before the shared one."""
        candidates = (f"{self.folder}/{name}", f"{SHARED}/{name}")
        return next((path for path in candidates if path in self.templates), None)

    def load(self, name: str) -> tuple[str, str] | None:
        """Text and file of a name; None when there is no such file."""
        path = self.find(name)
        return (self.templates[path], path) if path else None

    def names(self) -> list[str]:
        """Every name that can be found."""
        return [
            path.removeprefix(f"{top}/")
            for top in (self.folder, SHARED)
            for path in self.templates
            if path.startswith(f"{top}/")
        ]

    def check(self, name: str) -> tuple[frozenset[str], tuple[Finding, ...]]:
        """The closure of a template.

        Args:
            name: Where to begin, e.g. `template.yaml.j2`.

        Returns:
            Every file it is made of, and what is wrong with them as they stand: findings C101,
            C102, C104, C105 and C110.
        """
        start = self.find(name)
        waiting = [start] if start else []
        met: set[str] = set()
        findings: list[Finding] = []
        while waiting:
            file = waiting.pop()
            if file in met:
                continue
            met.add(file)
            found, references = check(file, self.templates[file])
            findings += found
            for reference in references:
                path = self.find(reference.name)
                if path:
                    waiting.append(path)
                else:
                    findings.append(self.no_file(file, reference.line, reference.name))
        return frozenset(met), tuple(sorted(findings))

    def reachable(self, name: str) -> frozenset[str]:
        """Every file a template may take in, by the look of its statements.

        At least those of `check`, and found in a small part of its time.
        """
        start = self.find(name)
        waiting = [start] if start else []
        met: set[str] = set()
        while waiting:
            file = waiting.pop()
            if file not in met:
                met.add(file)
                names = (hit[1] for hit in _TAKEN_IN.finditer(self.templates[file]))
                named = (quoted[2] for line in names for quoted in _QUOTED.finditer(line))
                waiting += [path for each in named if (path := self.find(each))]
        return frozenset(met)

    def no_file(self, file: str, line: int, name: str) -> Finding:
        """Finding C104: `file` takes in a `name` that is not there."""
        return Finding(
            file=file,
            line=line,
            column=column_of(self.templates.get(file, ""), line, name),
            rule="C104",
            message=f"There is no file '{name}' in {self.folder} or {SHARED}.",
            remedy=did_you_mean(name, self.names()),
        )
