"""What foundation products take for the artifact buckets, against the target's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from catalog.foundation import bucket_names
from catalog.model import Catalog, Kind, Release, Settings, SourceFile
from catalog.targets import Deployment, Target
from tests.publishing_world import HUB, REGION, release

TEXT = """\
Parameters:
  ArtifactBucketPrefix: {Type: String, Default: sagemaker-catalog}
Resources:
  Topic: {Type: "AWS::SNS::Topic"}
"""
HELD = replace(
    release("hub", kind=Kind.FOUNDATION), template=TEXT, parameters=("ArtifactBucketPrefix",)
)
SETTINGS = """\
targets:
  prod:
    foundation:
      - product: hub
        parameters: {ArtifactBucketPrefix: ours}
"""


def found(made: Release = HELD, bucket: str = "", **parameters: str) -> list[tuple[int, int, str]]:
    at = Deployment(product="hub", account=HUB, region=REGION, parameters=parameters)
    target = Target(name="prod", account=HUB, regions=(REGION,), foundation=(at,))
    target = replace(target, bucket=bucket) if bucket else target
    settings = Settings(targets={"prod": target})
    catalog = Catalog(root=Path(), settings=settings, products={}, portfolios={})
    tree = {"catalog.yaml": SourceFile(content=SETTINGS.encode())}
    told = bucket_names.check(catalog, tree, {"hub": made})
    return [(each.line, each.column, each.message) for each in told]


def test_what_fits_is_well() -> None:
    assert found() == []
    assert found(bucket="ours-{account}-{region}", ArtifactBucketPrefix="ours") == []
    assert found(bucket=f"sagemaker-catalog-{HUB}-{REGION}") == []
    assert found(replace(HELD, parameters=()), bucket="ours-{region}") == []


@pytest.mark.parametrize(
    ("bucket", "parameters", "place", "prefix"),
    [
        ("ours-{account}-{region}", {}, (4, 9), "sagemaker-catalog"),
        ("ours-{region}", {"ArtifactBucketPrefix": "ours"}, (5, 44), "ours"),
        ("", {"ArtifactBucketPrefix": "ours"}, (5, 44), "ours"),
    ],
)
def test_what_does_not_is_told_where_it_is_given(
    bucket: str, parameters: dict[str, str], place: tuple[int, int], prefix: str
) -> None:
    ((line, column, message),) = found(bucket=bucket, **parameters)
    assert (line, column) == place
    assert f"hub looks for artifact buckets named {prefix}-<account>-<region>" in message
