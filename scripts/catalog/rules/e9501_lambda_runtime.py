"""E9501: functions run on a runtime with years ahead of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, branches, text
from catalog.templates import resource_types

OLDEST_PYTHON = (3, 12)
PYTHON = re.compile(r"python(\d+)\.(\d+)")


class LambdaRuntime(HouseRule):
    """Functions run Python 3.12 or newer; cfn-lint itself refuses deprecated runtimes by date."""

    id = "E9501"
    shortdesc = "Functions run on python3.12 or newer"
    description = "An older runtime is deprecated while projects that use it still live."
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html"
    remedy = "Set Runtime to python3.12 or a newer one that AWS Lambda lists."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each function on another runtime; container images have none."""
        for function in template.of_type("AWS::Lambda::Function"):
            if text(function.properties.get("PackageType")) == "Image":
                continue
            value = function.properties.get("Runtime")
            for runtime, path in branches(value, function.at("Runtime")):
                name = text(runtime) or "none"
                if not _current(name):
                    yield Violation(path, f"The runtime of {function.name} is {name}.")


def _current(name: str) -> bool:
    python = PYTHON.fullmatch(name)
    version = (int(python[1]), int(python[2])) if python else (0, 0)
    return version >= OLDEST_PYTHON and name in resource_types.lambda_runtimes()
