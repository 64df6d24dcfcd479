"""The form of `permissions.yaml`: why a product's roles hold, or lack, what they do."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from catalog.manifests.forms import ACTION, PARAMETER, URL, Form, Reason, text

Action = Annotated[str, text(ACTION)]


class NeededForm(Form):
    """Actions that a role holds although no rehearsal calls them."""

    role: Annotated[str, text(PARAMETER)] = Field(
        description="Logical id of the role or policy in the template."
    )
    sid: str | None = Field(None, description="Sid of the statement, if only one is meant.")
    actions: list[Action] = Field(description="The actions, as the template writes them.")
    document: Annotated[str, text(URL)] | None = Field(
        None, description="The AWS document that says they are needed."
    )
    because: Reason = Field(
        description="What needs them, in a sentence; without a document, why they stay."
    )


class LeftOutForm(Form):
    """Actions that a resource type's schema names and a launch role does without."""

    role: Annotated[str, text(PARAMETER)] = Field(description="Logical id of the role.")
    actions: list[Action] = Field(description="The actions; * stands for any part of a name.")
    because: Reason = Field(description="Why nothing misses them.")


class DeploysForm(Form):
    """Templates that a role deploys although it is no launch role."""

    role: Annotated[str, text(PARAMETER)] = Field(description="Logical id of the role.")
    templates: list[str] = Field(
        description="Files, relative to the catalog's root, e.g. seed_code/deploy/endpoint.yaml."
    )


class PermissionsForm(Form):
    """Why a product's roles hold, or lack, what rehearsals do not show."""

    deploys: list[DeploysForm] = Field(
        default_factory=list, description="What roles deploy that launch no product."
    )

    needed: list[NeededForm] = Field(
        default_factory=list, description="Held, though no rehearsal calls it."
    )
    left_out: list[LeftOutForm] = Field(
        default_factory=list, description="Lacking, though a resource type's schema names it."
    )
