"""What is removed of a project, and in which order."""

from __future__ import annotations

import random

import pytest

from catalog.projects.removal import Kind, Thing, by_arn, kept, order

HOME, TARGET = "111111111111", "222222222222"


def thing(kind: Kind, name: str = "x", account: str = HOME) -> Thing:
    return Thing(kind=kind, name=name, account=account)


EVERY = tuple(thing(kind) for kind in Kind)


def test_deployments_go_before_their_project_and_remains_after_it():
    kinds = [one.kind for one in order(EVERY, retained=True)]
    assert kinds == [
        Kind.RUN,
        Kind.STACK,
        Kind.STACK_SET,
        Kind.PROJECT,
        Kind.TRAINING,
        Kind.REPOSITORY,
        Kind.BUCKET,
        Kind.MODEL_GROUP,
        Kind.LOG_GROUP,
    ]


def test_what_is_retained_stays_unless_asked_for():
    assert [one.kind for one in order(EVERY, retained=False)][-1] is Kind.PROJECT
    assert Kind.BUCKET in {one.kind for one in kept(EVERY, retained=False)}
    assert {one.kind for one in kept(EVERY, retained=True)} == {Kind.OTHER}


def test_nothing_is_both_removed_and_kept_and_nothing_is_forgotten():
    for retained in (True, False):
        gone, stays = set(order(EVERY, retained=retained)), set(kept(EVERY, retained=retained))
        assert not gone & stays
        assert gone | stays == set(EVERY)


def test_while_a_project_lives_what_goes_with_its_stack_is_not_said_to_stay():
    topic = by_arn("arn:aws:sns:us-east-1:111111111111:sagemaker-iris-p-1")
    bucket = thing(Kind.BUCKET, "sagemaker-project-p-1")
    stays = [one.described for one in kept([topic, bucket], retained=False, going="iris-p-1")]
    assert stays == ["bucket sagemaker-project-p-1"]


def test_the_order_does_not_depend_on_who_was_seen_first():
    things = [thing(Kind.STACK, name, account) for name in "ab" for account in (HOME, TARGET)]
    expected = order(things, retained=False)
    for _ in range(5):
        random.shuffle(things)
        assert order([*things, things[0]], retained=False) == expected


@pytest.mark.parametrize(
    ("arn", "kind", "name"),
    [
        ("arn:aws:s3:::sagemaker-project-p-1", Kind.BUCKET, "sagemaker-project-p-1"),
        ("arn:aws:codecommit:us-east-1:111111111111:code", Kind.REPOSITORY, "code"),
        (
            "arn:aws:sagemaker:us-east-1:111111111111:model-package-group/iris",
            Kind.MODEL_GROUP,
            "iris",
        ),
        ("arn:aws:sagemaker:us-east-1:111111111111:pipeline/iris", Kind.TRAINING, "iris"),
        ("arn:aws:logs:us-east-1:111111111111:log-group:/a/b:*", Kind.LOG_GROUP, "/a/b"),
    ],
)
def test_a_tagged_resource_is_known_by_its_arn(arn, kind, name):
    found = by_arn(arn)
    assert (found.kind, found.name) == (kind, name)


def test_a_resource_of_another_kind_is_named_and_left():
    arn = "arn:aws:sns:us-east-1:111111111111:topic"
    assert by_arn(arn).kind is Kind.OTHER
    assert by_arn(arn) in kept([by_arn(arn)], retained=True)
    assert order([by_arn(arn)], retained=True) == ()
