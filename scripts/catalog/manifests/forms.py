"""The form of the manifests: pydantic models, from which their JSON Schemas are generated.

A form knows one value at a time: types, lengths, patterns. What needs a second file, such as
whether an owner exists, is checked in `catalog.manifests.references`. Lengths and patterns are
those of botocore's `servicecatalog` and `organizations` service models; `tests/unit/test_forms.py`
compares.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)

NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
IDENTIFIER = r"^[a-z][a-z0-9_]*$"
VERSION = r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$"
SHORT_VERSION = r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){0,2}$"
_BOUND = r"(==|!=|<=|>=|<|>)?(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){0,2}"
VERSION_RANGE = rf"^{_BOUND}( *, *{_BOUND})*$"
ACCOUNT = r"^[0-9]{12}$"
REGION = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
ORGANIZATION = r"^o-[a-z0-9]{10,32}$"
UNIT = r"^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$"
NODE = r"^(o-[a-z0-9]{10,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$"
BUCKET = r"^[a-z0-9{][a-z0-9.{}-]*[a-z0-9}]$"
ROLE = r"^[A-Za-z0-9+=,.@_-]{1,64}$"
PRINCIPAL = (
    r"^((role|user|group)/[A-Za-z0-9+=,.@_*?/-]+"
    r"|arn:aws[a-z-]*:iam::[0-9]{12}:(role|user|group)/[A-Za-z0-9+=,.@_/-]+)$"
)
TAG = r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
CODE_OWNER = r"^@[A-Za-z0-9][A-Za-z0-9-]*(/[A-Za-z0-9._-]+)?$"
ACTION = r"^[a-z0-9-]+:[A-Za-z0-9.*]+$"
URL = r"^https?://[^\s]+$"
RULE = r"^[CEWI][0-9]{3,4}$"
SEED_FILE = r"^seed_code/[^/\s]+/\S+$"
CONNECTION = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
REPOSITORY = r"^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$"
PARAMETER = r"^[A-Za-z0-9]{1,255}$"
PLACE = r"^(Permissions|(Parameters|Outputs|Rules|Resources|Transform)\.\S+)$"
_WORD = r"[^\W\d_]{2}"
REASON = rf"{_WORD}[\s\S]*\s[\s\S]*{_WORD}"
REASON_LINE = rf"^[^\r\n]*{_WORD}[^\r\n]*[ \t][^\r\n]*{_WORD}[^\r\n]*$"

WORDS = {
    NAME: "lower-case letters and digits, in words joined by single hyphens, beginning with a "
    "letter",
    IDENTIFIER: "lower-case letters, digits and underscores, beginning with a letter",
    VERSION: "three numbers joined by dots, e.g. 1.4.0",
    SHORT_VERSION: "a version or its beginning, in quotes, e.g. '1.2' or '1.2.0'",
    VERSION_RANGE: "a version range such as '<1.1' or '>=1.0, <1.3' (bounds joined by commas)",
    ACCOUNT: "an account id: 12 digits, in quotes",
    REGION: "a region code, e.g. eu-west-1",
    ORGANIZATION: "an organization id, e.g. o-exampleorg1",
    UNIT: "an organizational unit id, e.g. ou-ab12-11111111",
    NODE: "an organizational unit id (ou-ab12-11111111) or organization id (o-exampleorg1)",
    BUCKET: "a bucket name, in which {account} and {region} stand for the target's",
    ROLE: "a role NAME without path, at most 64 letters, digits and +=,.@_-; an ARN would name one "
    "account, but the role must exist in every account that launches",
    PRINCIPAL: "a pattern such as role/data-scientist-* (wildcards after the type only, no "
    "account), or the full ARN of one role, user or group without wildcards",
    TAG: "letters, digits, spaces and _ . : / = + - @",
    EMAIL: "an e-mail address",
    CODE_OWNER: "a team or a user of GitHub, e.g. @example/ml-platform",
    ACTION: "an IAM action such as s3:GetObject or s3:Get*",
    URL: "an address that begins with https:// or http://",
    RULE: "the number of a finding, e.g. E9103",
    SEED_FILE: "a file of a seed, e.g. seed_code/deploy/endpoint.yaml",
    CONNECTION: "the id of a connection, e.g. 11111111-2222-3333-4444-555555555555",
    REPOSITORY: "a repository as owner/name",
    PARAMETER: "the name of a template parameter: letters and digits",
    PLACE: "a place in the template, such as Resources.Queue or Parameters.Size, or Permissions",
    REASON: "a reason in words, at least two",
    REASON_LINE: "a reason in words, at least two, on one line",
}
"""Pattern -> what it asks for, in words; a finding shows these, never the expression."""


def text(
    pattern: str | None = None, *, least: int = 1, most: int | None = None
) -> StringConstraints:
    """Text of a pattern, with its least and most characters."""
    return StringConstraints(pattern=pattern, min_length=least, max_length=most)


Name = Annotated[str, text(NAME, most=63)]
Line = Annotated[str, text(r"^[^\r\n]*$", most=8191)]
Reason = Annotated[str, text(REASON, least=10)]
Version = Annotated[str, text(VERSION, most=40)]
TagKey = Annotated[str, text(TAG, most=128)]
TagValue = Annotated[str, text(TAG, most=256)]
Tags = dict[TagKey, TagValue]


class Form(BaseModel):
    """Base of every form: strict types, no unknown keys, values that do not change."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class LifecycleForm(Form):
    """A rule about versions that are published already."""

    versions: Annotated[str, text(VERSION_RANGE)] = Field(
        description="Which versions, as a range: '<1.1', '>=1.0, <1.3', '1.0.2'."
    )
    state: Literal["deprecated", "inactive"] = Field(
        description="deprecated: no new launches, running projects may still update to it. "
        "inactive: hidden, neither launched nor updated to."
    )
    since: date = Field(description="First day of that state, e.g. 2026-11-20.")
    because: Annotated[str, text(REASON_LINE, most=8191)] = Field(
        description="Why; people who run such a version read it."
    )
    use: Annotated[str, text(SHORT_VERSION)] | None = Field(
        None, description="The version to use instead, in quotes."
    )


