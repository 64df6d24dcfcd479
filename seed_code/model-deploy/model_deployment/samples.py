"""Samples: what to send to an endpoint and what its answer must be like."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path

from model_deployment.failure import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A request and what is expected of the answer. Expectations left out are not checked.

    Args:
        name: For the report.
        body: Sent as UTF-8.
        count: How many numbers the answer holds, separated by commas or white space.
        minimum: The least any of the numbers may be.
        maximum: The most any of them may be.
        matches: Regular expression that the answer has to contain.
    """

    name: str
    body: str
    content_type: str = "text/csv"
    accept: str = "text/csv"
    count: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    matches: str = ""


def load(path: Path) -> tuple[Sample, ...]:
    """Read `config/samples.json`.

    Raises:
        Failure: It holds no samples, or an unusable one: a check that expects nothing cannot fail.
    """
    try:
        samples = tuple(Sample(**each) for each in json.loads(path.read_text()))
    except (TypeError, ValueError) as problem:
        raise Failure(f"{path} is not a list of samples: {problem}") from problem
    if not samples:
        raise Failure(f"{path} holds no sample")
    for sample in samples:
        if problem := _unusable(sample):
            raise Failure(f"{path}: sample {sample.name} {problem}")
    return samples


def _unusable(sample: Sample) -> str:
    limits = (sample.minimum, sample.maximum)
    if any(not isinstance(each, int | float | None) for each in (sample.count, *limits)):
        return "has a count, minimum or maximum that is no number"
    if sample.count is None and not sample.matches:
        return "expects nothing; give count or matches"
    if sample.count is None and limits != (None, None):
        return "has limits but no count; say how many numbers they are for"
    try:
        re.compile(sample.matches)
    except re.error as problem:
        return f"has a pattern that does not work: {problem}"
    return ""


def complaint(sample: Sample, answer: str) -> str:
    """What is wrong with an answer, or the empty text."""
    shown = answer if len(answer) <= 80 else f"{answer[:80]}…"
    if sample.matches and not re.search(sample.matches, answer):
        return f"the answer {shown!r} does not match {sample.matches!r}"
    if sample.count is None:
        return ""
    try:
        numbers = [float(part) for part in re.split(r"[\s,]+", answer.strip("[] \n\r\t")) if part]
    except ValueError:
        return f"the answer {shown!r} is not a list of numbers"
    if len(numbers) != sample.count:
        return f"{len(numbers)} numbers instead of {sample.count}: {shown!r}"
    for number in numbers:
        if not math.isfinite(number):
            return f"{number} is no finite number"
        if sample.minimum is not None and number < sample.minimum:
            return f"{number} is less than {sample.minimum}"
        if sample.maximum is not None and number > sample.maximum:
            return f"{number} is more than {sample.maximum}"
    return ""
