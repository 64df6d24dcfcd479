"""E9203: a project's repositories show in Studio."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Kind
from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Path, Reading, Resource, items, mapping, refers_to, text

WRAPPER = "AWS::SageMaker::CodeRepository"
CONNECTION_SOURCE = "CodeStarSourceConnection"
"""CodePipeline's name for the provider that reads through a code connection."""


class CodeRepositories(HouseRule):
    """Each repository, made here or read by a pipeline, is wrapped in a CodeRepository."""

    id = "E9203"
    shortdesc = "Repositories are wrapped in AWS::SageMaker::CodeRepository"
    description = "Studio offers to clone only repositories that SageMaker knows."
    source_url = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-custom.html"
    )
    remedy = f"Add an {WRAPPER} whose RepositoryUrl is the repository's clone address."
    kinds = frozenset({Kind.PROJECT})

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each repository no wrapper points to."""
        wrappers = list(template.of_type(WRAPPER))
        for repository in template.of_type("AWS::CodeCommit::Repository"):
            if not any(refers_to(w.properties, repository.name) for w in wrappers):
                yield Violation(repository.path, f"{repository.name} has no {WRAPPER}.")
        for pipeline in template.of_type("AWS::CodePipeline::Pipeline"):
            for path in _connection_sources(pipeline):
                if not wrappers:
                    yield Violation(path, f"The repository behind this source has no {WRAPPER}.")


def _connection_sources(pipeline: Resource) -> Iterator[Path]:
    for stage, where in items(pipeline.properties.get("Stages"), pipeline.at("Stages")):
        for action, path in items(mapping(stage).get("Actions"), (*where, "Actions")):
            provider = mapping(mapping(action).get("ActionTypeId")).get("Provider")
            if text(provider) == CONNECTION_SOURCE:
                yield path
