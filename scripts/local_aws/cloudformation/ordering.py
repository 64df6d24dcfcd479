"""Which resources a template makes, and in which order."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsic import Scope
from local_aws.cloudformation.template import Template, depends_on, references


def dependencies(template: Template, name: str) -> frozenset[str]:
    """The resources that must exist before `name`, by reference or `DependsOn`."""
    resources = template["Resources"]
    declared = resources[name]
    used = {
        target
        for kind, target, _ in references(declared.get("Properties"))
        if kind != "Condition" and target in resources
    }
    return frozenset(used | set(depends_on(declared)))


def order(template: Template, scope: Scope) -> list[str]:
    """Logical ids of the resources whose condition holds, each after what it needs.

    Raises:
        ValidationError: Resources need each other in a circle, or a condition is wrong.
    """
    resources = template["Resources"]
    wanted = [
        name
        for name, declared in resources.items()
        if "Condition" not in declared or scope.condition(declared["Condition"])
    ]
    graph = {name: dependencies(template, name) for name in resources}
    try:
        sequence = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        names = ", ".join(sorted(set(error.args[1])))
        raise ValidationError(f"Circular dependency between resources: [{names}]") from error
    return [name for name in sequence if name in set(wanted)]
