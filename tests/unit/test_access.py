"""What roles are written to hold, what a launch role lacks, and reasons that explain nothing."""

from collections.abc import Sequence
from typing import Any

import pytest

from catalog.access import coverage, launching, reasons, reporting, written
from catalog.access.coverage import Standing
from catalog.model import Rendered, SourceFile, SourceLine

TEMPLATE = """\
Resources:
  LaunchRole:
    Type: AWS::IAM::Role
    Properties:
      RoleName: catalog-launch
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: servicecatalog.amazonaws.com}
            Action: sts:AssumeRole
      Policies:
        - PolicyName: topics
          PolicyDocument:
            Statement:
              - Sid: Topics
                Effect: Allow
                Action:
                  - sns:Get*
                  - sns:CreateTopic
                Resource: !Sub arn:aws:sns:*:${AWS::AccountId}:sagemaker-*
              - !If
                - Strict
                - Sid: No
                  Effect: Deny
                  Action: sns:DeleteTopic
                  Resource: "*"
                - !Ref AWS::NoValue
  Named:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: !Sub team-${Suffix}
      PolicyDocument:
        Statement: {Effect: Allow, Action: "s3:*", Resource: !GetAtt Bucket.Arn}
"""


def rendered(text: str, product: str = "roles") -> Rendered:
    lines = tuple(SourceLine(file="t", line=n + 1) for n in range(text.count("\n") + 1))
    return Rendered(product=product, text=text, source=lines, includes=())


HELD = written.grants(rendered(TEMPLATE))


def test_every_action_stands_at_its_line() -> None:
    assert [(g.holder, g.policy, g.index, g.sid, g.action, g.place.line) for g in HELD] == [
        ("LaunchRole", "trust", 0, "", "sts:AssumeRole", 10),
        ("LaunchRole", "topics", 0, "Topics", "sns:Get*", 18),
        ("LaunchRole", "topics", 0, "Topics", "sns:CreateTopic", 19),
        ("LaunchRole", "topics", 1, "No", "sns:DeleteTopic", 25),
        ("Named", "", 0, "", "s3:*", 33),
    ]
    assert [g.name for g in HELD][-2:] == ["catalog-launch", "team-*"]
    assert not HELD[3].allows
    assert HELD[4].resources == ("!GetAtt Bucket.Arn",)


def permissions(text: str) -> reasons.Reasons:
    tree = {"products/roles/permissions.yaml": SourceFile(content=text.encode())}
    found, findings = reasons.read(tree, "roles", HELD)
    assert {each.rule for each in findings} <= {"C017", "C413"}
    return found


PROJECT = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"


def launch_role() -> launching.Role:
    (role,) = launching.roles(HELD)
    return role


def test_a_launch_role_lacks_what_the_schema_names() -> None:
    found = list(launching.lacking(rendered(PROJECT, "p"), launch_role(), reasons.Reasons()))
    assert [(f.rule, f.line, f.at) for f in found] == [("C411", 2, "Resources.Topic")]
    assert "sns:DeleteTopic" in found[0].message
    assert "sns:GetTopicAttributes" not in found[0].message


def test_what_is_left_out_on_purpose_is_not_lacking() -> None:
    said = permissions(
        "left_out:\n- role: LaunchRole\n  because: a test says so\n"
        "  actions: ['sns:D*', 'sns:L*', 'sns:P*', 'sns:S*', 'sns:T*', 'sns:U*', 'iam:*']\n"
    )
    assert not list(launching.lacking(rendered(PROJECT, "p"), launch_role(), said))


def test_reasons_in_vain_are_findings_at_their_line() -> None:
    text = (
        "needed:\n- role: LaunchRole\n  sid: Topics\n"
        "  actions: [sns:CreateTopic, sns:Publish]\n  because: a document says so\n"
        "left_out:\n- role: LaunchRole\n  actions:\n  - sns:CreateTopic\n"
        "  because: a test says so\n"
    )
    tree = {"products/roles/permissions.yaml": SourceFile(content=text.encode())}
    found, findings = reasons.read(tree, "roles", HELD)
    in_vain = [f for f in findings if f.rule == "C412"]
    assert [f.line for f in in_vain] == [4, 9]
    assert "does not hold sns:Publish in its statement Topics" in in_vain[0].message
    needed = next(grant for grant in HELD if grant.action == "sns:CreateTopic")
    assert found.why(needed)
    assert not found.why(HELD[0])


