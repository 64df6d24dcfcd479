"""Allowed or denied: the documented evaluation logic, case by case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws.iam.conditions import Malformed
from local_aws.iam.evaluation import (
    ALLOWED,
    EXPLICIT,
    IMPLICIT,
    Ask,
    Caller,
    Held,
    Verdict,
    decide,
)
from local_aws.iam.patterns import Context
from local_aws.iam.policies import Statement, statements

OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/builder"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/builder/night"
BUCKET, OBJECT = "arn:aws:s3:::example", "arn:aws:s3:::example/a/b.txt"
CALLER = Caller(arn=SESSION, principal=ROLE, account=OWN)
SERVICE = Caller(arn="sns.amazonaws.com", principal="sns.amazonaws.com", account="")


def policy(*given: dict[str, Any], name: str = "p") -> tuple[Statement, ...]:
    return statements(json.dumps({"Version": "2012-10-17", "Statement": list(given)}), name)


def says(effect: str, action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Any:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Any:
    return says("Allow", action, resource, **more)


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Any:
    return says("Deny", action, resource, **more)


def to(principal: Any) -> dict[str, Any]:
    return {"Principal": principal}


def decided(
    caller: Caller = CALLER,
    action: str = "s3:GetObject",
    on: str = OBJECT,
    context: Context | None = None,
    **held: Any,
) -> Verdict:
    ask = Ask(caller=caller, action=action, resource=on, context=context or {})
    return decide(ask, Held(**{"owner": OWN, **held}))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], IMPLICIT),
        ([allow()], ALLOWED),
        ([allow("s3:getobject")], ALLOWED),
        ([allow("s3:Get*", f"{BUCKET}/*")], ALLOWED),
        ([allow("s3:Get?bject")], ALLOWED),
        ([allow("*")], ALLOWED),
        ([allow("s3:PutObject")], IMPLICIT),
        ([allow(resource=BUCKET)], IMPLICIT),
        ([allow(resource=f"{BUCKET}/A/*")], IMPLICIT),
        ([allow(), deny()], EXPLICIT),
        ([deny(), allow()], EXPLICIT),
        ([allow(), deny(resource=f"{BUCKET}/b/*")], ALLOWED),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], ALLOWED),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], IMPLICIT),
        ([{"Effect": "Allow", "Action": "*", "NotResource": f"{BUCKET}/*"}], IMPLICIT),
        ([{"Effect": "Allow", "Action": "*", "NotResource": f"{BUCKET}/z/*"}], ALLOWED),
        ([allow(), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}], ALLOWED),
        ([allow(Condition={"Bool": {"aws:SecureTransport": "true"}})], ALLOWED),
        ([allow(Condition={"Bool": {"aws:SecureTransport": "false"}})], IMPLICIT),
        ([allow(), deny(Condition={"StringNotEquals": {"x:Missing": "1"}})], EXPLICIT),
        ([allow(resource="arn:aws:s3:::${x:Bucket}/*")], ALLOWED),
        ([allow(resource="arn:aws:s3:::${x:Missing}/*")], IMPLICIT),
    ],
)
def test_identity_policies(given: list[Any], expected: str) -> None:
    context = {"aws:securetransport": ("true",), "x:bucket": ("example",)}
    assert decided(identity=policy(*given), context=context).verdict == expected


def test_an_older_version_knows_no_variables() -> None:
    old = json.dumps(
        {"Version": "2008-10-17", "Statement": allow(resource="arn:aws:s3:::${x:B}/*")}
    )
    held = statements(old, "old")
    assert decided(identity=held, context={"x:b": ("example",)}).verdict == IMPLICIT


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"AWS": ROLE}, ALLOWED),
        ({"AWS": SESSION}, ALLOWED),
        ({"AWS": "*"}, ALLOWED),
        ("*", ALLOWED),
        ({"AWS": OWN}, IMPLICIT),
        ({"AWS": f"arn:aws:iam::{OWN}:root"}, IMPLICIT),
        ({"AWS": f"arn:aws:iam::{OWN}:role/other"}, IMPLICIT),
        ({"Service": "sns.amazonaws.com"}, IMPLICIT),
    ],
)
def test_a_resource_policy_alone_in_one_account(principal: Any, expected: str) -> None:
    """Naming the role suffices; naming its account leaves it to the role's own policies."""
    assert decided(resource=policy(allow(**to(principal)))).verdict == expected


@pytest.mark.parametrize(
    ("theirs", "own", "expected", "where"),
    [
        ([], [allow()], IMPLICIT, "resource-based policy"),
        ([allow(**to({"AWS": OWN}))], [], IMPLICIT, "identity-based policy"),
        ([allow(**to({"AWS": OWN}))], [allow()], ALLOWED, ""),
        ([allow(**to({"AWS": ROLE}))], [], IMPLICIT, "identity-based policy"),
        ([allow(**to({"AWS": ROLE}))], [allow()], ALLOWED, ""),
        ([allow(**to("*"))], [allow()], ALLOWED, ""),
        (
            [allow(**to({"AWS": OWN})), deny(**to("*"))],
            [allow()],
            EXPLICIT,
            "resource-based policy",
        ),
        ([allow(**to({"AWS": OWN}))], [allow(), deny()], EXPLICIT, "identity-based policy"),
    ],
)
def test_across_accounts_both_sides_allow(
    theirs: list[Any], own: list[Any], expected: str, where: str
) -> None:
    verdict = decided(owner=OTHER, resource=policy(*theirs), identity=policy(*own))
    assert (verdict.verdict, verdict.where) == (expected, where)


