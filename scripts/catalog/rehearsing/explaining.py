"""From an error and the recorded facts to lines that lead to the cause. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from catalog.errors import CatalogError
from catalog.rehearsing.leading import Leads
from catalog.rehearsing.recorded import Facts
from catalog.rehearsing.trouble import Unexpected

_MOST = 5
"""Facts of one kind that are shown; what failed last explains most."""

Named = Callable[[str], str]
"""An account (12 digits) as people call it."""


def explain(error: CatalogError, facts: Facts, leads: Leads, named: Named) -> tuple[str, ...]:
    """What was expected, what was seen, and what AWS recorded that may be the cause.

    Args:
        error: What ended the step.
        facts: Read after it.
        leads: Finds the line behind each.
        named: Says an account as people do.
    """
    lines = list(_error(error))
    for part in (_denials, _deliveries, _actions, _resources, _functions):
        lines += part(facts, leads, named)
    if not (facts.denials or facts.actions or facts.resources):
        lines += _unmet(facts, leads, named)
    lines += (f"the embedded AWS itself failed: {each}" for each in facts.faults)
    if facts.under_way:
        lines.append(f"still under way: {', '.join(facts.under_way)}")
    return tuple(lines)


def _error(error: CatalogError) -> Iterator[str]:
    if isinstance(error, Unexpected):
        yield f"expected: {error.expected}"
        yield f"seen: {error.seen}"
    else:
        yield error.what


def _denials(facts: Facts, leads: Leads, named: Named) -> Iterator[str]:
    for each in tuple(dict.fromkeys(facts.denials))[-_MOST:]:
        where = f" in {named(each.account)}" if each.account else ""
        yield f"IAM refused: role {each.role}{where} {each.action} on {each.resource}: {each.why}"
        if place := leads.to_role(each.role, each.action):
            yield f"  its permissions: {place}"


def _deliveries(facts: Facts, leads: Leads, named: Named) -> Iterator[str]:
    for each in facts.deliveries[-_MOST:]:
        yield f"event “{each.event}” in {named(each.account)}: {each.why}"
        if each.rule and (place := leads.to_rule(each.rule)):
            yield f"  its pattern and target: {place}"


def _unmet(facts: Facts, leads: Leads, named: Named) -> Iterator[str]:
    """Most events concern nobody; these explain where nothing else does."""
    for each in facts.unmet[-_MOST:]:
        yield f"no rule in {named(each.account)} meant the event “{each.event}”"
        if each.wanted:
            yield f"  the nearest, {each.rule}, wants {'; '.join(each.wanted)}"
        else:
            yield f"  {each.rule} means it now; then it was not there or not enabled"
        if place := leads.to_rule(each.rule):
            yield f"  its pattern: {place}"


def _actions(facts: Facts, leads: Leads, named: Named) -> Iterator[str]:
    for each in facts.actions[-_MOST:]:
        where = f"{each.pipeline} in {named(each.account)}"
        yield f"stage {each.stage}, action {each.action} of {where} failed: {each.message}"
        if each.log:
            yield f"  the last lines of {each.group}:"
            yield from (f"    {line}" for line in each.log if not _of_the_machine(line))
        if place := leads.to_code((each.message, *each.log)):
            yield f"  what failed is written in {place}"


def _of_the_machine(line: str) -> bool:
    """Whether a line of a build's log is about phases, not about what ran in them."""
    return line.startswith("[Container]") and "Command did not" not in line


def _resources(facts: Facts, leads: Leads, named: Named) -> Iterator[str]:
    for each in facts.resources[-_MOST:]:
        where = f"{each.stack} in {named(each.account)}"
        yield f"{each.type} {each.resource} of stack {where}: {each.reason}"
        if place := leads.to_resource(each.resource, each.type):
            yield f"  it is written in {place}"


def _functions(facts: Facts, leads: Leads, named: Named) -> Iterator[str]:  # noqa: ARG001
    for group, log in facts.functions[-_MOST:]:
        yield f"the last lines of {group}:"
        yield from (f"    {line}" for line in log)
