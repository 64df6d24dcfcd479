"""Studio's view: which products it lists, in which version, with which form."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from catalog.model import VISIBILITY_TAG
from catalog.state import Template
from catalog.studio.cards import shelf_view, view
from catalog.studio.listing import Field, SeenProduct, SeenVersion, form, templates
from catalog.studio.shelf import SeenTemplate, Shelf, offered
from catalog.studio.visibility import Condition, Missing

METADATA = {
    "AWS::CloudFormation::Interface": {
        "ParameterGroups": [
            {"Label": {"default": "Deployment"}, "Parameters": ["Accounts", "Mode"]},
            {"Label": {"default": "Source"}, "Parameters": ["Secret"]},
        ],
        "ParameterLabels": {"Accounts": {"default": "Staging accounts"}},
    },
    "SagemakerTemplateParameterRules": {"Secret": {"Optional": True}},
}
PARAMETERS: list[dict[str, Any]] = [
    {"ParameterKey": "SageMakerProjectName", "ParameterType": "String"},
    {"ParameterKey": "SageMakerProjectId", "ParameterType": "String"},
    {"ParameterKey": "Extra", "ParameterType": "Number", "ParameterConstraints": {"MinValue": "1"}},
    {"ParameterKey": "Secret", "ParameterType": "String", "IsNoEcho": True, "DefaultValue": ""},
    {
        "ParameterKey": "Mode",
        "ParameterType": "String",
        "DefaultValue": "accounts",
        "ParameterConstraints": {"AllowedValues": ["accounts", "units"]},
    },
    {
        "ParameterKey": "Accounts",
        "ParameterType": "CommaDelimitedList",
        "Description": "Where the model is tried.",
        "ParameterConstraints": {
            "AllowedPattern": "[0-9]{12}",
            "ConstraintDescription": "12-digit account ids",
        },
    },
]


def version(name: str, hour: int, *, deprecated: bool = False) -> SeenVersion:
    created = datetime(2026, 11, 20, hour, tzinfo=UTC)
    return SeenVersion(id=f"pa-{name}", name=name, created=created, deprecated=deprecated)


def product(title: str, *versions: SeenVersion, tagged: bool = True) -> SeenProduct:
    return SeenProduct(
        id=f"prod-{title}",
        title=title,
        summary="What it is for.",
        owner="ML team",
        tags=frozenset({VISIBILITY_TAG} if tagged else ()),
        versions=versions,
        parameters=PARAMETERS,
        instructions={"metadata": json.dumps(METADATA), "version": "2010-09-09"},
    )


def fields() -> dict[str, Field]:
    return {field.name: field for field in form(PARAMETERS, METADATA)}


def plain(text: object) -> str:
    console = Console(width=100, force_terminal=False)
    with console.capture() as capture:
        console.print(text, highlight=False)
    return capture.get()


def test_only_tagged_products_that_can_be_launched() -> None:
    shown = templates(
        [
            product("Tagged", version("1.0.0", 1)),
            product("Untagged", version("1.0.0", 1), tagged=False),
            product("Empty"),
        ]
    )
    assert [template.title for template in shown] == ["Tagged"]


def test_the_version_created_last_is_the_one() -> None:
    (shown,) = templates([product("A", version("2.0.0", 1), version("1.9.1", 2))])
    assert shown.version == "1.9.1"


def test_a_deprecated_newest_version_cannot_be_launched() -> None:
    assert not templates([product("A", version("1.0.0", 1), version("2.0.0", 2, deprecated=True))])


def test_the_form_asks_in_the_templates_order_and_not_what_studio_gives() -> None:
    assert list(fields()) == ["Accounts", "Mode", "Secret", "Extra"]


def test_a_field_carries_what_the_template_says() -> None:
    accounts = fields()["Accounts"]
    assert (accounts.label, accounts.group) == ("Staging accounts", "Deployment")
    assert accounts.description == "Where the model is tried."
    assert (accounts.constraint, accounts.pattern) == ("12-digit account ids", "[0-9]{12}")
    assert (accounts.default, accounts.optional) == (None, False)


def test_limits_without_words_get_ours() -> None:
    assert fields()["Mode"].constraint == "one of: accounts, units"
    assert fields()["Extra"].constraint == "at least 1"
    assert (fields()["Extra"].group, fields()["Extra"].label) == ("", "Extra")


def test_what_is_optional_and_secret() -> None:
    assert (fields()["Secret"].optional, fields()["Secret"].secret) == (True, True)


def test_a_template_without_metadata_still_has_a_form() -> None:
    bare = SeenProduct(
        id="prod-1",
        title="Bare",
        summary="",
        owner="",
        tags=frozenset({VISIBILITY_TAG}),
        versions=(version("1.0.0", 1),),
        parameters=PARAMETERS,
    )
    (shown,) = templates([bare])
    assert [field.name for field in shown.form] == ["Extra", "Secret", "Mode", "Accounts"]


def test_people_read_cards_and_what_is_missing() -> None:
    fault = Missing(
        product="other", condition=Condition.TAG, what="no tag", remedy="publish with --deep"
    )
    text = plain(view(templates([product("A", version("1.0.0", 1))]), [fault], who="role r"))
    assert "Organization templates for role r" in text
    assert "A 1.0.0  ML team" in text
    assert "Staging accounts  Accounts, required" in text
    assert "Mode  default accounts" in text
    assert "Secret  optional" in text
    assert "other: visibility tag: no tag\n    publish with --deep" in text
    assert "\x1b" not in text


def test_nothing_to_show_is_said() -> None:
    assert "none" in plain(view([], [], who="role r"))


def stored(name: str, digest: str, *, tagged: bool = True) -> SeenTemplate:
    text = "Parameters:\n  Mode: {Type: String, Default: units, AllowedValues: [accounts, units]}\n"
    tags = {VISIBILITY_TAG[0]: VISIBILITY_TAG[1]} if tagged else {}
    return SeenTemplate(
        name=name,
        url=f"https://bucket.s3.us-east-1.amazonaws.com/studio/{name}.yaml",
        template=Template(version="1.0.0", digest=digest, tags=tags),
        text=text,
    )


def test_s3_shows_tagged_templates_with_their_form() -> None:
    shelf = Shelf(location="s3://bucket/studio/", seen=(stored("b", "1"), stored("a", "2")))
    hidden = replace(shelf, seen=(*shelf.seen, stored("c", "3", tagged=False)))
    assert [one.name for one in offered(hidden)] == ["a", "b"]
    (mode,) = offered(shelf)[0].form
    assert (mode.name, mode.default, mode.allowed) == ("Mode", "units", ("accounts", "units"))


def test_people_read_whether_both_doors_hold_the_same() -> None:
    shelf = Shelf(location="s3://bucket/studio/", seen=(stored("a", "2" * 64), stored("b", "")))
    fault = Missing(
        product="b", condition=Condition.SAME, what="the object was changed", remedy="publish"
    )
    text = plain(
        shelf_view(offered(shelf), [fault], location=shelf.location, same={"2" * 64})
    ).splitlines()
    assert text == [
        "S3 templates in s3://bucket/studio/",
        "",
        "  a 1.0.0",
        "    digest 222222222222: the same release behind both doors",
        "",
        "  b 1.0.0",
        "    digest unknown: not behind the other door",
        "",
        "Not there, or not to be launched",
        "  b: same release: the object was changed",
        "    publish",
        "",
    ]
    nothing = plain(shelf_view((), (), location=shelf.location, same=())).split("\n")
    assert nothing[:3] == ["S3 templates in s3://bucket/studio/", "", "  none"]
