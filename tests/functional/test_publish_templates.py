"""The other door of Studio: recommended versions as S3 templates, kept with the catalog."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from catalog.model import Lifecycle, VersionState
from local_aws.process import Embedded
from tests.publishing_world import (
    BUCKET,
    DEEP,
    FIRST,
    PRUNE,
    SECOND,
    TODAY,
    Hub,
    hub,
    release,
    wish,
)

KEY = "studio/deploy.yaml"
TAGS = {
    "catalog:product": "deploy",
    "catalog:version": "1.0.0",
    "sagemaker:studio-visibility": "true",
    "servicecatalog:provisioning": "true",
}


@pytest.fixture
def our(aws: Embedded) -> Hub:
    return hub(aws)


def drift(our: Hub) -> list[tuple[str, str]]:
    """What `make drift` would say."""
    return [(a.kind, a.reason) for a in our.survey(FIRST, deep=True).plan.actions]


def test_the_same_bytes_as_the_version_in_service_catalog(our: Hub) -> None:
    our.publish(FIRST)
    template = our.templates()[KEY]
    assert template["tags"] == TAGS
    content = hashlib.sha256(template["text"].encode()).hexdigest()
    assert template["metadata"] == {
        "catalog-version": "1.0.0",
        "catalog-digest": FIRST.releases[0].digest,
        "catalog-sha256": content,
    }
    launched = our.client("s3").get_object(
        Bucket=BUCKET, Key=f"templates/deploy/1.0.0/{content}.yaml"
    )
    assert launched["Body"].read().decode() == template["text"]


def test_the_next_release_takes_the_place_of_the_one_before(our: Hub) -> None:
    our.publish(FIRST)
    our.publish(SECOND)
    (template,) = our.templates().values()
    assert template["metadata"]["catalog-version"] == "1.1.0"
    assert template["metadata"]["catalog-digest"] == SECOND.releases[0].digest
    assert our.survey(SECOND, deep=True).plan.empty


def test_a_template_changed_by_hand_is_found_and_mended(our: Hub) -> None:
    our.publish(FIRST)
    before = our.templates()[KEY]
    our.client("s3").put_object(
        Bucket=BUCKET,
        Key=KEY,
        Body=b"Resources: {}",
        Metadata=before["metadata"],
        Tagging="&".join(f"{key}={value}" for key, value in TAGS.items()),
    )
    assert drift(our) == [("update-template", "its content is not that of the release")]
    our.publish(FIRST, DEEP)
    assert our.templates()[KEY] == before
    assert drift(our) == []


def test_a_lost_tag_is_found_and_mended(our: Hub) -> None:
    our.publish(FIRST)
    our.client("s3").delete_object_tagging(Bucket=BUCKET, Key=KEY)
    ((kind, reason),) = drift(our)
    assert kind == "update-template"
    assert "tag sagemaker:studio-visibility: (none) -> true" in reason
    our.publish(FIRST, DEEP)
    assert our.templates()[KEY]["tags"] == TAGS


def test_a_lost_template_is_found_and_mended(our: Hub) -> None:
    our.publish(FIRST)
    our.client("s3").delete_object(Bucket=BUCKET, Key=KEY)
    assert [kind for kind, _ in drift(our)] == ["offer-template"]
    our.publish(FIRST, DEEP)
    assert drift(our) == []


def test_lost_cors_is_found_and_mended_and_foreign_rules_stay(our: Hub) -> None:
    our.publish(FIRST)
    s3 = our.client("s3")
    (ours,) = rules(s3)
    assert ours["AllowedOrigins"] == ["https://*.sagemaker.aws"]
    assert ours["AllowedMethods"] == ["GET", "HEAD"]
    theirs = {"AllowedOrigins": ["https://example.com"], "AllowedMethods": ["GET"]}
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [theirs]})
    reason = "the bucket lacks the CORS rule by which Studio's pages read it"
    assert drift(our) == [("update-template", reason)]
    our.publish(FIRST, DEEP)
    assert rules(s3) == [theirs, ours]
    assert drift(our) == []


def rules(s3: Any) -> list[Any]:
    found: list[Any] = s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"]
    return found


@pytest.mark.parametrize("state", list(VersionState))
def test_a_retired_version_is_withdrawn_and_comes_back(our: Hub, state: VersionState) -> None:
    rule = Lifecycle(versions="<2", state=state, since=TODAY, because="Broken.")
    our.publish(FIRST)
    our.publish(wish(release(lifecycle=(rule,))))
    assert our.templates() == {}
    our.publish(FIRST)
    assert set(our.templates()) == {KEY}


def test_a_removed_product_keeps_its_template_until_prune(our: Hub) -> None:
    both = wish(release(), release("train"))
    our.publish(both)
    our.publish(FIRST)
    assert set(our.templates()) == {KEY, "studio/train.yaml"}
    our.publish(FIRST, PRUNE)
    assert set(our.templates()) == {KEY}
    assert our.survey(FIRST).plan.empty


def test_what_nobody_published_is_shown_and_pruned(our: Hub) -> None:
    our.publish(FIRST)
    our.client("s3").put_object(Bucket=BUCKET, Key="studio/by/hand.yaml", Body=b"Resources: {}")
    deep = our.survey(FIRST, deep=True).plan
    assert [kept.subject for kept in deep.kept] == ["S3 template of by/hand"]
    our.publish(FIRST, PRUNE)
    assert set(our.templates()) == {KEY}
    assert our.survey(FIRST).plan.kept == ()
    assert our.survey(FIRST, deep=True).plan.empty


def test_a_catalog_published_before_templates_were_offered_gets_them(our: Hub) -> None:
    our.publish(replace(FIRST, portfolios=()))
    our.publish(FIRST)
    our.client("s3").delete_object(Bucket=BUCKET, Key=KEY)
    our.client("s3").delete_object(Bucket=BUCKET, Key="catalog/index.json")
    assert [action.kind for action in our.publish(FIRST).plan.actions] == ["offer-template"]


def test_nothing_to_do_looks_at_no_template(our: Hub) -> None:
    our.publish(FIRST)
    before = our.own.session.meter.calls()
    our.publish(FIRST)
    after = our.own.session.meter.calls()
    sent = {name: count - before.get(name, 0) for name, count in after.items()}
    assert {name for name, count in sent.items() if count} == {
        "resourcegroupstaggingapi:GetResources",
        "s3:GetObject",
    }
