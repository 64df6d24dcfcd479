"""A review as Markdown: short, bounded, dangers first, what is cut is said."""

from __future__ import annotations

from dataclasses import replace

from catalog.findings import Finding
from catalog.reviewing.comment import MARKER, NOTHING, comment
from catalog.reviewing.markdown import LIMIT
from catalog.reviewing.review import Code, Planned, Remark, Review, Step, Topic

PLAN = Planned(where="prod (eu-west-1)", basis="a test", actions=1, lines=("+ product a: new",))
STEP = Step(product="a", title="A", before="1.0.0", after="1.1.0", chosen="minor", needed="minor")
REVIEW = Review(base="0123456789abcdef", steps=(STEP,), plans=(PLAN,))


def remark(topic: Topic, subject: str = "a", *text: str) -> Remark:
    return Remark(topic=topic, subject=subject, names=("Name",), text=text)


def test_nothing_is_one_sentence() -> None:
    idle = replace(PLAN, actions=0)
    text = comment(Review(base="0123456789abcdef", plans=(idle,)))
    assert text.splitlines()[0] == MARKER
    assert text.splitlines()[-1] == f"{NOTHING} Held against `0123456789ab`."
    assert "<details>" not in text


def test_dangers_come_first_and_worst_first() -> None:
    remarks = (
        remark(Topic.WORDS),
        remark(Topic.SHARED),
        remark(Topic.GAINED, "b"),
        remark(Topic.GAINED, "a", "on", Code("every | one")),
        remark(Topic.REPLACED),
    )
    finding = Finding(file="products/a/product.yaml", line=3, rule="C204", message="Too small.")
    text = comment(replace(REVIEW, remarks=remarks, findings=(finding,)))
    order = [
        "**1 finding stops a publish, 4 things to look at, 1 product changes.**",
        "### Stops a publish",
        "- C204 at `products/a/product.yaml:3`: Too small.",
        "### Look at this",
        "- **a**, replaced in running projects: `Name`",
        "- **a**, permission gained: `Name` on `every | one`",
        "- **b**, permission gained: `Name`",
        "- **a**, reach grows: `Name`",
        "### Products",
        "### Also",
        "- **a**, description changes: `Name`",
        "<details><summary>Plan for prod (eu-west-1): 1 action</summary>",
    ]
    lines = text.splitlines()
    assert [line for line in lines if any(line.startswith(each) for each in order)] == [
        next(line for line in lines if line.startswith(each)) for each in order
    ]


def test_every_danger_is_a_topic_before_the_harmless_ones() -> None:
    flags = [topic.danger for topic in Topic]
    assert flags == sorted(flags, reverse=True)
    assert Topic.RETIRED.danger
    assert not Topic.LOST.danger


def test_the_plan_is_cut_first() -> None:
    long = replace(PLAN, lines=tuple(f"+ line {number} {'`' * 9}" for number in range(9000)))
    remarks = tuple(remark(Topic.GAINED, "a", f"number {number}") for number in range(100))
    text = comment(replace(REVIEW, remarks=remarks, plans=(long, replace(long, where="test"))))
    assert LIMIT * 0.95 < len(text) <= LIMIT
    assert text.count("number ") == 100
    assert text.count("…and ") == 2
    assert text.count("<details>") == text.count("</details>") == 2
    first, second = text.split("<details>")[1:]
    assert abs(len(first) - len(second)) < 500


def test_a_change_that_is_too_long_to_tell_is_cut_at_the_end_of_its_lists() -> None:
    remarks = tuple(remark(Topic.GAINED, "a", "x" * 900, str(number)) for number in range(900))
    rest = tuple(remark(Topic.WORDS, "a", "y" * 900, str(number)) for number in range(900))
    text = comment(replace(REVIEW, remarks=remarks + rest))
    assert len(text) <= LIMIT
    assert "…and 8" in text
    assert "### Also" in text
    assert "Plan for prod" in text


def test_what_is_long_hides_nothing_after_it() -> None:
    long = remark(Topic.REPLACED, "a", "it is replaced;", Code("v" * LIMIT), "→", Code("w"))
    many = replace(remark(Topic.GAINED, "b"), names=tuple(f"a:B{n}" for n in range(LIMIT)))
    finding = Finding(file="a", line=1, rule="C101", message="m" * LIMIT, remedy="r" * LIMIT)
    remarks = (long, many, remark(Topic.WILDCARD, "c"))
    text = comment(replace(REVIEW, remarks=remarks, findings=(finding,)))
    assert "- **c**, new wildcard: `Name`" in text
    assert "v…` → `w`" in text
    assert f"`a:B49` and {LIMIT - 50} more" in text
    assert "would not fit" not in text


def test_every_limit_holds() -> None:
    remarks = tuple(remark(Topic.GAINED, "a", "x" * 90, str(number)) for number in range(90))
    whole = replace(REVIEW, remarks=remarks)
    for limit in range(4_000, 20_000, 1_111):
        assert len(comment(whole, limit)) <= limit
