"""The form of `catalog.yaml`: owners, values, tags, and the targets to publish to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from catalog.manifests.forms import (
    ACCOUNT,
    BUCKET,
    CODE_OWNER,
    CONNECTION,
    EMAIL,
    IDENTIFIER,
    NODE,
    ORGANIZATION,
    PARAMETER,
    REGION,
    REPOSITORY,
    ROLE,
    UNIT,
    URL,
    Form,
    Line,
    Name,
    ParameterValue,
    Tags,
    text,
)

Account = Annotated[str, text(ACCOUNT)]


class OwnerForm(Form):
    """Who answers for products; shown in the catalog as owner and support contact."""

    name: Line = Field(description="Team or person.")
    email: Annotated[str, text(EMAIL, most=254)] = Field(description="Where to ask for help.")
    url: Annotated[str, text(URL, most=2083)] = Field(description="Page with help.")
    code_owner: Annotated[str, text(CODE_OWNER)] | None = Field(
        None, description="Whom GitHub asks for a review: @organization/team or @somebody."
    )


class UnitForm(Form):
    """An organizational unit of the embedded organization."""

    name: Line = Field(description="Name of the unit.")
    id: Annotated[str, text(UNIT)] = Field(description="Its id, e.g. ou-ab12-11111111.")
    accounts: dict[Name, Account] = Field(
        default_factory=dict, description="Accounts in it: name -> 12-digit id, in quotes."
    )
    units: list[UnitForm] = Field(default_factory=list, description="Units below it.")


class ConnectionForm(Form):
    """A connection to a Git provider that somebody completed in the console."""

    name: Annotated[str, text(most=32)] = Field(description="Its name.")
    id: Annotated[str, text(CONNECTION)] = Field(description="What its ARN ends with.")
    repositories: list[Annotated[str, text(REPOSITORY)]] = Field(
        default_factory=list, description="Repositories behind it: owner/name. Empty at first."
    )


class OrganizationForm(Form):
    """The organization that the embedded AWS sets up."""

    id: Annotated[str, text(ORGANIZATION)] = Field(description="Its id, e.g. o-exampleorg1.")
    management: Account = Field(description="Its management account, 12 digits in quotes.")
    units: list[UnitForm] = Field(description="The units below its root.")
    people: dict[Name, list[Annotated[str, text(ROLE)]]] = Field(
        default_factory=dict, description="Account name -> roles in which people work there."
    )
    connections: dict[Name, list[ConnectionForm]] = Field(
        default_factory=dict, description="Account name -> its connections to Git providers."
    )


class DeploymentForm(Form):
    """A foundation product, deployed with CloudFormation into one account or every one of an OU."""

    product: Name = Field(description="Folder under products/ of a product of kind foundation.")
    account: Annotated[str, text()] | None = Field(
        None,
        description="Where: 12 digits in quotes, or an account's name in the organization below.",
    )
    ou: Name | None = Field(
        None,
        description="Instead of an account: one of the target's OU aliases. A stack set brings the "
        "product to every account in it, also to those that come later.",
    )
    region: Annotated[str, text(REGION)] | None = Field(
        None,
        description="One of the target's regions; if left out, the first for an account and all "
        "for an OU.",
    )
    name: Name | None = Field(
        None,
        description="Ends the name of stack or stack set, catalog-<name>; the product's name if "
        "left out.",
    )
    parameters: dict[Annotated[str, text(PARAMETER)], ParameterValue] = Field(
        default_factory=dict, description="Template parameter -> value."
    )

    @model_validator(mode="after")
    def _somewhere(self) -> DeploymentForm:
        if (self.account is None) == (self.ou is None):
            raise ValueError("needs either an account or an ou")
        return self


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
    foundation: list[DeploymentForm] = Field(
        default_factory=list,
        description="What `catalog bootstrap` deploys, in this order: roles and buckets.",
    )
    access_role: Annotated[str, text(ROLE)] = Field(
        "OrganizationAccountAccessRole",
        description="NAME of the role through which other accounts are entered.",
    )
    publisher: Annotated[str, text(ROLE)] | None = Field(
        None,
        description="NAME of the only role that publishes here, which the hub's pipeline has: the "
        "artifact buckets refuse releases of anybody else.",
    )
    reader_role: Annotated[str, text(ROLE)] = Field(
        "sagemaker-catalog-reader",
        description="NAME of the role through which other accounts are looked into: who runs what.",
    )
    test_accounts: dict[Literal["project", "admin", "foundation"], Annotated[str, text()]] = Field(
        default_factory=dict,
        description="Kind of product -> account in which taskcat launches its scenarios: 12 digits "
        "in quotes, or a name in the organization below. The target's own if left out.",
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
    maintainer: Annotated[str, text()] | None = Field(
        None,
        description="Who answers for whatever is no product's: a key under owners. The only one "
        "if left out.",
    )
    values: dict[Annotated[str, text(IDENTIFIER)], object] = Field(
        default_factory=dict, description="Given to every template, as values.<name>."
    )
    tags: Tags = Field(default_factory=dict, description="Tags on every product, beside our own.")
    targets: dict[Name, TargetForm] = Field(description="Where to publish, by name.")
