"""What stands in for containers: a declared algorithm for each image repository.

Nothing here runs containers. An image is known by the last part of its repository's name, e.g.
`sagemaker-xgboost` of `683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1`; jobs
and endpoints with any other image fail by name. `declare` makes another one known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from local_aws.sagemaker.algorithms import centroids

Files = Mapping[str, bytes]
"""Path in the model artifact -> contents."""


class Algorithm(Protocol):
    """What a container does, in training and behind an endpoint."""

    def train(
        self, channels: Mapping[str, Sequence[bytes]], hyperparameters: Mapping[str, str]
    ) -> Files:
        """Learn from the files of each channel.

        Returns:
            The files of the model artifact.

        Raises:
            ValueError: The data or the hyperparameters are unusable; the text is what the job's
                FailureReason says.
        """

    def answer(self, files: Files, body: bytes, content_type: str) -> bytes:
        """Answer one request with the files of a model artifact.

        Raises:
            TypeError: The content type is not one the container takes.
            Exception: Anything else is an error of the model, which SageMaker passes on.
        """


_declared: dict[str, Algorithm] = {}
_BUILT_IN: Mapping[str, Algorithm] = {"sagemaker-xgboost": centroids.Centroids()}


def declare(image_repository: str, algorithm: Algorithm) -> None:
    """Let an algorithm stand in for every image of a repository, until `forget`."""
    _declared[image_repository] = algorithm


def forget() -> None:
    """Know only the built-in algorithms."""
    _declared.clear()


def repository(image: str) -> str:
    """The last part of the name of an image's repository."""
    return image.rpartition("/")[2].partition("@")[0].partition(":")[0]


def of(image: str) -> Algorithm | None:
    """The algorithm that stands in for an image; None for one nobody declared."""
    name = repository(image)
    return _declared.get(name) or _BUILT_IN.get(name)
