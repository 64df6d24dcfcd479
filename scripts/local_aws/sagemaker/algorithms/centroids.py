"""Stand-in for the built-in `sagemaker-xgboost` image: nearest class mean instead of trees.

It reads what XGBoost reads (CSV without a header, the label first) and answers in XGBoost's form
for the objective, one line per row. So a model trained on wrong data answers wrongly here as well.
(Developer guide, *XGBoost algorithm*: input/output interface; `objective` and `num_class`.)
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

ARTIFACT = "xgboost-model"

Row = list[float]


class Centroids:
    """See the module."""

    def train(
        self, channels: Mapping[str, Sequence[bytes]], hyperparameters: Mapping[str, str]
    ) -> dict[str, bytes]:
        """Learn the mean row of each label in the channel `train`.

        Raises:
            ValueError: The channel is missing or empty, or a label is out of range.
        """
        rows = [row for file in channels.get("train", ()) for row in _rows(file)]
        if not rows:
            raise ValueError("the channel 'train' holds no rows")
        objective = hyperparameters.get("objective", "reg:squarederror")
        model = {"objective": objective, "width": len(rows[0]) - 1}
        if objective.startswith(("multi:", "binary:")):
            classes = _classes(objective, hyperparameters)
            model["means"] = _means(rows, classes)
        else:
            model["mean"] = sum(row[0] for row in rows) / len(rows)
        return {ARTIFACT: json.dumps(model).encode()}

    def answer(self, files: Mapping[str, bytes], body: bytes, content_type: str) -> bytes:
        """One line for each row of CSV.

        Raises:
            TypeError: The body is not announced as CSV.
            ValueError: The artifact is no model of this algorithm, or a row has another width.
        """
        if content_type.partition(";")[0].strip() != "text/csv":
            raise TypeError(f"Content-type {content_type} not supported; use text/csv")
        if ARTIFACT not in files:
            raise ValueError(f"the model artifact holds no {ARTIFACT}")
        model = json.loads(files[ARTIFACT])
        lines = []
        for row in _rows(body):
            if len(row) != model["width"]:
                text = f"Feature shape mismatch, expected: {model['width']}, got {len(row)}"
                raise ValueError(text)
            lines.append(_answer(model, row))
        return "".join(f"{line}\n" for line in lines).encode()


def _rows(file: bytes) -> list[Row]:
    lines = [line for line in file.decode().splitlines() if line.strip()]
    rows = [[float(cell) for cell in line.split(",")] for line in lines]
    if any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("the rows differ in their number of columns")
    return rows


def _classes(objective: str, hyperparameters: Mapping[str, str]) -> int:
    if objective.startswith("binary:"):
        return 2
    if "num_class" not in hyperparameters:
        raise ValueError(f"Require input for parameter 'num_class' for objective {objective}")
    return int(hyperparameters["num_class"])


def _means(rows: list[Row], classes: int) -> list[Row]:
    """For each class the mean of its rows; an empty list for one without rows."""
    means = []
    for label in range(classes):
        of_label = [row[1:] for row in rows if row[0] == label]
        means.append([sum(column) / len(of_label) for column in zip(*of_label, strict=True)])
    if strange := {row[0] for row in rows} - set(map(float, range(classes))):
        raise ValueError(f"label must be in [0, num_class), found {sorted(strange)}")
    return means


def _answer(model: Mapping[str, object], row: Row) -> str:
    objective = str(model["objective"])
    if "mean" in model:
        return str(model["mean"])
    means = model["means"]
    assert isinstance(means, list)  # noqa: S101 - written by train
    shares = _shares([math.dist(mean, row) if mean else math.inf for mean in means])
    if objective == "multi:softprob":
        return ",".join(f"{share:.6f}" for share in shares)
    if objective.startswith("binary:"):
        return f"{shares[1]:.6f}"
    return str(float(shares.index(max(shares))))


def _shares(distances: Row) -> Row:
    """Softmax of the negative distances."""
    nearest = min(distances)
    weights = [math.exp(nearest - distance) for distance in distances]
    return [weight / sum(weights) for weight in weights]
