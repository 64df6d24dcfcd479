"""UpdateStack: only what changed, in place or by replacement; a failure goes back.

A resource is replaced when its type changed or a property that its schema calls create-only did.
The replaced one is deleted after everything else worked (user guide, *Update behaviors of stack
resources*).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow

from local_aws.cloudformation import (
    admission,
    creating,
    deleting,
    drift,
    ordering,
    outcomes,
    providers,
    schemas,
)
from local_aws.cloudformation.errors import ResourceFailed, ValidationError
from local_aws.cloudformation.intrinsic import Scope
from local_aws.cloudformation.model import Ask, Drift, Resource, Stack
from local_aws.cloudformation.template import Template
from local_aws.cloudformation.world import Outside, scope_of

READY = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
)
COMPARED = ("Outputs", "Mappings", "Conditions", "Transform")
NOT_ALONE = frozenset({"CreationPolicy", "DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy"})
"""Attributes of a resource that cannot be updated by themselves (API reference, *UpdateStack*)."""


def differs(stack: Stack, ask: Ask) -> bool:
    """Whether an update would do anything.

    Raises:
        ServiceException: The request is one CloudFormation refuses.
    """
    template, values = admission.admit(ask, Outside(stack.account, stack.region, ask.role_arn))
    return (
        _bare(template) != _bare(stack.template)
        or any(template.get(part) != stack.template.get(part) for part in COMPARED)
        or values != stack.values
        or dict(ask.tags) != dict(stack.ask.tags)
        or ask.notification_arns != stack.ask.notification_arns
    )


def _bare(template: Template) -> dict[str, Any]:
    return {
        name: {key: value for key, value in resource.items() if key not in NOT_ALONE}
        for name, resource in template["Resources"].items()
    }


def update(stack: Stack, ask: Ask, found: Mapping[str, Drift] | None = None) -> None:
    """Bring a stack to what the request says, or back to what it was.

    Args:
        stack: To be updated.
        ask: What the request says.
        found: How the resources stood, where a change set puts them back; a failure then goes back
            to that, not to what the last template said (user guide, *Drift-aware change sets*).

    Raises:
        ValidationError: There is nothing to do, or the stack is in no state to be updated.
        ServiceException: The request is one CloudFormation refuses.
    """
    if stack.status not in READY:
        text = f"Stack:{stack.id} is in {stack.status} state and can not be updated."
        raise ValidationError(text)
    if found is None and not differs(stack, ask):
        raise ValidationError("No updates are to be performed.")
    template, values = admission.admit(ask, Outside(stack.account, stack.region, ask.role_arn))
    order = ordering.order(template, scope_of(stack, template, values))
    remembered = stack.resources
    stack.resources = drift.as_it_is(stack, found or {}).resources
    _Update(stack, ask).run(template, values, order)
    if stack.status.startswith("UPDATE_ROLLBACK"):
        changed = {name for name, state in (found or {}).items() if state.status != drift.IN_SYNC}
        stack.resources |= {name: remembered[name] for name in changed}


class _Update:
    """One update: what was, what is new, what is to be cleaned up."""

    def __init__(self, stack: Stack, ask: Ask) -> None:
        self.stack, self.ask = stack, ask
        self.before = (stack.ask, stack.template, stack.values, stack.outputs, stack.imports)
        self.old = {name: resource.copy() for name, resource in stack.resources.items()}
        self.replaced: list[Resource] = []
        self.touched: list[str] = []
        self.wanted: dict[str, Mapping[str, Any]] = {}

    def run(self, template: Template, values: dict[str, Any], order: list[str]) -> None:
        stack = self.stack
        stack.turn("UPDATE_IN_PROGRESS", "User Initiated")
        stack.drift = "NOT_CHECKED"
        stack.ask, stack.template, stack.values = self.ask, template, values
        scope = scope_of(stack, template, values)
        failed = next((name for name in order if not self._bring(scope, name)), "")
        if not failed:
            try:
                creating.finish(stack, scope)
            except (ServiceException, ResourceFailed) as error:
                failed = str(getattr(error, "message", error))
        stack.updated = utcnow()
        if failed:
            self._go_back(failed)
        else:
            self._clean_up(order)

    def _bring(self, scope: Scope, name: str) -> bool:
        """One resource to its new state; whether it worked."""
        stack, old = self.stack, self.old.get(name)
        if old is None or old.made is None or old.status == "DELETE_COMPLETE":
            self.touched.append(name)
            stack.resources.pop(name, None)
            return creating.make(stack, scope, name)
        try:
            new = creating.declared(stack, scope, name)
            same = new.kind == old.kind and new.properties == old.properties
            if same and (stack.ask.tags == self.before[0].tags or not schemas.taggable(new.kind)):
                new.made, new.status, new.changed = old.made, old.status, old.changed
                stack.resources[name] = new
                return True
            self.touched.append(name)
            self.wanted[name] = new.properties
            stack.note(old.copy(), "UPDATE_IN_PROGRESS")
            self._change(old, new)
        except Exception as error:  # whatever a service says is the reason
            stack.resources[name] = old.copy()
            stack.note(stack.resources[name], "UPDATE_FAILED", outcomes.reason_of(error))
            return False
        stack.resources[name] = new
        stack.note(new, "UPDATE_COMPLETE")
        return True

    def _change(self, old: Resource, new: Resource) -> None:
        provider = providers.of(new.kind)
        order = outcomes.order_for(self.stack, new)
        assert old.made is not None  # noqa: S101 - looked at before
        if _needs_replacement(old, new):
            _refuse_same_name(old, new)
            new.made = provider.create(order)
            self.replaced.append(old)
            return
        new.made = provider.update(order, old.made, old.properties)
        if schemas.is_custom(new.kind) and new.made.physical_id != old.made.physical_id:
            self.replaced.append(old)

    def _clean_up(self, order: list[str]) -> None:
        stack = self.stack
        gone = [name for name in reversed(self.old) if name not in order]
        doomed = [r for r in self.replaced if r.replace_policy not in deleting.KEPT]
        if doomed or gone:
            stack.turn("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for resource in reversed(doomed):
            deleting.unmake(stack, resource)
        deleting.remove(stack, gone)
        for name in gone:
            stack.resources.pop(name, None)
        stack.resources = {name: stack.resources[name] for name in order}
        stack.turn("UPDATE_COMPLETE")

    def _go_back(self, failed: str) -> None:
        stack = self.stack
        what = f"The following resource(s) failed to update: [{failed}]. "
        if failed not in stack.template["Resources"]:
            what = f"{failed} "
        elif failed not in self.old:
            what = f"The following resource(s) failed to create: [{failed}]. "
        stack.turn("UPDATE_ROLLBACK_IN_PROGRESS", what)
        undone = [self._undo(name) for name in reversed(self.touched)]
        clean = all(undone)
        stack.ask, stack.template, stack.values, stack.outputs, stack.imports = self.before
        stack.turn("UPDATE_ROLLBACK_COMPLETE" if clean else "UPDATE_ROLLBACK_FAILED")
        stack.resources = {name: self.old.get(name, stack.resources[name]) for name in self.old}

    def _answers(self, name: str) -> bool:
        """Whether a resource whose update failed is custom: what its function did is undone."""
        old, token = self.old[name], "ServiceToken"
        failed = self.stack.resources[name].status == "UPDATE_FAILED" and name in self.wanted
        return (
            failed
            and schemas.is_custom(old.kind)
            and self.wanted[name][token] == old.properties[token]
        )

    def _undo_answer(self, old: Resource) -> bool:
        assert old.made is not None  # noqa: S101 - looked at before
        try:
            order = outcomes.order_for(self.stack, old)
            old.made = providers.of(old.kind).update(order, old.made, self.wanted[old.logical_id])
        except Exception as error:  # whatever a service says is the reason
            self.stack.note(old, "UPDATE_FAILED", outcomes.reason_of(error))
            return False
        self.stack.note(old, "UPDATE_COMPLETE")
        return True

    def _undo(self, name: str) -> bool:
        """One touched resource as it was; whether it worked."""
        stack, old, new = self.stack, self.old.get(name), self.stack.resources.get(name)
        if new is None or new.made is None:
            return True
        if old is None or old.made is None:
            return deleting.remove(stack, [name], creation=True)
        if old.made is new.made:
            return not self._answers(name) or self._undo_answer(old)
        if old in self.replaced:
            stack.note(old, "UPDATE_COMPLETE")
            return deleting.unmake(stack, new)
        try:
            order = outcomes.order_for(stack, old)
            old.made = providers.of(old.kind).update(order, new.made, new.properties)
        except Exception as error:  # whatever a service says is the reason
            stack.note(old, "UPDATE_FAILED", outcomes.reason_of(error))
            return False
        stack.note(old, "UPDATE_COMPLETE")
        return True


def _needs_replacement(old: Resource, new: Resource) -> bool:
    if old.kind != new.kind:
        return True
    if schemas.is_custom(new.kind):
        return False
    changed = {
        key
        for key in set(old.properties) | set(new.properties)
        if old.properties.get(key) != new.properties.get(key)
    }
    return bool(changed & schemas.create_only(new.kind))


def _refuse_same_name(old: Resource, new: Resource) -> None:
    """A resource with a name of its own cannot stand beside its replacement."""
    if old.kind != new.kind:
        return
    ids = schemas.identifier(new.kind)
    given = [new.properties.get(key) for key in ids]
    if all(given) and given == [old.properties.get(key) for key in ids]:
        name = "|".join(str(value) for value in given)
        raise ResourceFailed(
            f"CloudFormation cannot update a stack when a custom-named resource requires "
            f"replacing. Rename {name} and update the stack again."
        )
