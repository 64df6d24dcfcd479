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


def test_loops_over_what_is_written_are_written_out():
    body = {
        "Queue${Part}": {"Type": "AWS::SQS::Queue", "Tags": [{"Ref": "Part"}]},
        "Fn::ForEach::Deep": ["Size", [1, 2], {"Topic&{Part}${Size}": {"N": "&{Part}-${Size}"}}],
    }
    section = {"Alone": TOPIC, "Fn::ForEach::Parts": ["Part", ["a-b", "c"], body]}
    assert loops.unrolled(section) == {
        "Alone": TOPIC,
        "Queuea-b": {"Type": "AWS::SQS::Queue", "Tags": ["a-b"]},
        "Topicab1": {"N": "ab-1"},
        "Topicab2": {"N": "ab-2"},
        "Queuec": {"Type": "AWS::SQS::Queue", "Tags": ["c"]},
        "Topicc1": {"N": "c-1"},
        "Topicc2": {"N": "c-2"},
    }


def test_a_loop_over_a_parameter_stays_as_it_is_written():
    section = {"Fn::ForEach::All": ["Name", {"Ref": "Names"}, {"Topic&{Name}": TOPIC}]}
    assert loops.unrolled(section) == {"Topic&{Name}": TOPIC}
    assert loops.unrolled({"Fn::ForEach::All": "text"}) == {}
