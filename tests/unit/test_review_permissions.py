"""What a change of policies gives and takes, held against each other by name alone."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.reviewing.grants import in_templates, remarks
from catalog.reviewing.permissions import Permission, beyond, permissions
from catalog.reviewing.review import Topic

EVERY = "*"
QUEUES = "arn:aws:sqs:*:*:sagemaker-*"


def may(action: str, resource: str = QUEUES, **more: str) -> Permission:
    return Permission(holder="Role", effect="Allow", action=action, resource=resource, **more)


@pytest.mark.parametrize(
    ("old", "new", "gained"),
    [
        (may("sqs:*"), may("sqs:SendMessage"), False),
        (may("sqs:Get*"), may("sqs:getqueueurl"), False),
        (may("sqs:Get*"), may("sqs:SendMessage"), True),
        (may("sqs:SendMessage"), may("sqs:*"), True),
        (may("sqs:SendMessage", EVERY), may("sqs:SendMessage"), False),
        (may("sqs:SendMessage"), may("sqs:SendMessage", EVERY), True),
        (may("sqs:SendMessage"), may("sqs:SendMessage", "arn:aws:sqs:*:*:sagemaker-a"), False),
        (may("sqs:SendMessage"), may("sqs:SendMessage", "arn:aws:sqs:*:*:other"), True),
        (may("a:B", condition="{}"), may("a:B"), True),
        (may("a:B"), may("a:B", condition="{}"), False),
        (may("a:B", condition='{"a": 1}'), may("a:B", condition='{"a": 2}'), True),
        (may("a:B", principal="one"), may("a:B", principal="two"), True),
        (may("a:B", principal="*"), may("a:B", principal="two"), False),
        (may("a:[B]*"), may("a:B"), True),
        (may("a:B", "arn:aws:s3:*:b"), may("a:B", "arn:aws:s3:x:y:b"), True),
        (may("a:B", "arn:aws:s3:*"), may("a:B", "arn:aws:s3:x:y:b"), False),
        (may("a:B", "arn:aws:s3:::b/*"), may("a:B", "arn:aws:s3:::b/c:d"), False),
        (may("a:B", "arn:*:s3:::b"), may("a:B", "arn:${AWS::Partition}:s3:::b"), False),
        (may("a:B", "arn:aws:s3:::${A}?"), may("a:B", "arn:aws:s3:::${A}1"), False),
    ],
)
def test_names_decide(old: Permission, new: Permission, *, gained: bool) -> None:
    assert (beyond([new], [old]) == (new,)) is gained


def test_another_holder_or_effect_covers_nothing() -> None:
    new = may("a:B")
    other = Permission(holder="Other", effect="Allow", action="*", resource="*")
    denied = Permission(holder="Role", effect="Deny", action="*", resource="*")
    assert beyond([new], [other, denied]) == (new,)


def template(*statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    policy = {"PolicyName": "own", "PolicyDocument": {"Statement": list(statements)}}
    return {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Metadata": {"catalog": {"wildcards": {"All": "there is no finer one"}}},
                "Properties": {"Policies": [policy], **properties},
            }
        }
    }


ALLOW = {"Effect": "Allow", "Action": ["a:B", "a:C"], "Resource": ["r", {"Ref": "Topic"}]}


def test_a_statement_is_taken_apart() -> None:
    found = permissions(template(ALLOW))
    assert [(p.holder, p.effect, p.action, p.resource) for p in found] == [
        ("Role", "Allow", "a:B", "${Topic}"),
        ("Role", "Allow", "a:B", "r"),
        ("Role", "Allow", "a:C", "${Topic}"),
        ("Role", "Allow", "a:C", "r"),
    ]
    assert not any(p.wild for p in found)


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "a:*"},
        {"Action": "*"},
        {"Resource": "*"},
        {"Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::*"}},
        {"NotAction": "iam:*", "Action": []},
        {"NotResource": "r", "Resource": []},
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Resource": {"Fn::If": ["Wide", "*", "r"]}},
    ],
    ids=str,
)
def test_what_reaches_beyond_its_names_is_wild(change: dict[str, Any]) -> None:
    assert any(p.wild for p in permissions(template(ALLOW | change)))
    assert not any(p.wild for p in permissions(template(ALLOW | change | {"Effect": "Deny"})))


def told(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[Topic, tuple[str, ...], str]]:
    found = remarks("roles", set(permissions(old)), set(permissions(new)))
    return [(each.topic, each.names, " ".join(each.text)) for each in found]


def test_gains_and_losses_are_told_by_resource() -> None:
    new = ALLOW | {"Action": ["a:B", "a:D", "a:E"]}
    assert told(template(ALLOW), template(new)) == [
        (Topic.GAINED, ("a:D", "a:E"), "for Role on ${Topic}"),
        (Topic.GAINED, ("a:D", "a:E"), "for Role on r"),
        (Topic.LOST, ("a:C",), "for Role on ${Topic}"),
        (Topic.LOST, ("a:C",), "for Role on r"),
    ]


def test_a_wildcard_comes_with_its_reason_or_none() -> None:
    named = ALLOW | {"Sid": "All", "Resource": "*", "Action": "a:B"}
    (with_reason,) = told(template(), template(named))
    assert with_reason[0] is Topic.WILDCARD
    assert with_reason[2] == "for Role on * because: there is no finer one"
    (without,) = told(template(), template(named | {"Sid": "Other"}))
    assert without[2] == "for Role on * and nobody says why"


def test_a_denial_that_goes_is_a_gain_and_a_boundary_is_one() -> None:
    deny = {"Effect": "Deny", "Action": "a:B", "Resource": "*"}
    (freed,) = told(template(deny), template())
    assert freed == (Topic.GAINED, ("a:B",), "for Role on * (no longer denied)")
    bounded = template(PermissionsBoundary="arn:aws:iam::aws:policy/Bound")
    (unbound,) = told(bounded, template())
    assert unbound[0] is Topic.GAINED
    assert told(template(), bounded)[0][0] is Topic.LOST


def test_managed_policies_and_trust_count() -> None:
    full = template(ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonS3FullAccess"])
    ((topic, names, _),) = told(template(), full)
    assert (topic, names) == (Topic.GAINED, ("arn:aws:iam::aws:policy/AmazonS3FullAccess",))
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}}
    trusting = template(AssumeRolePolicyDocument={"Statement": trust})
    assert told(template(), trusting) == [
        (Topic.GAINED, ("sts:AssumeRole",), "for Role by 111122223333")
    ]


def test_a_policy_that_another_role_gets_is_a_gain() -> None:
    def policy(*roles: str) -> dict[str, Any]:
        document = {"Statement": [ALLOW]}
        properties = {"PolicyDocument": document, "Roles": [{"Ref": role} for role in roles]}
        return {"Resources": {"Own": {"Type": "AWS::IAM::Policy", "Properties": properties}}}

    assert told(policy("One"), policy("One", "Two")) == [
        (Topic.GAINED, ("everything it says",), "for Own by ${Two}")
    ]


def test_what_a_condition_decided_and_decides_no_more_is_a_gain() -> None:
    def chosen(statement: Any) -> Any:
        return {"Fn::If": ["Wide", statement, {"Ref": "AWS::NoValue"}]}

    one = {"Effect": "Allow", "Action": "a:B", "Resource": "r"}
    assert told(template(chosen(one)), template(one)) == [(Topic.GAINED, ("a:B",), "for Role on r")]
    assert told(template(one), template(chosen(one))) == [(Topic.LOST, ("a:B",), "for Role on r")]
    split = one | {"Resource": {"Fn::If": ["Wide", "*", "r"]}}
    assert [(p.resource, p.condition) for p in permissions(template(split))] == [
        ("*", "Wide"),
        ("r", "not Wide"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Resources: {1: {Type: 3}}",
        "Resources: &all {Queue: *all}",
        "Resources: {Queue: !GetAtt {of: other}}",
        "Resources: {Queue: !!int many}",
        "- Resources",
    ],
)
def test_other_yaml_of_a_seed_allows_nothing(text: str) -> None:
    assert in_templates({"hello.yaml": text}) == set()
