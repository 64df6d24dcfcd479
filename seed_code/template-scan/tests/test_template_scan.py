"""What the scan refuses, where it says so, and that it lets the real endpoint pass."""

import json

import pytest
from botocore.exceptions import ClientError
from template_scan import __main__ as program
from template_scan import lines, summary

GOOD = sorted(summary.ALLOWED)
DASHES = "-" * 5


class CloudFormation:
    """A CloudFormation that answers GetTemplateSummary with what it is given."""

    def __init__(self, refuses="", **found):
        self.found = {"ResourceTypes": GOOD, **found}
        self.refuses = refuses

    def get_template_summary(self, **request):
        assert request["TemplateBody"]
        if self.refuses:
            error = {"Error": {"Code": self.refuses, "Message": "Template format error"}}
            raise ClientError(error, "GetTemplateSummary")
        return self.found


def rules(text):
    return [(finding.line, finding.rule) for finding in lines.findings("endpoint.yaml", text)]


@pytest.mark.parametrize(
    "line",
    [
        'Action: "*"',
        "Action: '*'",
        "Action: *",
        "- '*'",
        "Action: s3:*",
        'Action: ["s3:Get*", "s3:*"]',
        "{Effect: Allow, Action: sagemaker:*, Resource: x}",
        '"Principal":"*"',
        "Principal: {AWS: '*'}",
        "Resource: arn:aws:s3:::*",
    ],
)
def test_a_lone_wildcard_is_found_however_it_is_written(line):
    assert rules(f"Resources:\n  {line}") == [(2, "wildcard")]


def test_what_looks_like_a_comment_inside_quotes_hides_nothing():
    assert rules("Statement: {Sid: 'not # a comment', Action: '*'}") == [(1, "wildcard")]


@pytest.mark.parametrize(
    "line",
    [
        "Action: s3:Get*",
        "Resource: arn:aws:s3:::models/*",
        "# Action: '*'",
        "Value: 2  # not *",
        "Value: !Sub ${Name}-*",
        "Value: '# *'",
        "Pattern: ^[a-z]*$",
    ],
)
def test_what_matches_something_only_is_no_wildcard(line):
    assert rules(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "Key: AKIAIOSFODNN7EXAMPLE",
        "Password: hunter2",
        "MasterUserPassword: 'hunter2'",
        '"API_KEY": "abc"',
        f"{DASHES}BEGIN RSA PRIVATE KEY{DASHES}",
    ],
)
def test_a_secret_in_plain_text_is_found(line):
    assert rules(line) == [(1, "secret")]


@pytest.mark.parametrize(
    "line",
    [
        "Password: '{{resolve:secretsmanager:db}}'",
        "Password: !Ref Password",
        "Tokens:",
        "Image01: x",
    ],
)
def test_a_reference_is_no_secret(line):
    assert rules(line) == []


@pytest.mark.parametrize(
    "line", ["Image: 1.dkr.ecr/x", "PrimaryContainer: {ModelDataUrl: s3://a}", '"Image": "x"']
)
def test_a_container_beside_the_registry_is_found(line):
    assert rules(line) == [(1, "container")]


def test_types_transforms_and_capabilities_are_what_cloudformation_says():
    text = "Resources:\n  Role:\n    Type: AWS::IAM::Role\n"
    asked = CloudFormation(
        ResourceTypes=[*GOOD, "AWS::IAM::Role"],
        DeclaredTransforms=["Macro"],
        Capabilities=["CAPABILITY_IAM"],
    )
    found = [(each.line, each.rule) for each in summary.findings("endpoint.yaml", text, asked)]
    assert found == [(3, "type"), (0, "transform"), (0, "capability")]


def test_an_unreadable_template_is_a_finding_and_a_refused_call_is_not():
    (found,) = summary.findings("endpoint.yaml", "{", CloudFormation("ValidationError"))
    assert (found.rule, "Template format error" in found.why) == ("template", True)
    with pytest.raises(ClientError, match="AccessDenied"):
        list(summary.findings("endpoint.yaml", "{}", CloudFormation("AccessDenied")))


def test_parameters_are_scanned_and_their_file_is_named(tmp_path):
    (tmp_path / "endpoint.yaml").write_text("Resources: {}\n")
    (tmp_path / "prod.json").write_text(json.dumps({"SubnetIds": "*"}, indent=2))
    (found,) = program.scan(tmp_path, CloudFormation())
    assert str(found).startswith("prod.json:2: wildcard: ")


def test_findings_are_kept_and_fail_the_build(tmp_path):
    bad = lines.Finding(file="endpoint.yaml", line=3, rule="wildcard", why="everything")
    with pytest.raises(program.Failure, match="1 findings"):
        program.report((bad,), tmp_path / "results")
    kept = json.loads((tmp_path / "results/findings.json").read_text())
    assert kept == [{"file": "endpoint.yaml", "line": 3, "rule": "wildcard", "why": "everything"}]
    program.report((), tmp_path / "results")
    assert json.loads((tmp_path / "results/findings.json").read_text()) == []


def test_no_template_is_no_clean_bill(tmp_path):
    with pytest.raises(program.Failure, match="holds no template"):
        list(program.scan(tmp_path, CloudFormation()))


def test_the_program_says_what_is_wrong_in_one_line(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("sys.argv", ["template_scan", str(tmp_path)])
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with pytest.raises(SystemExit) as stopped:
        program.main()
    assert stopped.value.code == 1
    (record,) = caplog.records
    assert record.getMessage() == f"Failed: {tmp_path} holds no template"
    assert record.exc_info is None
