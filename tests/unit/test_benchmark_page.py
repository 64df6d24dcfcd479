"""The page of measurements: a section measured anew replaces its old one, and only that."""

import json
from pathlib import Path

import pytest

from catalog.rehearsing.timeline import Step, Verdict
from tests.benchmarks.rehearsals import mutations, parts
from tests.benchmarks.table import Grid, Row, Section, markdown, page, renewed, sections


def section(title: str, figure: float) -> Section:
    return Section(
        title=title,
        how="By hand.",
        rows=(Row(what="Rounds", figure=figure, unit="calls", floor=2, most=2.0),),
        grids=(Grid(title="By day.", headings=("Day", "Rounds"), rows=(("Monday", "3"),)),),
        notes=("Nothing else.",),
    )


def text(given: Section) -> str:
    return "\n".join(markdown(given, "make it"))


def test_a_page_is_read_back_as_it_was_written() -> None:
    written = page({name: text(section(name, 3)) for name in ("One", "Two")})
    assert list(sections(written)) == ["One", "Two"]
    assert page(sections(written)) == written


def test_a_section_measured_anew_replaces_its_old_one_under_another_title_too() -> None:
    old = page(
        {name: "\n".join(markdown(section(name, 3), f"make {name}")) for name in ("One", "Two")}
    )
    new = renewed(old, "One of 4", text(section("One of 4", 4)), "make One")
    assert list(sections(new)) == ["One of 4", "Two"]
    assert sections(new)["Two"] == sections(old)["Two"]
    assert "4 calls" in sections(new)["One of 4"]
    assert list(sections(renewed(old, "Three", text(section("Three", 4)), "make Three"))) == [
        "One",
        "Two",
        "Three",
    ]


def test_a_section_says_how_it_was_measured_and_what_is_out_of_bounds() -> None:
    said = text(section("One", 5))
    assert "`make it`, " in said
    assert "| Rounds   | 5 calls | 2 calls | 2.5 ✗ |       2 |" in said
    assert "By day.\n\n| Day    | Rounds |" in said


def step(what: str, seconds: float) -> Step:
    return Step(who="lead", what=what, where="", began=0.0, seconds=seconds)


def test_seconds_of_a_rehearsal_are_split_by_part_of_the_life() -> None:
    verdict = Verdict(
        product="greeter",
        name="by-hand",
        about="It greets.",
        folder="build",
        seconds=30.0,
        cpu=1.0,
        steps=(
            step("lays the foundation", 3.0),
            step("is asked: “Model version 1 runs in staging”", 4.0),
            step("approves the deployment", 0.5),
            step("sees run 2 of sagemaker-iris: Succeeded", 1.5),
            step("approves version 1 of iris", 0.25),
        ),
    )
    spent = parts(verdict)
    assert spent["foundation"] == pytest.approx(3.0)
    assert spent["to the approval"] == pytest.approx(4.0)
    assert spent["after it"] == pytest.approx(2.0)
    assert sum(spent.values()) == pytest.approx(30.0)


def test_mutants_are_told_only_when_they_were_measured(tmp_path: Path) -> None:
    kept = tmp_path / "mutations.json"
    assert "not measured" in mutations(kept)
    kept.write_text(json.dumps({"tried": 50, "noticed": 47, "mutants": []}))
    assert mutations(kept) == "Mutants noticed (`make mutate`): 47 of 50, 94%."
