"""A reason has words: at least two, of letters, in every manifest and beside every wildcard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from catalog.manifests.forms import AcceptanceForm, AllowForm, Form, LifecycleForm
from catalog.manifests.permission_forms import LeftOutForm, NeededForm
from catalog.manifests.schema import schema
from catalog.model import Kind
from catalog.rules.policies import is_reason
from catalog.templates import cfn_lint

RULES = Path(__file__).parents[1] / "cases" / "rules"
EMPTY = ["..........", "          ", "aaaaaaaaaa", "12345 67890", "a b c d e f", "because...."]
WORDS = ["Kept for audit.", "  Kept\tfor audit. ", "Größere Änderung", "Причина известна"]
FORMS = {
    AllowForm: {"rule": "E9505", "at": "Resources.Log"},
    AcceptanceForm: {"version": "1.0.1", "accept": "Resources.Log"},
    NeededForm: {"role": "Role", "actions": ["s3:GetObject"]},
    LeftOutForm: {"role": "Role", "actions": ["s3:GetObject"]},
}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_a_manifest_asks_for_words(form: type[Form]) -> None:
    for reason in EMPTY:
        with pytest.raises(ValidationError, match="because"):
            form.model_validate({**FORMS[form], "because": reason})
    for reason in [*WORDS, "Kept\nfor audit."]:
        assert form.model_validate({**FORMS[form], "because": reason})


def lifecycle(reason: str) -> str:
    rule = (
        f'{{"versions": "<2", "state": "inactive", "since": "2026-11-20", "because": "{reason}"}}'
    )
    return LifecycleForm.model_validate_json(rule).because


def test_a_lifecycle_rule_asks_for_words_on_one_line() -> None:
    for reason in [*EMPTY, r"It\nshouts."]:
        with pytest.raises(ValidationError, match="because"):
            lifecycle(reason)
    assert lifecycle("It shouts.") == "It shouts."


@pytest.mark.parametrize("form", [AllowForm, LifecycleForm], ids=lambda form: form.__name__)
def test_editors_refuse_no_reason_that_the_check_takes(form: type[Form]) -> None:
    editors = schema(form)["properties"]["because"]["pattern"]
    assert all(re.search(editors, reason.strip().replace("\t", " ")) for reason in WORDS)
    assert not re.search(editors, "aaaaaaaaaa")


def test_a_wildcard_asks_for_words() -> None:
    assert not any(is_reason(reason) for reason in [*EMPTY, "", None, ["two words"]])
    assert all(is_reason(reason) for reason in WORDS)


@pytest.mark.parametrize(
    ("rule", "kind", "reason"),
    [
        ("E9302", Kind.FOUNDATION, "Without it, nobody may manage the key once"),
        ("E9303", Kind.FOUNDATION, "IAM offers no resource for this action."),
        ("E9304", Kind.ADMIN, "Accounts come and go; the condition holds"),
    ],
)
def test_a_reason_without_words_excuses_no_wildcard(rule: str, kind: Kind, reason: str) -> None:
    text = (RULES / rule / "good.yaml").read_text()
    wordless = re.sub(rf"{re.escape(reason)}.*", '"aaaaaaaaaa"', text)
    assert {f.rule for f in cfn_lint.house_findings(wordless, kind)} == {rule, "E9305"}
