"""What roles are written to hold, what a launch role lacks, and reasons that explain nothing."""

from catalog.access import coverage, launching, reasons, reporting, written
from catalog.access.coverage import Standing
from catalog.model import Kind, Owner, Product, Rendered, SourceFile, SourceLine

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


def product(launch_role: str = "catalog-launch") -> Product:
    owner = Owner(key="a", name="A", email="a@example.com", url="https://example.com")
    return Product(
        name="p",
        kind=Kind.PROJECT,
        version="1.0.0",
        title="P",
        summary="P",
        owner=owner,
        launch_role=launch_role,
    )


def permissions(text: str) -> reasons.Reasons:
    tree = {"products/roles/permissions.yaml": SourceFile(content=text.encode())}
    found, findings = reasons.read(tree, "roles", HELD)
    assert not findings
    return found


PROJECT = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n"


def test_a_launch_role_lacks_what_the_schema_names() -> None:
    role = launching.roles(HELD)["catalog-launch"]
    found = list(launching.lacking(product(), rendered(PROJECT, "p"), role, reasons.Reasons()))
    assert [(f.rule, f.line, f.at) for f in found] == [("C411", 2, "Resources.Topic")]
    assert "sns:DeleteTopic" in found[0].message
    assert "sns:GetTopicAttributes" not in found[0].message


def test_what_is_left_out_on_purpose_is_not_lacking() -> None:
    said = permissions(
        "left_out:\n- role: LaunchRole\n  because: a test says so\n"
        "  actions: ['sns:D*', 'sns:L*', 'sns:P*', 'sns:S*', 'sns:T*', 'sns:U*', 'iam:*']\n"
    )
    role = launching.roles(HELD)["catalog-launch"]
    assert not list(launching.lacking(product(), rendered(PROJECT, "p"), role, said))


def test_reasons_in_vain_are_findings_at_their_line() -> None:
    text = (
        "needed:\n- role: LaunchRole\n  sid: Topics\n"
        "  actions: [sns:CreateTopic, sns:Publish]\n  because: a document says so\n"
        "left_out:\n- role: LaunchRole\n  actions:\n  - sns:CreateTopic\n"
        "  because: a test says so\n"
    )
    tree = {"products/roles/permissions.yaml": SourceFile(content=text.encode())}
    found, findings = reasons.read(tree, "roles", HELD)
    assert [(f.rule, f.line) for f in findings] == [("C412", 4), ("C412", 9)]
    assert "does not hold sns:Publish in its statement Topics" in findings[0].message
    needed = next(grant for grant in HELD if grant.action == "sns:CreateTopic")
    assert found.why(needed)
    assert not found.why(HELD[0])


CALLS = [
    {
        "action": "sns:GetTopicAttributes",
        "statements": ["catalog-launch/topics, statement 0 (Topics)"],
    },
    {"action": "sts:AssumeRole", "statements": ["trust policy of catalog-launch, statement 0"]},
    {
        "action": "s3:GetObject",
        "statements": ["arn:aws:iam::111122223333:policy/team-a, statement 0"],
    },
    {"action": "sns:CreateTopic", "statements": ["another/topics, statement 0 (Topics)"]},
    {"action": "sns:Publish", "statements": ["AWS itself"]},
]


def test_what_decided_a_call_was_exercised() -> None:
    found = coverage.covered(HELD, coverage.exercises(CALLS), {}, lambda _: "")
    assert [(one.grant.action, one.standing) for one in found] == [
        ("sts:AssumeRole", Standing.EXERCISED),
        ("sns:Get*", Standing.EXERCISED),
        ("sns:CreateTopic", Standing.NEITHER),
        ("sns:DeleteTopic", Standing.NEITHER),
        ("s3:*", Standing.EXERCISED),
    ]
    assert coverage.table(found) == [
        ("roles", "LaunchRole", 3, 2, 0, 0, 2),
        ("roles", "Named", 1, 1, 0, 0, 0),
    ]


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
