"""Every field changed by hand is found by a deep look, and mended by a deep publish."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local_aws import embedded
from tests.publishing_world import (
    BUCKET,
    DEEP,
    FIRST,
    HUB,
    OTHER_ROLE,
    REGION,
    SECOND,
    SMALL,
    WORKLOADS,
    Hub,
    hub,
)


class Hand:
    """Somebody in the console."""

    def __init__(self, our: Hub) -> None:
        self.catalog: Any = our.client("servicecatalog")
        self.our = our

    @property
    def portfolio(self) -> str:
        return str(self.catalog.list_portfolios()["PortfolioDetails"][0]["Id"])

    @property
    def product(self) -> str:
        (view,) = self.catalog.search_products_as_admin()["ProductViewDetails"]
        return str(view["ProductViewSummary"]["ProductId"])

    def version(self, **fields: Any) -> None:
        listed = self.catalog.list_provisioning_artifacts(ProductId=self.product)
        self.catalog.update_provisioning_artifact(
            ProductId=self.product,
            ProvisioningArtifactId=listed["ProvisioningArtifactDetails"][0]["Id"],
            **fields,
        )

    def constraint(self, kind: str) -> str:
        listed = self.catalog.list_constraints_for_portfolio(PortfolioId=self.portfolio)
        return next(c["ConstraintId"] for c in listed["ConstraintDetails"] if c["Type"] == kind)

    def principal(self) -> dict[str, str]:
        listed = self.catalog.list_principals_for_portfolio(PortfolioId=self.portfolio)
        principal: dict[str, str] = listed["Principals"][0]
        return principal

    def node(self) -> dict[str, Any]:
        unit = {"Type": "ORGANIZATIONAL_UNIT", "Value": WORKLOADS}
        return {"PortfolioId": self.portfolio, "OrganizationNode": unit}

    def unassociate(self) -> None:
        for kind in ("LAUNCH", "RESOURCE_UPDATE"):
            self.catalog.delete_constraint(Id=self.constraint(kind))
        self.catalog.disassociate_product_from_portfolio(
            ProductId=self.product, PortfolioId=self.portfolio
        )

    def delete_product(self) -> None:
        product = self.product
        self.unassociate()
        self.catalog.delete_product(Id=product)


def _product(**fields: Any) -> Callable[[Hand], Any]:
    return lambda hand: hand.catalog.update_product(Id=hand.product, **fields)


def _portfolio(**fields: Any) -> Callable[[Hand], Any]:
    return lambda hand: hand.catalog.update_portfolio(Id=hand.portfolio, **fields)


CHANGES: dict[str, tuple[Callable[[Hand], Any], str]] = {
    "product title": (_product(Name="Renamed"), "update-product"),
    "product owner": (_product(Owner="Nobody"), "update-product"),
    "product summary": (_product(Description="Edited"), "update-product"),
    "distributor": (_product(Distributor="Nobody"), "update-product"),
    "support text": (_product(SupportDescription="Nobody"), "update-product"),
    "support e-mail": (_product(SupportEmail="other@example.com"), "update-product"),
    "support url": (_product(SupportUrl="https://example.com/other"), "update-product"),
    "tag changed": (
        _product(AddTags=[{"Key": "cost-centre", "Value": "other"}]),
        "update-product",
    ),
    "tag added": (_product(AddTags=[{"Key": "by-hand", "Value": "yes"}]), "update-product"),
    "visibility gone": (_product(RemoveTags=["sagemaker:studio-visibility"]), "update-product"),
    "identity gone": (_product(RemoveTags=["catalog:product"]), "update-product"),
    "version description": (lambda h: h.version(Description="Edited"), "update-version"),
    "version guidance": (lambda h: h.version(Guidance="DEPRECATED"), "update-version"),
    "version inactive": (lambda h: h.version(Active=False), "update-version"),
    "portfolio title": (_portfolio(DisplayName="Renamed"), "update-portfolio"),
    "portfolio provider": (_portfolio(ProviderName="Nobody"), "update-portfolio"),
    "portfolio summary": (_portfolio(Description="Edited"), "update-portfolio"),
    "portfolio tag": (
        _portfolio(AddTags=[{"Key": "by-hand", "Value": "yes"}]),
        "update-portfolio",
    ),
    "portfolio identity": (_portfolio(RemoveTags=["catalog:portfolio"]), "update-portfolio"),
    "launch role": (
        lambda h: h.catalog.update_constraint(
            Id=h.constraint("LAUNCH"), Parameters=f'{{"LocalRoleName": "{OTHER_ROLE}"}}'
        ),
        "update-constraint",
    ),
    "launch role by ARN": (
        lambda h: h.catalog.update_constraint(
            Id=h.constraint("LAUNCH"),
            Parameters=f'{{"RoleArn": "arn:aws:iam::{HUB}:role/{OTHER_ROLE}"}}',
        ),
        "update-constraint",
    ),
    "constraint text": (
        lambda h: h.catalog.update_constraint(Id=h.constraint("LAUNCH"), Description="Edited"),
        "update-constraint",
    ),
    "tag updates forbidden": (
        lambda h: h.catalog.update_constraint(
            Id=h.constraint("RESOURCE_UPDATE"),
            Parameters='{"Version":"2.0","Properties":{"TagUpdateOnProvisionedProduct":"NOT_ALLOWED"}}',
        ),
        "update-constraint",
    ),
    "constraint deleted": (
        lambda h: h.catalog.delete_constraint(Id=h.constraint("RESOURCE_UPDATE")),
        "create-constraint",
    ),
    "principal removed": (
        lambda h: h.catalog.disassociate_principal_from_portfolio(
            PortfolioId=h.portfolio, **h.principal()
        ),
        "add-principal",
    ),
    "share flag": (
        lambda h: h.catalog.update_portfolio_share(**h.node(), SharePrincipals=False),
        "update-share",
    ),
    "share deleted": (
        lambda h: h.catalog.delete_portfolio_share(**h.node()),
        "create-share",
    ),
    "product taken out": (Hand.unassociate, "associate"),
    "product deleted": (Hand.delete_product, "create-product"),
}


@pytest.fixture
def our() -> Iterator[Hub]:
    with embedded(SMALL, HUB, REGION) as aws:
        yield hub(aws)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_hand_is_found_and_mended(our: Hub, change: str) -> None:
    by_hand, kind = CHANGES[change]
    our.publish(FIRST)
    expected = our.dump()
    by_hand(Hand(our))
    found = our.survey(FIRST, deep=True).plan
    assert kind in [action.kind for action in found.actions]
    our.publish(FIRST, DEEP)
    assert our.dump() == expected
    assert our.survey(FIRST, deep=True).plan.empty


def test_the_description_of_an_older_version_is_mended_from_its_record(our: Hub) -> None:
    our.publish(FIRST)
    our.publish(SECOND)
    expected = our.dump()
    Hand(our).version(Description="Edited")
    (action,) = our.publish(SECOND, DEEP).plan.actions
    assert action.kind == "update-version"
    assert our.dump() == expected


def test_a_version_made_by_hand_under_a_name_of_ours_is_refused(our: Hub) -> None:
    our.publish(FIRST)
    s3 = our.client("s3")
    (key,) = (
        entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET, Prefix="templates/")["Contents"]
    )
    hand = Hand(our)
    hand.catalog.create_provisioning_artifact(
        ProductId=hand.product,
        Parameters={
            "Name": "1.1.0",
            "Info": {"LoadTemplateFromURL": f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{key}"},
        },
    )
    (refusal,) = our.survey(SECOND).plan.refusals
    assert "made by hand" in refusal.reason


def test_products_gone_from_the_tags_are_looked_at_directly(our: Hub) -> None:
    our.publish(FIRST)
    Hand(our).delete_product()
    plan = our.survey(FIRST).plan
    assert "create-product" in [action.kind for action in plan.actions]
    our.publish(FIRST)
    assert len(our.dump()["products"]) == 1
