"""Findings at the lines authors wrote, kept by content, allowed only with a reason."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.accepted import Allow
from catalog.findings import Finding, Severity
from catalog.model import Kind, Owner, Product, Rendered, SourceLine
from catalog.templates import linting
from catalog.templates.allowances import apply_allowances
from catalog.templates.linting import LintRequest, lint
from tests.benchmarks.templates import template

OWNER = Owner(key="team", name="Team", email="team@example.com", url="https://example.com")

BUCKET = """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Log:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      LogGroupName: sagemaker-log
"""

FORM = """\
Parameters:
  Size:
    Type: String
    AllowedValues: [small, large]
    ConstraintDescription: small or large.
  Name:
    Type: String
    AllowedPattern: "[a-z]+"
    MaxLength: 5
  Count:
    Type: Number
    Default: 1
    MaxValue: 3
  Accounts:
    Type: CommaDelimitedList
    Default: ""
    AllowedPattern: "^([0-9]{12})?$"
Rules:
  LargeHasName:
    RuleCondition: !Equals [!Ref Size, large]
    Assertions:
      - Assert: !Not [!Equals [!Ref Name, none]]
        AssertDescription: A large one needs a name.
Resources: {}
"""

FITS = {"Size": "small", "Name": "abc", "Count": "2", "Accounts": "111122223333,444455556666"}


def product(*allow: Allow, kind: Kind = Kind.ADMIN) -> Product:
    return Product(
        name="thing",
        kind=kind,
        version="1.0.0",
        title="Thing",
        summary="A thing.",
        owner=OWNER,
        allow=allow,
    )


def request(
    text: str,
    *,
    kind: Kind = Kind.ADMIN,
    file: str = "products/thing/template.yaml.j2",
    scenarios: dict[str, dict[str, str]] | None = None,
    texts: dict[str, str] | None = None,
) -> LintRequest:
    lines = range(1, len(text.splitlines()) + 1)
    rendered = Rendered(
        product="thing",
        text=text,
        source=tuple(SourceLine(file=file, line=line) for line in lines),
        includes=(file,),
    )
    return LintRequest(
        product=product(kind=kind),
        rendered=rendered,
        regions=("us-east-1",),
        scenarios=scenarios or {},
        scenario_texts=texts or {},
    )


def finding(rule: str, at: str) -> Finding:
    return Finding(file="f", rule=rule, message="m", at=at)


def test_a_finding_stands_where_its_line_was_written() -> None:
    lines = BUCKET.splitlines()
    source = [SourceLine(file="products/thing/template.yaml.j2", line=1)] * 2
    source += [SourceLine(file="products/_shared/log.yaml.j2", line=n) for n in range(40, 46)]
    rendered = Rendered(product="thing", text=BUCKET, source=tuple(source), includes=())
    assert len(source) == len(lines)
    (found,) = lint(
        [LintRequest(product=product(), rendered=rendered, regions=("us-east-1",))], cache=None
    )
    assert found.rule == "E9505"
    assert found.place == "products/_shared/log.yaml.j2:40:3"
    assert found.at == "Resources.Log"
    assert found.stops


def test_unreadable_text_is_a_finding_too() -> None:
    (found,) = lint([request("Resources:\n  A: [\n")], cache=None)
    assert found.rule == "E0000"
    assert found.file == "products/thing/template.yaml.j2"


def test_the_stamp_is_known_and_shifts_no_line() -> None:
    text = BUCKET.replace("sagemaker-log", '!FindInMap [Catalog, !Ref "AWS::Region", Bucket]')
    assert [(f.rule, f.line) for f in lint([request(text)], cache=None)] == [("E9505", 3)]
    unknown = lint([request(text.replace("Catalog", "Catalogue"))], cache=None)
    assert ("E1011", 8) in [(f.rule, f.line) for f in unknown]


def test_the_stamp_joins_mappings_that_are_there() -> None:
    text = """\
Mappings:
  Sizes:
    us-east-1: {Large: 7}
Resources:
  One:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !FindInMap [Catalog, !Ref "AWS::Region", Bucket]
  Two:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !FindInMap [Sizes, !Ref "AWS::Region", Large]
