"""E9504: a function's log is made with it, and goes with it."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, Resource, mapping, refers_to, text


class LambdaLogGroup(HouseRule):
    """Every function has its log group in the same template."""

    id = "E9504"
    shortdesc = "A function's log group stands in the template"
    description = "Lambda otherwise creates one that is kept for ever, and survives the stack."
    source_url = (
        "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html"
    )
    remedy = (
        "Add an AWS::Logs::LogGroup named /aws/lambda/<function>, or set LoggingConfig.LogGroup."
    )

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each function without."""
        groups = list(template.of_type("AWS::Logs::LogGroup"))
        for function in template.of_type("AWS::Lambda::Function"):
            if not any(_belongs(group, function) for group in groups):
                yield Violation(function.path, f"{function.name} has no log group here.")


def _belongs(group: Resource, function: Resource) -> bool:
    logging = mapping(function.properties.get("LoggingConfig"))
    name = group.properties.get("LogGroupName")
    own = text(logging.get("LogGroup"))
    if own is not None:
        return own in {"${" + group.name + "}", text(name)}
    if refers_to(name, function.name):
        return True
    function_name = text(function.properties.get("FunctionName"))
    return function_name is not None and text(name) == f"/aws/lambda/{function_name}"
