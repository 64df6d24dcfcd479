"""E9602: pipelines are of the current type."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, text


class PipelineType(HouseRule):
    """Every CodePipeline pipeline is a V2 pipeline."""

    id = "E9602"
    shortdesc = "A pipeline has PipelineType V2"
    description = "The default, V1, has no triggers, variables or execution modes."
    source_url = "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipeline-types.html"
    remedy = "Set PipelineType: V2."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each pipeline of another type."""
        for pipeline in template.of_type("AWS::CodePipeline::Pipeline"):
            if text(pipeline.properties.get("PipelineType")) != "V2":
                yield Violation(pipeline.path, f"{pipeline.name} is not a V2 pipeline.")