"""
    assert lint([request(text)], cache=None) == ()


def test_long_messages_are_cut() -> None:
    actions = "\n".join(f"              - s3:NoSuchAction{n}" for n in range(2))
    text = f"""\
Resources:
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Resource: !Sub arn:${{AWS::Partition}}:s3:::sagemaker-models
            Action:
{actions}
"""
    found = [f for f in lint([request(text)], cache=None) if f.rule == "W3037"]
    assert len(found) == 2
    assert all(len(f.message) <= 240 and f.message.endswith("…") for f in found)
    assert all(f.severity is Severity.WARNING and not f.stops for f in found)


def test_directives_in_a_template_switch_nothing_off() -> None:
    text = BUCKET.replace(
        "  Log:\n",
        "  Log:\n    Metadata: {cfn-lint: {config: {ignore_checks: [E9505, E9605]}}}\n",
    )
    assert {f.rule for f in lint([request(text)], cache=None)} == {"E9505", "E9605"}


def test_the_kind_decides_which_rules_hold() -> None:
    assert {f.rule for f in lint([request(BUCKET)], cache=None)} == {"E9505"}
    as_project = {f.rule for f in lint([request(BUCKET, kind=Kind.PROJECT)], cache=None)}
    assert as_project == {"E9101", "E9202", "E9505"}


SEED = "seed_code/deploy/role.yaml"
ROLE = """\
Parameters: {anything: {Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: "sts:AssumeRole"}
      Policies:
        - PolicyName: all
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::data"}]
"""


def seeded(*allow: Allow) -> list[Finding]:
    asked = request(BUCKET.replace("sagemaker-log\n", "sagemaker-log\n      RetentionInDays: 7\n"))
    asked = replace(asked, product=product(*allow), seeds={SEED: ROLE})
    return list(lint([asked], cache=None))


def test_a_template_of_a_seed_is_linted_as_it_lies_there() -> None:
    """Its parameters are no form, its roles no launch's: what holds is access, data, deployment."""
    found = {(each.rule, each.place) for each in seeded()}
    lines = {rule: place.removeprefix(f"{SEED}:").split(":")[0] for rule, place in found}
    assert lines == {"W2001": "1", "E9302": "14", "E9601": "14"}


def test_a_finding_in_a_seed_is_accepted_by_its_file() -> None:
    at, because = "Resources.Role", "Nobody else has this bucket."
    entry = Allow(rule="E9302", at=at, because=because, file=SEED)
    assert {each.rule for each in seeded(entry) if each.allowed} == {"E9302"}
    assert "C407" in {each.rule for each in seeded(replace(entry, file=""))}
    (idle,) = (e for e in seeded(replace(entry, file=f"{SEED}.old")) if e.rule == "C407")
    assert f"{at} of {SEED}.old" in idle.message


def test_an_unknown_region_is_said_and_the_others_are_linted() -> None:
    asked = replace(request(BUCKET), regions=("eu-west-1", "eu-west-99"))
    unheard, house = lint([asked], cache=None)
    assert (unheard.rule, unheard.severity) == ("C410", Severity.WARNING)
    assert "eu-west-99" in unheard.message
    assert house.rule == "E9505"


# --- Allowances ---------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["Resources.Log", "Resources.Log.Properties.Tags"])
def test_an_allowance_covers_its_place_and_below(at: str) -> None:
    entry = Allow(rule="E9505", at="Resources.Log", because="Kept for audit.")
    (found,) = apply_allowances([finding("E9505", at)], product(entry))
    assert found.allowed == "Kept for audit."
    assert not found.stops


@pytest.mark.parametrize(
    ("rule", "at"),
    [("E9504", "Resources.Log"), ("E9505", "Resources.LogOfOther"), ("E9505", "Resources")],
)
def test_an_allowance_covers_nothing_else_and_says_that_it_is_idle(rule: str, at: str) -> None:
    entry = Allow(rule="E9505", at="Resources.Log", because="Kept for audit.")
    found, idle = apply_allowances([finding(rule, at)], product(entry))
    assert not found.allowed
    assert idle.rule == "C407"
    assert idle.file == "products/thing/product.yaml"
    assert idle.stops


# --- Scenarios ----------------------------------------------------------------------------------

SCENARIO = "products/thing/scenarios/default.yaml"


def scenario_findings(**changed: str | None) -> list[Finding]:
    given = {**FITS, **{key: value for key, value in changed.items() if value is not None}}
    given = {key: value for key, value in given.items() if changed.get(key, "") is not None}
    text = "summary: One.\nparameters:\n" + "".join(f"  {k}: '{v}'\n" for k, v in given.items())
    asked = request(FORM, scenarios={SCENARIO: given}, texts={SCENARIO: text})
    return [f for f in lint([asked], cache=None) if f.file == SCENARIO]


def test_values_that_fit_are_no_finding() -> None:
    assert scenario_findings() == []


@pytest.mark.parametrize(
    ("changed", "rule", "line"),
    [
        ({"Colour": "red"}, "C405", 7),
        ({"Size": None}, "C406", 2),
        ({"Size": "huge"}, "C408", 3),
        ({"Name": "Abc"}, "C408", 4),
        ({"Name": "abcdef"}, "C408", 4),
        ({"Count": "4"}, "C408", 5),
        ({"Count": "many"}, "C408", 5),
        ({"Accounts": "111122223333,1"}, "C408", 6),
        ({"Size": "large", "Name": "none"}, "C409", 2),
    ],
)
def test_a_misfit_stands_at_its_line(changed: dict[str, str | None], rule: str, line: int) -> None:
    (found,) = scenario_findings(**changed)
    assert (found.rule, found.line) == (rule, line)
    assert found.message
    assert found.remedy


def test_a_near_name_is_proposed() -> None:
    found = {each.rule: each for each in scenario_findings(Size=None, Sizes="small")}
    assert found["C405"].remedy == "Did you mean Size?"
    (unknown,) = scenario_findings(Sizes="small")
    assert "Size?" not in unknown.remedy, "Size is given already"


def test_values_that_taskcat_makes_up_are_left_to_it() -> None:
    assert scenario_findings(Name="$[taskcat_random-string]") == []


# --- Keeping and splitting ----------------------------------------------------------------------


def test_results_are_kept_by_content(tmp_path: Path) -> None:
    first = lint([request(BUCKET)], cache=tmp_path)
    (file,) = tmp_path.iterdir()
    kept = json.loads(file.read_text())
    kept[0]["message"] = "From the cache."
    file.write_text(json.dumps(kept))
    assert [f.message for f in lint([request(BUCKET)], cache=tmp_path)] == ["From the cache."]
    moved = lint([request(BUCKET, file="products/_shared/x.yaml.j2")], cache=tmp_path)
    assert {f.file for f in moved} == {"products/_shared/x.yaml.j2"}
    lint([request(BUCKET, kind=Kind.FOUNDATION)], cache=tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert first[0].message != "From the cache."


@pytest.mark.parametrize("broken", ["", "{", "[1]", '[{"rule": 1}]', '{"a": 1}', "\udc80"])
def test_a_broken_file_of_the_cache_is_ignored(tmp_path: Path, broken: str) -> None:
    expected = lint([request(BUCKET)], cache=tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(broken.encode(errors="surrogateescape"))
    assert lint([request(BUCKET)], cache=tmp_path) == expected


def test_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    many = [request(BUCKET.replace("sagemaker-log", f"sagemaker-log-{n}")) for n in range(6)]
    assert lint(many, cache=None, workers=2) == lint(many, cache=tmp_path, workers=1)
    assert len(list(tmp_path.iterdir())) == 6


def test_with_nothing_new_cfn_lint_is_not_imported(tmp_path: Path) -> None:
    lint([request(BUCKET)], cache=tmp_path)
    script = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.unit.test_linting import BUCKET, request
from catalog.templates.linting import lint
assert [f.rule for f in lint([request(BUCKET)], cache=Path({str(tmp_path)!r}))] == ["E9505"]
assert "cfnlint" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_digest_of_the_rules_covers_what_findings_depend_on() -> None:
    package = Path(linting.__file__).parents[1]
    assert all((package / name).is_file() for name in linting._ALSO)


def test_benchmark_templates_are_long_different_and_without_fault() -> None:
    assert 350 <= template(0).count("\n") <= 450
    assert template(0) != template(1)
    assert lint([request(template(n), kind=Kind.PROJECT) for n in range(2)], cache=None) == ()
