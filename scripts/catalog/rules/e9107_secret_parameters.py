"""E9107: a secret given as a parameter is not shown again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading

SECRET = re.compile(r"(?i)password|passwd|secret|token|credential|api_?key|private_?key")
REFERENCE = re.compile(r"(Arn|Name|Id|Path|Uri|Url|Days|Length)$")
"""A name that ends so says where a secret lies, not what it is."""


class SecretParameters(HouseRule):
    """A parameter that sounds like a secret has NoEcho and no default."""

    id = "E9107"
    shortdesc = "A secret parameter has NoEcho and no Default"
    description = "Its value is otherwise readable by everyone who may describe the stack."
    source_url = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html"
    remedy = "Set NoEcho: true and drop the Default, or better take the ARN of a stored secret."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each that can be read."""
        for name, parameter in template.parameters.items():
            if not SECRET.search(name) or REFERENCE.search(name):
                continue
            if str(parameter.get("NoEcho", "")).lower() != "true":
                yield Violation(("Parameters", name), f"The secret {name} is shown in clear.")
            elif parameter.get("Default"):
                path = ("Parameters", name, "Default")
                yield Violation(path, f"The secret {name} has a default, which everyone can read.")
