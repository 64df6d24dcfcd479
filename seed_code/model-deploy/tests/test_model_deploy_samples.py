"""What is sent to an endpoint, and how its answer is judged."""

from pathlib import Path

import pytest
from model_deployment import failure, samples

SAMPLE = samples.Sample(name="three", body="1\n2\n3\n", count=3, minimum=0, maximum=2)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("0.0\n1.0\n2.0\n", ""),
        ("0.0,1.0,2.0", ""),
        ("[0, 1, 2]", ""),
        ("0,1", "2 numbers instead of 3"),
        ("0,1,7", "7.0 is more than 2"),
        ("-1,0,1", "-1.0 is less than 0"),
        ("0,nan,1", "nan is no finite number"),
        ("body", "is not a list of numbers"),
        ("", "0 numbers instead of 3"),
    ],
)
def test_answers_are_judged(answer, why):
    found = samples.complaint(SAMPLE, answer)
    assert (why in found) if why else (found == "")


def test_answers_may_be_matched_by_an_expression():
    sample = samples.Sample(name="label", body="x", matches='"label": "(cat|dog)"')
    assert samples.complaint(sample, '{"label": "cat"}') == ""
    assert "does not match" in samples.complaint(sample, '{"label": "tree"}')


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "holds no sample"),
        ('[{"name": "x", "body": "1"}]', "expects nothing"),
        ('[{"name": "x", "bodi": "1"}]', "is not a list of samples"),
        ("{", "is not a list of samples"),
        ('[{"name": "x", "body": "1", "count": "3"}]', "that is no number"),
        ('[{"name": "x", "body": "1", "matches": "a", "minimum": 0}]', "limits but no count"),
        ('[{"name": "x", "body": "1", "matches": "("}]', "a pattern that does not work"),
    ],
)
def test_samples_that_could_not_fail_are_refused(tmp_path, text, why):
    path = tmp_path / "samples.json"
    path.write_text(text)
    with pytest.raises(failure.Failure, match=why):
        samples.load(path)


def test_the_samples_that_come_with_the_project_can_be_read():
    found = samples.load(Path(__file__).parents[1] / "config" / "samples.json")
    assert found[0].count == len(found[0].body.splitlines())