class AllowForm(Form):
    """A finding on the template, or on a template of a seed, that the product's author accepts."""

    rule: Annotated[str, text(RULE)] = Field(description="Number of the finding, e.g. E9103.")
    file: Annotated[str, text(SEED_FILE)] | None = Field(
        None,
        description="The seed's template it is in, e.g. seed_code/deploy/endpoint.yaml; left out "
        "for the product's own.",
    )
    at: Line = Field(description="Place in the template, e.g. Resources.Queue.")
    because: Reason = Field(description="Why it is right here, in a sentence; reviewers read it.")


class AcceptanceForm(Form):
    """A difference to the version before that its author accepts without the step it demands."""

    version: Version = Field(description="The version it is for: the one that is being made.")
    accept: Annotated[str, text(PLACE)] = Field(
        description="Place in the template, e.g. Resources.Queue, Parameters.Size, Outputs.Name."
    )
    because: Reason = Field(
        description="Why nobody misses the step, in a sentence; reviewers read it."
    )


class ProductForm(Form):
    """A product: one template in the catalog, with its code and its versions."""

    kind: Literal["project", "admin", "foundation"] = Field(
        description="project: SageMaker Studio lists it. admin: self-service for platform people, "
        "never listed in Studio. foundation: deployed with CloudFormation, in no portfolio."
    )
    version: Version = Field(description="The next or current release, e.g. 1.4.0.")
    title: Annotated[str, text(most=100)] = Field(description="Name shown in the catalog.")
    summary: Line = Field(description="One sentence: what a project made from it does.")
    owner: Annotated[str, text()] = Field(
        description="Who answers for it: a key under owners in catalog.yaml."
    )
    launch_role: Annotated[str, text(ROLE)] | None = Field(
        None,
        description="NAME of the role Service Catalog launches with. It exists in the publishing "
        "account and in every account that launches. Not for foundation products.",
    )
    seed: dict[Annotated[str, text(IDENTIFIER)], Name] = Field(
        default_factory=dict,
        description="Code a new project starts with: name in the template -> folder in seed_code/.",
    )
    tags: Tags = Field(default_factory=dict, description="Tags on the product, beside our own.")
    lifecycle: list[LifecycleForm] = Field(
        default_factory=list, description="What became of older versions."
    )
    allow: list[AllowForm] = Field(
        default_factory=list, description="Findings on the template that are accepted."
    )
    contract: list[AcceptanceForm] = Field(
        default_factory=list,
        description="Differences to the version before that demand no larger version.",
    )


class ShareForm(Form):
    """An organizational unit whose accounts see the portfolio."""

    ou: Annotated[str, text(NAME)] = Field(
        description="Alias of the OU, resolved by each target in catalog.yaml."
    )
    principals: bool = Field(True, description="Principals travel with the portfolio.")
    tag_options: bool = Field(False, description="TagOptions travel with the portfolio.")


class PortfolioForm(Form):
    """A portfolio: which products, for whom."""

    title: Annotated[str, text(most=100)] = Field(description="Name shown in the catalog.")
    provider: Annotated[str, text(most=50)] = Field(description="Who offers it.")
    summary: Annotated[str, text(most=2000)] = Field(description="What it offers and to whom.")
    products: list[Name] = Field(description="Folders under products/.")
    principals: list[Annotated[str, text(PRINCIPAL, most=1000)]] = Field(
        default_factory=list,
        description="Who may launch: role/name-pattern-* in any account, or the ARN of one role.",
    )
    share: list[ShareForm] = Field(
        default_factory=list, description="Organizational units whose accounts see it."
    )
    tags: Tags = Field(default_factory=dict, description="Tags on the portfolio, beside our own.")


def _parameter(value: object) -> str:
    """A parameter as CloudFormation takes it: text, lists joined by commas."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, list) and all(isinstance(item, str | int) for item in value):
        return ",".join(_parameter(item) for item in value)
    raise ValueError("must be text, a whole number, true, false, or a list of them; use quotes")


ParameterValue = Annotated[
    str,
    BeforeValidator(_parameter),
    WithJsonSchema({"type": ["string", "integer", "boolean", "array"]}),
]


class ScenarioForm(Form):
    """A set of parameters under which the template is linted and launched."""

    summary: Line = Field(description="What this case shows.")
    parameters: dict[Annotated[str, text(PARAMETER)], ParameterValue] = Field(
        default_factory=dict,
        description="Template parameter -> value; a list is joined by commas.",
    )
    regions: list[Annotated[str, text(REGION)]] = Field(
        default_factory=list, description="Where to launch it; the target's first region if empty."
    )
    fresh: list[Annotated[str, text(PARAMETER)]] = Field(
        default_factory=list,
        description="Parameters whose value ends differently in every launch, because what is "
        "named after it outlives its stack.",
    )

    @field_validator("fresh")
    @classmethod
    def _given(cls, fresh: list[str], info: ValidationInfo) -> list[str]:
        if unknown := sorted(set(fresh) - set(info.data.get("parameters", fresh))):
            raise ValueError(f"names {', '.join(unknown)}, which parameters does not give")
        return fresh

    @field_validator("regions")
    @classmethod
    def _once(cls, regions: list[str]) -> list[str]:
        if len(set(regions)) < len(regions):
            raise ValueError("names a region twice")
        return regions
