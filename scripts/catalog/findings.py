"""Contributors' mistakes: numbered, at the line somebody wrote, with what to do about it.

A finding is a value and is collected, never raised. The registry below is the only place where a
number is given out; `docs/findings.md` is generated from it, and from the house rules in `rules/`.

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


REGISTRY: tuple[Rule, ...] = (
    Rule(
        "C001",
        "A manifest is YAML that can be read",
        "Nothing can be said about a file nobody can read.",
    ),
    Rule(
        "C002",
        "A manifest has only keys of its schema",
        "A misspelt key would be ignored in silence.",
    ),
    Rule(
        "C003",
        "A manifest's values have the form its schema gives",
        "AWS refuses them later, half-way through a publish.",
    ),
    Rule(
        "C004",
        "A manifest has every key its schema demands",
        "The release could not be described in the catalog.",
    ),
    Rule(
        "C005",
        "A name used in a manifest exists",
        "Owners, products, OUs, seeds and values are referred to by name.",
    ),
    Rule(
        "C006",
        "A name is used once",
        "Two products or portfolios of one title cannot be told apart in Studio.",
    ),
)
