"""Contributors' mistakes: numbered, at the line somebody wrote, with what to do about it.

A finding is a value and is collected, never raised. A number is given out in one place
only, `catalog.registry`; `docs/findings.md` is generated from it, and from the house rules in
`rules/`.

    C0xx manifests      C1xx rendering      C2xx versions
    C3xx packaging      C4xx the catalog as a whole
    E9xxx templates: house rules, run by cfn-lint (package `catalog.rules`)
    other E/W/I numbers: cfn-lint's own
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: errors stop a publish, warnings are shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One mistake.

    Args:
        file: Path relative to the catalog's root, with forward slashes.
        line: 1-based line in `file`; 0 when the whole file is meant.
        column: 1-based column; 0 when the whole line is meant.
        rule: Number of the finding, e.g. `C001`, `E9103`, `E3012`.
        message: What is wrong, one sentence.
        remedy: What to do, one sentence; may be empty when the message says it.
        severity: Errors stop a publish.
        at: Place inside a template, e.g. `Resources.Queue.Properties`; empty elsewhere. An `allow`
            entry of a manifest names it.
        allowed: The reason given by an `allow` entry; a finding that has one stops nothing.
    """

    file: str
    line: int = 0
    column: int = 0
    rule: str
    message: str
    remedy: str = ""
    severity: Severity = Severity.ERROR
    at: str = ""
    allowed: str = ""

    @property
    def place(self) -> str:
        """`file:line:column`, as editors and terminals link it; unknown parts are left out."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)

    @property
    def stops(self) -> bool:
        """Whether a publish must not go on."""
        return self.severity is Severity.ERROR and not self.allowed


@dataclass(frozen=True, slots=True)
class Rule:
    """An entry of the registry: what a number means, for the reference page.

    Args:
        number: E.g. `C001`.
        title: What is demanded, as a short sentence.
        why: What goes wrong otherwise.
    """

    number: str
    title: str
    why: str
