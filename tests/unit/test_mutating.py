"""Mutants: what can be changed in a product, what is chosen, what a trial says."""

import json
import sys
from pathlib import Path

import pytest

from catalog.errors import Refused
from catalog.mutating import choosing, in_code, in_templates, report, trying
from catalog.mutating.asking import Life, Witnesses
from catalog.mutating.mutant import Edit, Kind, Mutant, Step, Trial, mutant

TEMPLATE = """\
#@ set in_build = [("PROJECT_NAME", "x")]
Conditions:
  Has: !Not [!Equals [!Ref A, ""]]
Resources:
  Rule:
    Type: AWS::Events::Rule
    Condition: Has
    Properties:
      EventPattern:
        source: [aws.sagemaker]
        detail: {Status: [Approved, Rejected], Group: [!Ref Name]}
      RoleArn: !Sub arn:aws:iam::${AWS::AccountId}:role/${{ roles.launch }}
      Name: !If [Has, !Ref A, !Ref AWS::NoValue]
      Other: !If
        - Has
        - Yes: 1
        - !Ref AWS::NoValue
  Pipeline:
    Properties:
      Stages:
        - Name: Source
          Actions:
            - {Name: Get, OutputArtifacts: [{Name: Code}]}
        # between
        - Name: Build
          Actions:
            - Name: Make
              RunOrder: 2
  Role:
    Properties:
      Statement:
        - Effect: Allow
          Action: [s3:GetObject, s3:PutObject]
          Resource: arn:aws:s3:::a/*
          Condition: {Bool: {x: true}}
        - Effect: Deny
          Action: s3:*
          Resource: "*"
      ZipFile: |
        def answer(x):
            return x == 1
"""


def changed(kind: Kind) -> list[str]:
    found = [edit for edit in in_templates.edits(TEMPLATE) if edit.kind is kind]
    return [mutant((), "t", TEMPLATE, edit).change for edit in found]


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Kind.EVENT, "aws.sagemaker → aws.sagemakerOther"),
        (Kind.EVENT, "without Approved,"),
        (Kind.EVENT, "!Ref Name → Other"),
        (Kind.ORDER, "2 → 1"),
        (
            Kind.ROLE,
            "!Sub arn:aws:iam::${AWS::AccountId}:role/${{ roles.launch }} → "
            "!Sub arn:aws:iam::${AWS::AccountId}:role/${{ roles.events }}",
        ),
        (Kind.ARTIFACT, "Code → CodeOther"),
        (Kind.VARIABLE, "PROJECT_NAME → PROJECT_NAMEOther"),
        (Kind.CONDITION, '!Not [!Equals [!Ref A, ""]] → !Equals [!Ref A, ""]'),
        (Kind.CONDITION, "without Condition: Has"),
        (Kind.CONDITION, "without Condition: {Bool: {x: true}}"),
        (Kind.CONDITION, "!Ref A, !Ref AWS::NoValue → !Ref AWS::NoValue, !Ref A"),
        (Kind.CONDITION, "Yes: 1 - !Ref AWS::NoValue → !Ref AWS::NoValue - Yes: 1"),
        (Kind.POLICY, "without s3:GetObject,"),
        (Kind.POLICY, "without , s3:PutObject"),
        (Kind.POLICY, 'without - Effect: Deny Action: s3:* Resource: "*"'),
        (Kind.POLICY, 'arn:aws:s3:::a/* → !Sub "arn:${AWS::Partition}:s3:::elsewhere"'),
        (Kind.CODE, "== → !="),
    ],
)
def test_a_template_offers(kind: Kind, change: str) -> None:
    assert change in changed(kind)


def test_stages_change_places_without_what_stands_between_them() -> None:
    edit = next(e for e in in_templates.edits(TEMPLATE) if "Name: Source" in e.text)
    text = edit.applied(TEMPLATE)
    assert text.index("Name: Build") < text.index("# between") < text.index("Name: Source")


def test_code_in_a_template_is_changed_at_its_own_place() -> None:
    found = [edit for edit in in_templates.edits(TEMPLATE) if edit.kind is Kind.CODE]
    texts = {edit.applied(TEMPLATE)[-24:].strip() for edit in found}
    assert texts == {"return x != 1", "return x == 2"}


@pytest.mark.parametrize(
    ("source", "mutated"),
    [
        ("a < b", "a >= b"),
        ("a in b", "a not in b"),
        ("a is not b", "a is b"),
        ("a and b", "a or b"),
        ("not a", "a"),
        ("x = True", "x = False"),
        ("x = 'ü'; y = 3", "x = 'ü'; y = 4"),
        ("if f():\n    g()", "if not f():\n    g()"),
        ("if f():\n    g()", "if f():\n    pass"),
        ("raise E", "pass"),
    ],
)
def test_code_offers(source: str, mutated: str) -> None:
    assert mutated in [edit.applied(source) for edit in in_code.edits(source)]


def test_no_edit_leaves_the_text_as_it_was() -> None:
    assert all(edit.applied(TEMPLATE) != TEMPLATE for edit in in_templates.edits(TEMPLATE))


def test_a_choice_is_the_same_each_time_and_spread_over_kinds() -> None:
    found = [mutant((), "products/a/t", TEMPLATE, each) for each in in_templates.edits(TEMPLATE)]
    picked = choosing.chosen(found, 1)
    assert picked == choosing.chosen(reversed(found), 1)
    assert len(picked) == len({each.edit.kind for each in found})
    assert len(choosing.chosen(found, 0)) == len(found)


