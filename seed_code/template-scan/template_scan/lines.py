"""What a line of a template may not hold.

Templates are read as lines, because neither Python nor boto3 can parse YAML: what is judged by its
meaning, resource types and capabilities, is asked of CloudFormation itself, see `summary`. Rules on
lines are therefore strict: a lone `*` is refused wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that must not be deployed.

    Args:
        file: Where, relative to the scanned folder.
        line: From 1; 0 when the file as a whole is meant.
        rule: Name of the rule.
        why: What was found, and what to do instead.
    """

    file: str
    line: int
    rule: str
    why: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.rule}: {self.why}"


VALUE = r"""(?:^|[\s\[,:{])(["']?)%s\1(?=\s*(?:[,\]}]|$))"""
RULES = {
    "wildcard": (
        # Everything, or everything below a prefix that ends with a colon: *, s3:*, arn:aws:s3:::*
        re.compile(VALUE % r"""(?:[^\s"',\[\]{}]*:)?\*"""),
        "a value that matches everything; name what is meant",
    ),
    "secret": (
        re.compile(
            r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY|"
            r"""(?:^|[\s{,"'])\w*(?i:password|secret|token|api_?key)\w*["']?\s*:\s*["']?[\w+/=-]"""
        ),
        "a secret in plain text; refer to Secrets Manager with {{resolve:secretsmanager:…}}",
    ),
    "container": (
        re.compile(r"""(?:^|[\s{,"'])(?:Image|ModelDataUrl|ModelDataSource)["']?\s*:"""),
        "a container that nobody approved; take the model from the registry by ModelPackageName",
    ),
}
"""Name of a rule -> what a line must not match, and why."""


def findings(file: str, text: str) -> Iterator[Finding]:
    """Every line of a text that breaks a rule; comments are passed over."""
    for number, line in enumerate(text.splitlines(), start=1):
        said = without_comment(line)
        for rule, (pattern, why) in RULES.items():
            if re.search(pattern, said):
                yield Finding(file=file, line=number, rule=rule, why=why)


def without_comment(line: str) -> str:
    """A line of YAML up to its comment: `#` in front or after a space, outside of quotes."""
    quote = ""
    for place, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#" and (place == 0 or line[place - 1].isspace()):
            return line[:place]
    return line
