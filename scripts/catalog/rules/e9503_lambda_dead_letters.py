"""E9503: an event that a function could not handle is kept."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, Resource, items, mapping, refers_to, text


class LambdaDeadLetters(HouseRule):
    """A function that events, topics or buckets call has a place for failed events."""

    id = "E9503"
    shortdesc = "A function called asynchronously keeps the events it fails on"
    description = "Lambda drops an event after its last retry, and nobody knows it was there."
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html"
    remedy = (
        "Set DeadLetterConfig on the function, or an OnFailure destination in its "
        "AWS::Lambda::EventInvokeConfig."
    )

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each such function without one."""
        callers = list(_callers(template))
        for function in template.of_type("AWS::Lambda::Function"):
            called = any(refers_to(value, function.name) for value in callers)
            if called and not _keeps_failures(template, function):
                yield Violation(function.path, f"{function.name} loses the events it fails on.")


def _callers(template: Reading) -> Iterator[object]:
    """Whatever names a function that is called without anybody waiting for the answer."""
    for rule in template.of_type("AWS::Events::Rule"):
        for target, _ in items(rule.properties.get("Targets"), ()):
            yield mapping(target).get("Arn")
    for schedule in template.of_type("AWS::Scheduler::Schedule"):
        yield mapping(schedule.properties.get("Target")).get("Arn")
    for subscription in template.of_type("AWS::SNS::Subscription"):
        if text(subscription.properties.get("Protocol")) == "lambda":
            yield subscription.properties.get("Endpoint")
    for topic in template.of_type("AWS::SNS::Topic"):
        yield topic.properties.get("Subscription")
    for bucket in template.of_type("AWS::S3::Bucket"):
        notification = mapping(bucket.properties.get("NotificationConfiguration"))
        yield notification.get("LambdaConfigurations")


def _keeps_failures(template: Reading, function: Resource) -> bool:
    if "DeadLetterConfig" in function.properties:
        return True
    for config in template.of_type("AWS::Lambda::EventInvokeConfig"):
        destinations = mapping(config.properties.get("DestinationConfig"))
        if "OnFailure" in destinations and refers_to(
            config.properties.get("FunctionName"), function.name
        ):
            return True
    return False