def test_what_a_role_deploys_is_there() -> None:
    text = "deploys:\n- role: Nobody\n  templates: [seed_code/none.yaml]\n"
    tree = {"products/roles/permissions.yaml": SourceFile(content=text.encode())}
    _, findings = reasons.read(tree, "roles", HELD)
    assert [(f.rule, f.line) for f in findings if f.rule == "C412"] == [("C412", 2), ("C412", 3)]


def test_an_action_named_by_a_part_has_a_reason() -> None:
    _, findings = reasons.read({}, "roles", HELD)
    assert [(f.rule, f.line) for f in findings] == [("C413", 18), ("C413", 33)]
    schema = "../../scripts/catalog/schemas/permissions.schema.json"
    text = f"# yaml-language-server: $schema={schema}\n"
    text += "needed:\n- {role: Named, actions: ['s3:*'], because: a test says so}\n"
    tree = {"products/roles/permissions.yaml": SourceFile(content=text.encode())}
    _, findings = reasons.read(tree, "roles", HELD)
    assert [(f.rule, f.line) for f in findings] == [("C413", 18)]


def call(action: str, statement: str, verdict: str = "allowed") -> dict[str, Any]:
    return {"action": action, "verdict": verdict, "statements": [statement]}


GET = call("sns:GetTopicAttributes", "catalog-launch/topics, statement 0 (Topics)")
OURS = "arn:aws:iam::111122223333:policy/team-a, statement 0"


def shown(held: Sequence[written.Grant], *calls: dict[str, Any]) -> list[str]:
    """The actions, as written, that calls exercised."""
    found = coverage.covered(held, coverage.exercises(calls), {}, lambda _: "")
    return [one.grant.action for one in found if one.standing is Standing.EXERCISED]


def test_what_decided_a_call_was_exercised() -> None:
    trust = call("sts:AssumeRole", "trust policy of catalog-launch, statement 0")
    calls = [GET, GET, trust, call("s3:GetObject", OURS)]
    found = coverage.covered(HELD, coverage.exercises(calls), {}, lambda _: "")
    assert [(one.grant.action, one.calls, one.called) for one in found if one.calls] == [
        ("sts:AssumeRole", 1, ("sts:AssumeRole",)),
        ("sns:Get*", 2, ("sns:GetTopicAttributes",)),
        ("s3:*", 1, ("s3:GetObject",)),
    ]
    assert coverage.table(found) == [
        ("roles", "LaunchRole", 3, 2, 0, 0, 2),
        ("roles", "Named", 1, 1, 0, 0, 0),
    ]


@pytest.mark.parametrize(
    "other",
    [
        call("sns:CreateTopic", "another/topics, statement 0 (Topics)"),
        call("sns:CreateTopic", "catalog-launch/others, statement 0 (Topics)"),
        call("sns:CreateTopic", "catalog-launch/topics, statement 0 (Other)"),
        call("sns:CreateTopic", "catalog-launch/topics, statement 0"),
        call("sns:CreateTopic", "arn:aws:iam::111122223333:policy/topics, statement 0 (Topics)"),
        call("sns:CreateTopic", "policy of catalog-launch/topics, statement 0 (Topics)"),
        call("sns:CreateTopic", "catalog-launch/topics, statement 0 (Topics)", "explicit deny"),
        call("sns:DeleteTopic", "catalog-launch/topics, statement 1 (No)"),
        call("s3:GetObject", "arn:aws:iam::aws:policy/team-a, statement 0"),
        call("s3:GetObject", "team-a/any, statement 0"),
        call("s3:GetObject", "session policy, statement 0"),
        call("s3:GetObject", "policy of bucket team-a, statement 0"),
        call("sns:Publish", "AWS itself"),
    ],
)
def test_what_another_policy_decided_shows_nothing(other: dict[str, Any]) -> None:
    assert shown(HELD, other) == []


def test_a_denial_is_shown_by_what_it_denied() -> None:
    text = "catalog-launch/topics, statement 1 (No)"
    assert shown(HELD, call("sns:DeleteTopic", text, "explicit deny")) == ["sns:DeleteTopic"]


def test_what_rehearsals_show_needs_no_reason() -> None:
    said = permissions(
        "needed:\n- {role: LaunchRole, actions: ['sns:Get*', sns:CreateTopic],"
        " because: a test says so}\n"
    )
    create = call("sns:CreateTopic", "catalog-launch/topics, statement 0 (Topics)")
    found = coverage.covered(HELD, coverage.exercises([GET, create]), {"roles": said}, lambda _: "")
    assert [one.grant.action for one in found if one.needless] == ["sns:CreateTopic"]
    told = list(reporting.lines(found, {}))
    assert "  roles LaunchRole Topics sns:CreateTopic" in told


