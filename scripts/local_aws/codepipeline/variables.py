"""Variables in action configurations: `#{namespace.key}` (user guide, *Variables reference*)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

REFERENCE = re.compile(r"#\{([A-Za-z0-9@_-]+)\.([A-Za-z0-9@_-]+)\}")
OF_THE_PIPELINE = "variables"
OF_THE_EXECUTION = "codepipeline"


class Unresolved(Exception):
    """A configuration refers to a variable that has no value."""


def namespaces(configuration: Mapping[str, str]) -> Iterator[str]:
    """The namespaces a configuration refers to."""
    for value in configuration.values():
        yield from (found.group(1) for found in REFERENCE.finditer(value))


def resolved(
    configuration: Mapping[str, str], known: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """A configuration with every reference replaced.

    Args:
        configuration: As declared.
        known: Values by namespace and key.

    Raises:
        Unresolved: Names the references without a value.
    """
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        namespace, key = found.groups()
        if key in known.get(namespace, {}):
            return known[namespace][key]
        missing.append(found.group())
        return ""

    answer = {name: REFERENCE.sub(value, text) for name, text in configuration.items()}
    if missing:
        text = ", ".join(dict.fromkeys(missing))
        raise Unresolved(f"these variables of the configuration have no value: {text}")
    return answer