def test_not_principal_denies_all_others() -> None:
    others = policy({**deny(), "NotPrincipal": {"AWS": f"arn:aws:iam::{OWN}:role/other"}})
    assert decided(identity=policy(allow()), resource=others).verdict == EXPLICIT
    ways = [f"arn:aws:iam::{OWN}:root", ROLE, SESSION]
    me = policy({**deny(), "NotPrincipal": {"AWS": ways}})
    assert decided(identity=policy(allow()), resource=me).verdict == ALLOWED


@pytest.mark.parametrize(
    "ways", [[ROLE], [f"arn:aws:iam::{OWN}:root"], [f"arn:aws:iam::{OWN}:root", ROLE]]
)
def test_not_principal_names_account_role_and_session(ways: list[str]) -> None:
    some = policy({**deny(), "NotPrincipal": {"AWS": ways}})
    assert decided(identity=policy(allow()), resource=some).verdict == EXPLICIT


@pytest.mark.parametrize(
    ("effect", "more", "expected"),
    [
        ("Allow", {"Condition": {"StringNotEquals": {"aws:x": "${aws:PrincipalTag/t}"}}}, IMPLICIT),
        ("Allow", {"NotResource": "arn:aws:s3:::${aws:PrincipalTag/t}/*"}, IMPLICIT),
        ("Deny", {"Condition": {"StringNotEquals": {"aws:x": "${aws:PrincipalTag/t}"}}}, EXPLICIT),
    ],
)
def test_a_variable_without_a_value_allows_nothing(
    effect: str, more: dict[str, Any], expected: str
) -> None:
    statement = {**says(effect), **more}
    if "NotResource" in more:
        del statement["Resource"]
    context = {"aws:x": ("a",)}
    own = [allow()] if effect == "Deny" else []
    assert decided(identity=policy(*own, statement), context=context).verdict == expected


_OWN = policy(allow())


@pytest.mark.parametrize(
    ("narrowing", "where"),
    [
        ("boundary", "permissions boundary"),
        ("session", "session policy"),
    ],
)
def test_what_narrows(narrowing: str, where: str) -> None:
    def narrowed(*given: dict[str, Any], identity: Any = None) -> Verdict:
        held: dict[str, Any] = {
            narrowing: policy(*given),
            "identity": _OWN if identity is None else identity,
        }
        return decided(**held)

    assert narrowed(allow("s3:*")).allowed
    refused = narrowed(allow("s3:PutObject"))
    assert (refused.verdict, refused.where) == (IMPLICIT, where)
    refused = narrowed(allow(), deny())
    assert (refused.verdict, refused.where) == (EXPLICIT, where)
    assert narrowed(allow(), identity=()).where == "identity-based policy"


def test_a_boundary_limits_a_grant_to_the_role_but_not_to_its_session() -> None:
    narrow = policy(allow("s3:PutObject"))
    assert not decided(boundary=narrow, resource=policy(allow(**to({"AWS": ROLE})))).allowed
    assert decided(boundary=narrow, resource=policy(allow(**to({"AWS": SESSION})))).allowed


def test_every_level_of_the_organization_allows() -> None:
    full, narrow = policy(allow("*")), policy(allow("ec2:*"))
    own: dict[str, Any] = {"identity": policy(allow())}
    assert decided(**own, organization=(full, full)).allowed
    refused = decided(**own, organization=(full, narrow))
    assert (refused.verdict, refused.where) == (IMPLICIT, "service control policy")
    assert decided(**own, organization=(policy(allow("*"), deny()),)).verdict == EXPLICIT


def test_role_trust_must_allow_in_its_own_account_too() -> None:
    target = f"arn:aws:iam::{OWN}:role/target"

    def assume(trusted: Any, *own: Any) -> Verdict:
        trust = policy({"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"})
        return decided(
            action="sts:AssumeRole",
            on=target,
            resource_decides=True,
            resource_policy="role trust policy",
            resource=trust,
            identity=policy(*own),
        )

    may = allow("sts:AssumeRole", target)
    assert assume({"AWS": ROLE}).allowed
    assert assume({"AWS": OWN}, may).allowed
    assert assume({"AWS": OWN}).where == "identity-based policy"
    assert assume({"AWS": OTHER}, may).where == "role trust policy"
    assert assume({"Service": "lambda.amazonaws.com"}, may).where == "role trust policy"


def test_a_service_is_admitted_by_the_resource_alone() -> None:
    source = {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:*"}}
    admits = policy(allow(**to({"Service": "sns.amazonaws.com"}), Condition=source))
    topic = {"aws:sourcearn": ("arn:aws:sns:us-east-1:111122223333:news",)}
    assert decided(SERVICE, resource=admits, context=topic).allowed
    assert not decided(SERVICE, resource=admits).allowed
    assert not decided(SERVICE, resource=policy(allow(**to({"AWS": OWN})))).allowed
    assert decided(SERVICE, resource=policy(allow(**to("*")))).allowed


def test_an_account_itself_needs_no_identity_policy() -> None:
    root = f"arn:aws:iam::{OWN}:root"
    assert decided(Caller(arn=root, principal=root, account=OWN)).allowed


def test_the_deciding_statements_are_named() -> None:
    held = policy(allow("s3:PutObject"), allow(Sid="Read"), name="builder/reading")
    verdict = decided(identity=held)
    assert [str(one) for one in verdict.decided] == ["builder/reading, statement 1 (Read)"]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"Statement": [{"Effect": "Perhaps"}]}'])
def test_what_is_no_policy(text: str) -> None:
    with pytest.raises(Malformed, match="mine"):
        statements(text, "mine")
