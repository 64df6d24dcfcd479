"""Allowed or denied (IAM user guide, *Policy evaluation logic*).

A deny anywhere ends it. Within one account what stands on the resource and what the caller holds
add up; across accounts both must allow. Boundaries, session policies and service control policies
only narrow. A role's trust policy and a key's policy must always allow, if only by naming the
account, which then decides by its own policies.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from local_aws.iam.patterns import Context
from local_aws.iam.policies import Statement

ALLOWED, IMPLICIT, EXPLICIT = "allowed", "implicit deny", "explicit deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks.

    Args:
        arn: As messages name the caller: an assumed role's session, a user, an account's root.
        principal: As policies name it: the role, the user, the root, or a service's principal.
        account: 12 digits; empty for a service.
    """

    arn: str
    principal: str
    account: str

    @property
    def is_service(self) -> bool:
        """A service acting as itself."""
        return not self.account

    @property
    def is_root(self) -> bool:
        """The account itself, whom identity policies do not limit."""
        return self.principal.endswith(":root")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One action on one resource.

    Args:
        resource: ARN; `*` when the action has none or it cannot be worked out.
    """

    caller: Caller
    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Every policy that bears on a request.

    Args:
        boundary, session: None where there is none, which does not narrow.
        organization: Service control policies, one tuple per level from root to account.
        owner: Account of the resource (12 digits).
        resource_decides: The resource's policy must allow in any case: role trust, KMS keys.
        resource_policy: How messages name what stands on the resource.
    """

    identity: tuple[Statement, ...] = ()
    boundary: tuple[Statement, ...] | None = None
    session: tuple[Statement, ...] | None = None
    organization: tuple[tuple[Statement, ...], ...] = ()
    resource: tuple[Statement, ...] = ()
    owner: str = ""
    resource_decides: bool = False
    resource_policy: str = "resource-based policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was decided.

    Args:
        verdict: `ALLOWED`, `IMPLICIT` or `EXPLICIT`.
        where: Kind of policy that denies, e.g. `identity-based policy`; empty when allowed.
        decided: The statements that decided.
    """

    verdict: str
    where: str = ""
    decided: tuple[Statement, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the request may be done."""
        return self.verdict == ALLOWED


class Naming(enum.IntEnum):
    """How a resource's policy names a caller, from not at all to exactly."""

    NOT = 0
    ACCOUNT = 1
    PRINCIPAL = 2
    SESSION = 3


def decide(ask: Ask, held: Held) -> Verdict:
    """Whether a request is allowed, and by or against which statements."""
    sources = (
        *(("service control policy", level) for level in held.organization),
        (held.resource_policy, tuple(s for s in held.resource if _denies_caller(s, ask.caller))),
        ("identity-based policy", held.identity),
        ("permissions boundary", held.boundary or ()),
        ("session policy", held.session or ()),
    )
    for where, statements in sources:
        if denying := tuple(s for s in _covering(statements, ask) if not s.allows):
            return Verdict(verdict=EXPLICIT, where=where, decided=denying)
    if ask.caller.is_service:
        return _by_resource(ask, held)
    return _by_caller(ask, held)


def _by_resource(ask: Ask, held: Held) -> Verdict:
    granting = tuple(s for s, _ in _granting(ask, held))
    if granting:
        return Verdict(verdict=ALLOWED, decided=granting)
    return Verdict(verdict=IMPLICIT, where=held.resource_policy)


def _by_caller(ask: Ask, held: Held) -> Verdict:
    for level in held.organization:
        if not _allowing(level, ask):
            return Verdict(verdict=IMPLICIT, where="service control policy")
    granting = _granting(ask, held)
    naming = max((naming for _, naming in granting), default=Naming.NOT)
    if naming is Naming.NOT and (held.resource_decides or ask.caller.account != held.owner):
        missing = Verdict(verdict=IMPLICIT, where=held.resource_policy)
        if held.resource_decides or _own_side(ask, held, granted=False).allowed:
            return missing
        return _own_side(ask, held, granted=False)
    same = ask.caller.account == held.owner
    by_resource = tuple(s for s, how in granting if how is naming)
    if same and naming is Naming.SESSION:
        return Verdict(verdict=ALLOWED, decided=by_resource)
    granted = same and naming is Naming.PRINCIPAL
    own = _own_side(ask, held, granted=granted)
    if not own.allowed:
        return own
    return Verdict(verdict=ALLOWED, decided=(*by_resource, *own.decided))


def _own_side(ask: Ask, held: Held, *, granted: bool) -> Verdict:
    """What the caller's own policies say; where the resource's has `granted`, identity need not."""
    identity = _allowing(held.identity, ask)
    if not (identity or granted or ask.caller.is_root):
        return Verdict(verdict=IMPLICIT, where="identity-based policy")
    for where, narrowing in (
        ("permissions boundary", held.boundary),
        ("session policy", held.session),
    ):
        if narrowing is not None and not _allowing(narrowing, ask):
            return Verdict(verdict=IMPLICIT, where=where)
    return Verdict(verdict=ALLOWED, decided=identity)


def _covering(statements: Iterable[Statement], ask: Ask) -> list[Statement]:
    return [s for s in statements if s.covers(ask.action, ask.resource, ask.context)]


def _allowing(statements: Iterable[Statement], ask: Ask) -> tuple[Statement, ...]:
    return tuple(s for s in _covering(statements, ask) if s.allows)


def _granting(ask: Ask, held: Held) -> list[tuple[Statement, Naming]]:
    named = ((s, naming(s, ask.caller)) for s in _allowing(held.resource, ask))
    return [(s, how) for s, how in named if how]


def _denies_caller(statement: Statement, caller: Caller) -> bool:
    return not statement.allows and naming(statement, caller) is not Naming.NOT


def naming(statement: Statement, caller: Caller) -> Naming:
    """How a statement on a resource names a caller (*Principal*, *NotPrincipal*)."""
    found = {_names(kind, name, caller) for kind, name in statement.principals or ()}
    if statement.not_principals:
        return Naming.NOT if found >= _every_way(caller) else Naming.PRINCIPAL
    return max(found, default=Naming.NOT)


def _every_way(caller: Caller) -> set[Naming]:
    """How `NotPrincipal` must name a caller to leave it out.

    It names the account as well as the role, and the session as well (*Specifying NotPrincipal*).
    """
    if caller.is_service:
        return {Naming.PRINCIPAL}
    if caller.is_root:
        return {Naming.SESSION}
    is_session = caller.arn != caller.principal
    return {Naming.ACCOUNT, Naming.SESSION} | ({Naming.PRINCIPAL} if is_session else set())


def _names(kind: str, name: str, caller: Caller) -> Naming:
    if kind == "Service":
        return Naming.PRINCIPAL if caller.is_service and name == caller.principal else Naming.NOT
    if kind != "AWS":
        return Naming.NOT
    if name == "*":
        return Naming.PRINCIPAL
    if caller.is_service:
        return Naming.NOT
    if name == caller.principal:
        # A user has no sessions of its own: its ARN names it as exactly as can be.
        return Naming.SESSION if name == caller.arn else Naming.PRINCIPAL
    if name == caller.arn:
        return Naming.SESSION
    account = name.split(":")[4] if name.endswith(":root") and name.count(":") >= 5 else name
    return Naming.ACCOUNT if account == caller.account else Naming.NOT
