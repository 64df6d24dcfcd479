"""What the embedded CodeBuild reads in the batch section of a buildspec."""

import json

import pytest

from local_aws.codebuild import batchspec, reading


def parse(**batch: object) -> batchspec.Batch:
    content = {"version": 0.2, "batch": batch, "phases": {"build": {"commands": ["true"]}}}
    return batchspec.parse(json.dumps(content))


def test_a_graph():
    small = {"compute-type": "BUILD_GENERAL1_SMALL", "variables": {"N": 1}}
    read = parse(
        **{
            "fast-fail": True,
            "build-graph": [
                {"identifier": "one", "env": small, "ignore-failure": True},
                {"identifier": "two", "buildspec": "two.yml", "depend-on": ["one"]},
            ],
        }
    )
    one, two = read.tasks
    assert read.fast_fail
    assert (one.ignore_failure, two.ignore_failure) == (True, False)
    assert one.overrides == {"computeTypeOverride": "BUILD_GENERAL1_SMALL"}
    assert one.variables == {"N": "1"}
    assert (two.after, two.overrides) == (("one",), {"buildspecOverride": "two.yml"})


def test_a_list_may_leave_names_out():
    read = parse(**{"build-list": [{}, {"identifier": "named"}]})
    assert [task.identifier for task in read.tasks] == ["build0", "named"]
    assert not read.fast_fail


def test_a_matrix_has_every_combination():
    read = parse(
        **{
            "build-matrix": {
                "static": {"ignore-failure": True, "env": {"type": "LINUX_CONTAINER"}},
                "dynamic": {
                    "buildspec": ["a.yml", "b.yml"],
                    "env": {"image": ["x"], "variables": {"PRODUCT": ["p", "q"], "REGION": "r"}},
                },
            }
        }
    )
    assert [
        (task.overrides["buildspecOverride"], task.variables["PRODUCT"]) for task in read.tasks
    ] == [("a.yml", "p"), ("a.yml", "q"), ("b.yml", "p"), ("b.yml", "q")]
    assert all(task.ignore_failure for task in read.tasks)
    first = read.tasks[0]
    assert first.variables == {"PRODUCT": "p", "REGION": "r"}
    assert first.overrides == {
        "environmentTypeOverride": "LINUX_CONTAINER",
        "imageOverride": "x",
        "buildspecOverride": "a.yml",
    }


A, B = {"identifier": "a"}, {"identifier": "b"}


@pytest.mark.parametrize(
    ("batch", "expected"),
    [
        ({}, "exactly one of"),
        ({"build-list": [A], "build-graph": [A]}, "exactly one of"),
        ({"build-fanout": {}}, "not implemented in the embedded AWS"),
        ({"build-list": []}, "0 builds"),
        ({"build-list": [A] * 101}, "101 builds"),
        ({"build-list": [A, A]}, "identifier a is used 2 times"),
        ({"build-list": [{"identifier": "a-b"}]}, "alphanumeric"),
        ({"build-list": [A | {"depend-on": ["b"]}]}, "unknown depend-on"),
        ({"build-list": [A | {"ignore-failure": "yes"}]}, "must be true or false"),
        ({"build-list": [A | {"env": {"fleet": "f"}}]}, "unknown fleet"),
        ({"build-list": A}, "must be a list"),
        ({"build-graph": [{}]}, "alphanumeric"),
        ({"build-graph": [A | {"depend-on": ["c"]}]}, "depends on c"),
        ({"build-graph": [A | {"depend-on": ["b"]}, B | {"depend-on": ["a"]}]}, "each other"),
        ({"build-matrix": {"dynamic": {}}}, "nothing varies"),
        ({"build-matrix": {"dynamic": {"env": {"type": "x"}}}}, "unknown type"),
    ],
)
def test_what_is_wrong_is_told(batch, expected):
    with pytest.raises(reading.Unreadable, match=expected):
        parse(**batch)


def test_a_buildspec_without_a_batch_makes_none():
    with pytest.raises(reading.Unreadable, match="needs a batch section"):
        batchspec.parse("version: 0.2\nphases: {build: {commands: ['true']}}")
