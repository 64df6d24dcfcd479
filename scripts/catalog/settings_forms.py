"""The form of `catalog.yaml`: owners, values, tags, and the targets to publish to."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from catalog.forms import (
    ACCOUNT,
    BUCKET,
    EMAIL,
    IDENTIFIER,
    NODE,
    ORGANIZATION,
    REGION,
    ROLE,
    UNIT,
    URL,
    Form,
    Line,
    Name,
    Tags,
    text,
)

Account = Annotated[str, text(ACCOUNT)]


class OwnerForm(Form):
    """Who answers for products; shown in the catalog as owner and support contact."""

    name: Line = Field(description="Team or person.")
    email: Annotated[str, text(EMAIL, most=254)] = Field(description="Where to ask for help.")
    url: Annotated[str, text(URL, most=2083)] = Field(description="Page with help.")


class UnitForm(Form):
    """An organizational unit of the embedded organization."""

    name: Line = Field(description="Name of the unit.")
    id: Annotated[str, text(UNIT)] = Field(description="Its id, e.g. ou-ab12-11111111.")
    accounts: dict[Name, Account] = Field(
        default_factory=dict, description="Accounts in it: name -> 12-digit id, in quotes."
    )
    units: list[UnitForm] = Field(default_factory=list, description="Units below it.")


class OrganizationForm(Form):
    """The organization that the embedded AWS sets up."""

    id: Annotated[str, text(ORGANIZATION)] = Field(description="Its id, e.g. o-exampleorg1.")
    management: Account = Field(description="Its management account, 12 digits in quotes.")
    units: list[UnitForm] = Field(description="The units below its root.")
    people: dict[Name, list[Annotated[str, text(ROLE)]]] = Field(
        default_factory=dict, description="Account name -> roles in which people work there."
    )


class TargetForm(Form):
    """An account to publish to."""

    embedded: bool = Field(False, description="The embedded AWS on this machine, not a real one.")
    account: Account = Field(description="Account whose catalog this is, 12 digits in quotes.")
    regions: list[Annotated[str, text(REGION)]] = Field(
        min_length=1, description="Regions to publish to; each has a catalog of its own."
    )
    bucket: Annotated[str, text(BUCKET, most=63)] = Field(
        "sagemaker-catalog-{account}-{region}",
        description="Artifact bucket of a region; {account} and {region} are filled in.",
    )
    ous: dict[Name, Annotated[str, text(NODE)]] = Field(
        default_factory=dict, description="OU alias -> id of the unit, or of the organization."
    )
    organization: OrganizationForm | None = Field(
        None, description="What the embedded AWS sets up; for embedded targets only."
    )
    quotas: dict[Annotated[str, text(IDENTIFIER)], int] = Field(
        default_factory=dict, description="Quotas of the account that were raised."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> TargetForm:
        if self.embedded and self.organization is None:
            raise ValueError("is embedded and needs an organization to set up")
        if not self.embedded and self.organization is not None:
            raise ValueError("describes an organization, which only an embedded target may")
        if len(set(self.regions)) < len(self.regions):
            raise ValueError("names a region twice")
        if len(self.regions) > 1 and "{region}" not in self.bucket:
            raise ValueError("has several regions, so its bucket's name must contain {region}")
        if set(_placeholders(self.bucket)) - {"account", "region"}:
            raise ValueError("may use only {account} and {region} in its bucket's name")
        return self


def _placeholders(pattern: str) -> list[str]:
    return [part.split("}")[0] for part in pattern.split("{")[1:]]


class SettingsForm(Form):
    """`catalog.yaml`: what all products share, and where they can be published."""

    owners: dict[Name, OwnerForm] = Field(description="Who answers for products, by key.")
    values: dict[Annotated[str, text(IDENTIFIER)], object] = Field(
        default_factory=dict, description="Given to every template, as values.<name>."
    )
    tags: Tags = Field(default_factory=dict, description="Tags on every product, beside our own.")
    targets: dict[Name, TargetForm] = Field(description="Where to publish, by name.")
