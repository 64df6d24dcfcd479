"""E9506: a custom resource answers whatever CloudFormation asks."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, Resource, mapping, refers_to, text
from catalog.templates.custom_resources import answers, is_custom, unanswered


class CustomResourceRequests(HouseRule):
    """The inline code behind a custom resource tells the requests apart, and answers.

    Only inline code can be seen from a template; of a bundle's code, packing finds it (C308).
    """

    id = "E9506"
    shortdesc = "A custom resource's code answers Create, Update and Delete"
    description = "A request without an answer leaves the stack hanging for an hour, then failed."
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html"
    )
    remedy = "Handle each RequestType, and answer to ResponseURL on every path."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each inline function that ignores a request or never answers."""
        customs = [r for r in template.resources.values() if is_custom(r.type)]
        for function in template.of_type("AWS::Lambda::Function"):
            code = text(mapping(function.properties.get("Code")).get("ZipFile"))
            if code is None or not any(_served_by(r, function) for r in customs):
                continue
            path = function.at("Code", "ZipFile")
            if missing := unanswered(code):
                yield Violation(path, f"{function.name} does not handle {', '.join(missing)}.")
            if not answers(code):
                yield Violation(path, f"{function.name} never answers to ResponseURL.")


def _served_by(resource: Resource, function: Resource) -> bool:
    return refers_to(resource.properties.get("ServiceToken"), function.name)
