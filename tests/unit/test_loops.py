"""Resources that a template's loops write out count as resources."""

from catalog.contract import Level, face, needed_bump
from catalog.rules.reading import Reading
from catalog.templates import loops, permissions

TOPIC = {"Type": "AWS::SNS::Topic"}
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "Name"}}}


def template(queue: dict[str, object]) -> dict[str, object]:
    inner = ["Part", ["a", "b"], {"Queue&{Name}&{Part}": queue}]
    loop = ["Name", {"Ref": "Names"}, {"Topic&{Name}": TOPIC, "Fn::ForEach::Parts": inner}]
    return {"Resources": {"Alone": TOPIC, "Fn::ForEach::All": loop}}


def test_each_is_found_once_also_within_loops():
    assert loops.resources(template(QUEUE)) == {
        "Alone": TOPIC,
        "Topic&{Name}": TOPIC,
        "Queue&{Name}&{Part}": QUEUE,
    }


def test_a_house_rule_reads_it_where_it_stands():
    found = Reading(template(QUEUE)).resources["Queue&{Name}&{Part}"]
    outer, inner = ("Fn::ForEach::All", 2), ("Fn::ForEach::Parts", 2)
    assert found.path == ("Resources", *outer, *inner, "Queue&{Name}&{Part}")


def test_what_is_no_loop_yet_is_passed_over():
    for broken in ("text", [], ["Name", ["a"]], ["Name", ["a"], "text"]):
        assert loops.resources({"Resources": {"Fn::ForEach::All": broken}}) == {}


def test_its_permissions_are_needed():
    assert "sqs:CreateQueue" in permissions.needed(template(QUEUE)).actions


def test_what_it_cannot_change_in_place_weighs():
    renamed = {**QUEUE, "Properties": {"QueueName": "fixed"}}
    bump = needed_bump(face(template(QUEUE)), face(template(renamed)))
    assert bump.level is Level.MAJOR