def trial(noticed: str, because: str = "") -> Trial:
    edit = Edit(kind=Kind.CODE, start=0, end=1, text="b")
    return Trial(mutant=mutant(("p",), "f", "a", edit), noticed=noticed, because=because)


def test_nine_of_ten_are_enough_when_the_tenth_has_a_reason() -> None:
    nine = [trial("check")] * 9
    assert not report.passes([*nine, trial("")])
    assert report.passes([*nine, trial("", because="both are the same")])
    assert not report.passes([*nine, trial("", because="so"), trial("", because="so")])
    assert "9 of 10 mutants were noticed: 90%." in report.lines([*nine, trial("")])


def test_a_reason_is_found_by_file_and_change_wherever_the_line_is() -> None:
    written = [{"file": "f", "change": "a → b", "because": "both are the same"}]
    edit = Edit(kind=Kind.CODE, start=2, end=3, text="b")
    moved = mutant(("p",), "f", "\n\na", edit)
    assert report.reasons(written)[moved.key] == "both are the same"
    assert report.reasons(None) == {}


def test_what_was_noticed_before_is_known_again_and_nothing_else() -> None:
    seen = trial("check")
    told = json.loads(json.dumps(report.to_json([seen])))
    assert report.from_json(told, [seen.mutant]) == (seen,)
    moved = mutant(("p",), "f", "\na", Edit(kind=Kind.CODE, start=1, end=2, text="b"))
    assert report.from_json(told, [moved]) == ()
    assert report.from_json(report.to_json([trial("")]), [seen.mutant]) == ()


def asked_about(path: str, before: str, *products: str) -> list[str]:
    witnesses = Witnesses(
        seeds=["seed_code/s"],
        names=["a", "b", "roles", "s"],
        tests={
            "tests/products/test_a.py": 'template("a")',
            "tests/products/test_a_on_embedded_aws.py": 'template("a")',
        },
        lives=[
            Life(product="a", name="whole"),
            Life(product="a", name="broken", calls=frozenset({"s3:GetObject"})),
            Life(product="b", name="other"),
        ],
    )
    edit = Edit(kind=Kind.POLICY, start=0, end=len(before), text="")
    one = mutant(products, path, before, edit)
    return [step.name for step in witnesses.steps(one, Path("root"))]


def test_who_answers_soonest_is_asked_first() -> None:
    assert asked_about("products/a/t", "x", "a") == [
        "check",
        "tests of products",
        "rehearsal whole of a",
        "tests on the embedded AWS",
        "rehearsal broken of a",
    ]


def test_a_life_that_called_what_was_taken_is_lived_first() -> None:
    found = asked_about("products/a/t", "s3:GetObject", "a")
    assert found.index("rehearsal broken of a") < found.index("rehearsal whole of a")


def test_what_others_rely_on_is_tried_in_their_lives() -> None:
    assert asked_about("products/roles/t", "x", "roles") == [
        "check",
        "rehearsal whole of a",
        "rehearsal other of b",
        "rehearsal broken of a",
    ]


def test_tests_that_name_nothing_speak_of_every_product_but_of_no_seed() -> None:
    witnesses = Witnesses(
        seeds=[], names=["a", "b", "s"], tests={"t.py": "products()", "u.py": '"b"'}, lives=[]
    )
    files = []
    for path in ("products/a/t", "seed_code/s/f.py"):
        one = mutant(("a",), path, "x", Edit(kind=Kind.CODE, start=0, end=1, text="y"))
        commands = [step.command for step in witnesses.steps(one, Path("root"))]
        files.append([part for command in commands for part in command if part.endswith(".py")])
    assert files == [["root/t.py"], []]


def test_seed_code_is_asked_by_its_own_tests() -> None:
    assert asked_about("seed_code/s/f.py", "x", "b")[:2] == ["check", "tests of seed code"]


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    (tmp_path / "catalog.yaml").write_text("number: 1\n")
    return tmp_path


def asks(code: str) -> trying.Steps:
    step = Step(name="a look", command=(sys.executable, "-c", code))
    return lambda mutant, root: [step]


def numbers(*values: str) -> list[Mutant]:
    source = "number: 1\n"
    edits = [Edit(kind=Kind.CODE, start=8, end=9, text=value) for value in values]
    return [mutant(("p",), "catalog.yaml", source, edit) for edit in edits]


def test_a_trial_says_who_noticed_and_the_catalog_stays_as_it_was(catalog: Path) -> None:
    look = "import sys; sys.exit('two' if '2' in open('catalog.yaml').read() else 0)"
    trials = list(trying.trials(catalog, numbers("2", "3"), asks(look), at_once=2))
    said = {each.mutant.after: (each.noticed, each.words) for each in trials}
    assert said == {"2": ("a look", "two"), "3": ("", "")}
    assert (catalog / "catalog.yaml").read_text() == "number: 1\n"


def test_nothing_follows_from_a_catalog_that_fails_already(catalog: Path) -> None:
    with pytest.raises(Refused, match="a look fails already: no"):
        list(trying.trials(catalog, numbers("2"), asks("import sys; sys.exit('no')"), at_once=1))