def policy(name: str, statement: str, logical: str = "Named") -> str:
    return (
        f"Resources:\n  {logical}:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n"
        f"      {name}\n      PolicyDocument:\n        Statement: {statement}\n"
    )


ALL = '{Effect: Allow, Action: "s3:*", Resource: !Ref Bucket}'


def test_of_two_products_with_one_name_neither_is_shown() -> None:
    one, two = (
        written.grants(rendered(policy("ManagedPolicyName: !Sub team-${Suffix}", ALL), product))
        for product in ("one", "two")
    )
    assert shown(one, call("s3:GetObject", OURS)) == ["s3:*"]
    assert shown((*one, *two), call("s3:GetObject", OURS)) == []
    exact = written.grants(rendered(policy("ManagedPolicyName: team-a", ALL), "three"))
    found = coverage.covered(
        (*one, *exact), coverage.exercises([call("s3:GetObject", OURS)]), {}, lambda _: ""
    )
    assert [(each.grant.product, each.calls) for each in found] == [("one", 0), ("three", 1)]


def test_a_name_made_up_by_cloudformation_holds_the_logical_id() -> None:
    held = written.grants(rendered(policy("Description: Nameless.", ALL)))
    ours = "arn:aws:iam::111122223333:policy/stack-Named-ABC123, statement 0"
    assert shown(held, call("s3:GetObject", ours)) == ["s3:*"]
    assert shown(held, call("s3:GetObject", OURS)) == []


def test_a_statement_after_a_condition_is_told_by_its_sid_alone() -> None:
    either = (
        "[!If [A, {Sid: S, Effect: Allow, Action: 's3:Get*'}, {Sid: S, Effect: Allow,"
        " Action: 's3:GetObject'}], {Effect: Allow, Action: 's3:Put*'},"
        " {Fn::If: [B, {Sid: T, Effect: Allow, Action: 's3:List*'}, !Ref AWS::NoValue]}]"
    )
    held = written.grants(rendered(policy("ManagedPolicyName: team-a", either)))
    assert [grant.mark for grant in held] == ["", "", "", "T"]
    calls = [
        call("s3:GetObject", f"{OURS} (S)"),
        call("s3:PutObject", OURS.replace("0", "1")),
        call("s3:ListBucket", OURS.replace("0", "2") + " (T)"),
    ]
    assert shown(held, *calls) == ["s3:List*"]


def test_a_policy_beside_a_role_belongs_to_the_role() -> None:
    beside = """\
  More:
    Type: AWS::IAM::RolePolicy
    Properties:
      RoleName: !Ref LaunchRole
      PolicyName: more
      PolicyDocument: {Statement: {Sid: More, Effect: Allow, Action: "sns:DeleteTopic"}}
"""
    held = written.grants(rendered(TEMPLATE + beside))
    assert (held[-1].name, held[-1].policy) == ("catalog-launch", "more")
    more = "more, statement 0 (More)"
    assert shown(held, call("sns:DeleteTopic", f"another/{more}")) == []
    assert shown(held, call("sns:DeleteTopic", f"catalog-launch/{more}")) == ["sns:DeleteTopic"]
    (role,) = launching.roles(held)
    assert (role.holder, role.may("sns:DeleteTopic")) == ("LaunchRole", True)


def test_a_document_a_schema_or_a_reason_explains_the_rest() -> None:
    said = permissions(
        "needed:\n"
        "- {role: LaunchRole, actions: [sns:CreateTopic], because: a test says so,\n"
        "   document: 'https://docs.aws.amazon.com/sns/'}\n"
        "- {role: LaunchRole, actions: [sns:DeleteTopic], because: a test says so}\n"
    )

    def schema(grant: written.Grant) -> str:
        return launching.schema_says(grant, ["AWS::SNS::Topic"])

    found = coverage.covered(HELD, (), {"roles": said}, schema)
    assert {one.grant.action: one.standing for one in found} == {
        "sts:AssumeRole": Standing.NEITHER,
        "sns:Get*": Standing.NEEDED,
        "sns:CreateTopic": Standing.NEEDED,
        "sns:DeleteTopic": Standing.KEPT,
        "s3:*": Standing.NEITHER,
    }
    told = list(reporting.lines(found, {}))
    assert "! t:33 Named/team-* statement 0 allows s3:*: neither" in told
    assert "  t:33 s3:* on !GetAtt Bucket.Arn" in told
    assert "    nobody says why" in told
    told = list(reporting.lines(found, {("roles", "Named", "", "s3:*"): "It is a test."}))
    assert told[told.index("  t:33 s3:* on !GetAtt Bucket.Arn") + 1] == "    It is a test."
