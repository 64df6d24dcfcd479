"""Whether what is live is what was released: every way in which it can differ, or not be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from moto.s3.models import s3_backends

from catalog.planning.history import LOST
from catalog.releases import records
from catalog.releases.stamping import stamp
from catalog.world.verdicts import Mark, Verified, judge
from catalog.world.verifying import gather
from local_aws import iam
from local_aws.process import Embedded
from local_aws.servicecatalog import copies
from tests.publishing_world import REGION, hub
from tests.regions_world import Worldwide, built

KEY = records.key("deploy", "1.0.0")


@pytest.fixture
def our(aws: Embedded) -> Worldwide:
    """Two versions of one product in one region."""
    made = Worldwide(hub(aws))
    made.publish(REGION, built("1.0.0"))
    made.publish(REGION, built("1.1.0"))
    return made


def verify(our: Worldwide) -> dict[str, Verified]:
    seen = our.survey(REGION, built("1.1.0"), deep=True)
    return {one.version: judge(one) for one in gather(our.gateways[REGION], seen)}


def old(our: Worldwide) -> Verified:
    found = verify(our)
    assert found["1.1.0"].mark is Mark.SAME, found["1.1.0"]
    return found["1.0.0"]


def test_what_is_live_is_what_was_released(our: Worldwide) -> None:
    found = verify(our)
    assert [one.mark for one in found.values()] == [Mark.SAME, Mark.SAME]
    assert found["1.0.0"].commit == built("1.0.0").commit
    assert found["1.0.0"].digest == built("1.0.0").digest
    assert found["1.0.0"].notes == ()


def _live(our: Worldwide) -> tuple[str, str]:
    """Ids of the product and of its first version."""
    catalog = our.hub.client("servicecatalog")
    (view,) = catalog.search_products_as_admin()["ProductViewDetails"]
    product = view["ProductViewSummary"]["ProductId"]
    listed = catalog.list_provisioning_artifacts(ProductId=product)
    return product, listed["ProvisioningArtifactDetails"][0]["Id"]


def _made_again(our: Worldwide, text: str) -> None:
    """The service cannot change a version; somebody removed it and made it again."""
    product, version = _live(our)
    catalog, s3 = our.hub.client("servicecatalog"), our.gateways[REGION].storage
    our.write(REGION, "by-hand.yaml", text.encode())
    described = catalog.describe_provisioning_artifact(
        ProductId=product, ProvisioningArtifactId=version
    )["ProvisioningArtifactDetail"]
    catalog.delete_provisioning_artifact(ProductId=product, ProvisioningArtifactId=version)
    catalog.create_provisioning_artifact(
        ProductId=product,
        Parameters={
            "Name": "1.0.0",
            "Description": described["Description"],
            "Info": {"LoadTemplateFromURL": s3.url("by-hand.yaml")},
        },
    )


def test_another_template_under_the_same_description(our: Worldwide) -> None:
    _made_again(our, built("1.0.0").template.replace("index.handler", "index.other"))
    found = old(our)
    assert found.mark is Mark.DIFFERS
    assert found.notes == ("its template is not the one that was released",)


def test_the_same_template_with_the_code_of_another_bucket(our: Worldwide) -> None:
    _made_again(our, stamp(built("1.0.0").template, {REGION: "somebody-elses"}))
    found = old(our)
    assert found.mark is Mark.DIFFERS
    assert found.notes == ("its template takes code from the bucket somebody-elses",)


def _describe(our: Worldwide, description: str) -> None:
    product, version = _live(our)
    our.hub.client("servicecatalog").update_provisioning_artifact(
        ProductId=product, ProvisioningArtifactId=version, Description=description
    )


@pytest.mark.parametrize(
    ("description", "note"),
    [
        ("Better now.", "its description carries no digest any more"),
        (f"catalog digest sha256:{'ab' * 32}", "its description says digest abababababab, "),
    ],
)
def test_a_description_edited_by_hand(our: Worldwide, description: str, note: str) -> None:
    _describe(our, description)
    found = old(our)
    assert found.mark is Mark.DIFFERS
    assert found.notes[0].startswith(note)


def _lost_bundle(our: Worldwide) -> None:
    our.remove(REGION, built("1.0.0").bundles[0].key)


def _other_bundle(our: Worldwide) -> None:
    other = our.object(REGION, built("1.1.0").bundles[0].key)
    our.write(REGION, built("1.0.0").bundles[0].key, other or b"")


def _no_bundle(our: Worldwide) -> None:
    our.write(REGION, built("1.0.0").bundles[0].key, b"theirs")


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (_lost_bundle, "is gone."),
        (_other_bundle, "holds something else than it was released with."),
        (_no_bundle, "holds something else than it was released with."),
    ],
)
def test_a_bundle_that_is_not_what_its_name_says(
    our: Worldwide, change: Callable[[Worldwide], None], note: str
) -> None:
    change(our)
    found = old(our)
    assert found.mark is Mark.DIFFERS
    assert built("1.0.0").bundles[0].key in found.notes[0]
    assert found.notes[0].endswith(f"{note} {LOST}")


def test_a_version_without_a_record(our: Worldwide) -> None:
    our.remove(REGION, KEY)
    found = old(our)
    assert (found.mark, found.commit) == (Mark.DIFFERS, "")
    assert found.digest == built("1.0.0").digest
    assert found.notes == (f"its release record is gone. {LOST}",)
    assert not our.survey(REGION, built("1.1.0"), deep=True).plan.actions


def test_a_record_that_is_gone_is_written_again_where_the_release_is_built(our: Worldwide) -> None:
    gone = records.key("deploy", "1.1.0")
    before = json.loads((our.object(REGION, gone) or b"{}").decode())
    our.remove(REGION, gone)
    our.remove(REGION, built("1.1.0").bundles[0].key)
    (action,) = our.survey(REGION, built("1.1.0"), deep=True).plan.actions
    assert (action.kind, action.reason) == ("record-version", "its release record is gone")
    our.publish(REGION, built("1.1.0"), deep=True)
    assert verify(our)["1.1.0"].mark is Mark.SAME
    after = json.loads((our.object(REGION, gone) or b"{}").decode())
    assert before.pop("released")
    assert after == before
    assert not our.survey(REGION, built("1.1.0"), deep=True).plan.actions


def test_what_stands_in_a_records_place_is_not_called_other_content(our: Worldwide) -> None:
    key = records.key("deploy", "1.1.0")
    our.write(REGION, key, b"nothing")
    with pytest.raises(AssertionError, match=r"1\.1\.0\.json is no release record\.\\n  Bring a "):
        our.publish(REGION, built("1.1.0"), deep=True)
    our.remove(REGION, key)
    our.publish(REGION, built("1.1.0"), deep=True)
    assert verify(our)["1.1.0"].mark is Mark.SAME


def test_versions_of_a_renamed_product_are_known_by_the_records_of_its_former_name(
    our: Worldwide,
) -> None:
    made = built("1.1.0")
    moved = replace(made, product=replace(made.product, name="ship"))
    kinds = [each.action.kind for each in our.publish(REGION, moved).outcomes]
    assert kinds == ["update-product", "offer-template"]
    seen = our.survey(REGION, moved, deep=True)
    assert not seen.plan.actions
    found = [judge(one) for one in gather(our.gateways[REGION], seen)]
    assert [(one.product, one.mark) for one in found] == [("ship", Mark.SAME)] * 2


def _forbid_copies() -> None:
    for bucket in s3_backends[copies.OWNER]["aws"].buckets.values():
        bucket.policy = None


def test_a_copy_that_may_not_be_read_is_said_and_its_parameters_compared(our: Worldwide) -> None:
    verify(our)  # lays the copies
    iam.force(True)
    _forbid_copies()
    found = verify(our)["1.0.0"]
    assert found.mark is Mark.UNKNOWN
    assert found.notes[0].startswith("its template could not be read: ")
    record = json.loads((our.object(REGION, KEY) or b"{}").decode())
    our.write(REGION, KEY, json.dumps(record | {"parameters": ["Another"]}).encode())
    found = verify(our)["1.0.0"]
    assert found.mark is Mark.DIFFERS
    assert found.notes[1] == "its parameters are not those that were released"


def test_copies_are_read_by_the_accounts_own_identities_only(our: Worldwide) -> None:
    verify(our)
    iam.force(True)
    (name,) = s3_backends[copies.OWNER]["aws"].buckets
    key = next(iter(s3_backends[copies.OWNER]["aws"].buckets[name].keys))
    assert our.hub.client("s3").get_object(Bucket=name, Key=key)["Body"].read()
    other = our.hub.aws.client("s3", "111111111111")
    with pytest.raises(other.exceptions.ClientError, match="AccessDenied"):
        other.get_object(Bucket=name, Key=key)


def test_a_version_made_by_hand_is_named(our: Worldwide) -> None:
    product, _ = _live(our)
    s3 = our.gateways[REGION].storage
    our.write(REGION, "by-hand.yaml", built("1.0.0").template.encode())
    our.hub.client("servicecatalog").create_provisioning_artifact(
        ProductId=product,
        Parameters={"Name": "mine", "Info": {"LoadTemplateFromURL": s3.url("by-hand.yaml")}},
    )
    found = verify(our)["mine"]
    assert found.mark is Mark.UNKNOWN
    assert "it was made by hand" in found.notes[0]
