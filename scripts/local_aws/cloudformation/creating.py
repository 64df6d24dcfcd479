"""CreateStack: resources in the order of their dependencies; a failure rolls back."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException

from local_aws.cloudformation import (
    admission,
    deleting,
    ordering,
    outcomes,
    providers,
    schemas,
    store,
)
from local_aws.cloudformation.errors import AlreadyExists, ResourceFailed, ValidationError
from local_aws.cloudformation.intrinsic import Scope
from local_aws.cloudformation.model import Ask, Resource, Stack, new_id
from local_aws.cloudformation.providers.base import Made
from local_aws.cloudformation.world import Outside, Within, resolved_properties, scope_of


def create(account: str, region: str, ask: Ask) -> Stack:
    """Create a stack; one whose resources fail is rolled back, which is no exception.

    Raises:
        AlreadyExists: A stack of this name lives.
        ServiceException: The request is one CloudFormation refuses.
    """
    if store.find(account, region, ask.name):
        raise AlreadyExists(f"Stack [{ask.name}] already exists")
    template, values = admission.admit(ask, Outside(account, region, ask.role_arn))
    stack = Stack(
        id=new_id(account, region, ask.name),
        account=account,
        region=region,
        ask=ask,
        template=template,
        values=values,
    )
    order = ordering.order(template, scope_of(stack, template, values))
    store.put(stack)
    fill(stack, order)
    return stack


def fill(stack: Stack, order: list[str]) -> None:
    """Make the resources of a new stack, in the given order."""
    stack.turn("CREATE_IN_PROGRESS", "User Initiated")
    scope = scope_of(stack, stack.template, stack.values)
    failed = next((name for name in order if not make(stack, scope, name)), "")
    if not failed:
        try:
            finish(stack, scope)
        except (ServiceException, ResourceFailed) as error:
            failed, stack.reason = "Outputs", str(getattr(error, "message", error))
        else:
            stack.turn("CREATE_COMPLETE")
            return
    _undo(stack, failed)


def _undo(stack: Stack, failed: str) -> None:
    reason = f"The following resource(s) failed to create: [{failed}]. "
    if failed == "Outputs":
        reason = f"{stack.reason} "
    if stack.ask.on_failure == "DO_NOTHING":
        stack.turn("CREATE_FAILED", reason.strip())
        return
    stack.turn("ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
    clean = deleting.remove(stack, list(reversed(stack.resources)), creation=True)
    stack.turn("ROLLBACK_COMPLETE" if clean else "ROLLBACK_FAILED")
    if stack.ask.on_failure == "DELETE" and clean:
        deleting.delete(stack)


def declared(stack: Stack, scope: Scope, name: str) -> Resource:
    """A resource as the template declares it, its properties resolved and checked.

    Raises:
        ResourceFailed: The type's schema does not accept them.
        ServiceException: A function in them is wrong.
    """
    given = stack.template["Resources"][name]
    kind = given["Type"]
    properties = resolved_properties(scope, given)
    if wrong := schemas.problems(kind, properties):
        count = f"{len(wrong)} validation errors found" if len(wrong) > 1 else wrong[0]
        text = f"Properties validation failed for resource {name} with message: {count}"
        raise ResourceFailed(text if len(wrong) == 1 else f"{text} ({'; '.join(wrong)})")
    return Resource(
        logical_id=name,
        kind=kind,
        properties=properties,
        depends=ordering.dependencies(stack.template, name),
        deletion_policy=str(scope.resolve(given.get("DeletionPolicy", "Delete"))),
        replace_policy=str(scope.resolve(given.get("UpdateReplacePolicy", "Delete"))),
        metadata=given.get("Metadata"),
    )


def make(stack: Stack, scope: Scope, name: str) -> bool:
    """Make one resource; whether it worked. Events and reason are the stack's."""
    kind = stack.template["Resources"][name]["Type"]
    draft = Resource(
        logical_id=name,
        kind=kind,
        properties={},
        depends=frozenset(),
        deletion_policy="Delete",
        replace_policy="Delete",
    )
    stack.note(draft, "CREATE_IN_PROGRESS")
    try:
        draft = declared(stack, scope, name)
        draft.made = providers.of(kind).create(outcomes.order_for(stack, draft))
    except Exception as error:  # whatever a service says is the reason
        if left := getattr(error, "left_behind", ""):
            draft.made = Made(physical_id=left, attribute=str)
        stack.resources.setdefault(name, draft)
        stack.note(stack.resources[name], "CREATE_FAILED", outcomes.reason_of(error))
        return False
    stack.resources[name] = draft
    stack.note(draft, "CREATE_COMPLETE")
    return True


def finish(stack: Stack, scope: Scope) -> None:
    """Evaluate the outputs.

    Raises:
        ValidationError: A name is exported already, or an output is wrong.
    """
    outputs = []
    for key, output in (stack.template.get("Outputs") or {}).items():
        if "Condition" in output and not scope.condition(output["Condition"]):
            continue
        value = scope.resolve(output.get("Value"))
        if not isinstance(value, str | int | float | bool):
            raise ValidationError(
                f"Template format error: The Value field of every Outputs member must evaluate "
                f"to a String and not a {type(value).__name__} ({key})."
            )
        shown = {"OutputKey": key, "OutputValue": _text(value)}
        if "Description" in output:
            shown["Description"] = str(output["Description"])
        if "Export" in output:
            shown["ExportName"] = str(scope.resolve(output["Export"]["Name"]))
            _check_export(stack, shown["ExportName"])
        outputs.append(shown)
    stack.outputs = outputs
    assert isinstance(scope.world, Within)  # noqa: S101 - made by scope_of
    stack.imports = set(scope.world.imports)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _check_export(stack: Stack, name: str) -> None:
    for other in store.living(stack.account, stack.region):
        if other.id != stack.id and name in other.exports:
            raise ValidationError(
                f"Export with name {name} is already exported by stack {other.name}. "
                "Rollback requested by user."
            )
