"""One action becomes the calls that do it: the only place where names turn into AWS ids.

Each function below does one kind of action and may be repeated after a crash: creates carry a
token, associations are harmless when they exist, and what the service calls a duplicate is brought
to the wanted state instead.
"""

from __future__ import annotations

from functools import singledispatch

from catalog.errors import Refused, ServiceFault
from catalog.planning.actions import (
    AddPrincipal,
    AnyAction,
    Associate,
    CreateConstraint,
    CreatePortfolio,
    CreateProduct,
    CreateShare,
    CreateVersion,
    Disassociate,
    OfferTemplate,
    RecordVersion,
    RemoveConstraint,
    RemovePortfolio,
    RemovePrincipal,
    RemoveProduct,
    RemoveShare,
    UpdateConstraint,
    UpdatePortfolio,
    UpdateProduct,
    UpdateShare,
    UpdateTemplate,
    UpdateVersion,
    WithdrawTemplate,
)
from catalog.planning.ids import Identity
from catalog.planning.tokens import token
from catalog.publishing import sharing
from catalog.publishing.desk import Desk
from catalog.publishing.waiting import retrying, until

UNSEEN = frozenset({"ResourceNotFoundException"})
"""What a service that is eventually consistent says of something made a moment ago."""


@singledispatch
def perform(action: AnyAction, desk: Desk) -> None:  # noqa: ARG001 - the registered ones use it
    """Do an action.

    Args:
        action: What to do.
        desk: Gateways, ids and patience; it learns the ids of what is created.

    Raises:
        CatalogError: It could not be done.
    """
    raise TypeError(f"{type(action).__name__} is no action")


@perform.register
def _(action: CreatePortfolio, desk: Desk) -> None:
    key = token("CreatePortfolio", action.state, desk.past(action.lane))
    live = desk.aws.portfolios.create(action.portfolio, action.state, key)
    desk.learn(action.lane, Identity(id=live.id, arn=live.arn))


@perform.register
def _(action: UpdatePortfolio, desk: Desk) -> None:
    identity = desk.id(action.lane)
    desk.aws.portfolios.update(action.portfolio, identity, action.state, action.removed_tags)


@perform.register
def _(action: CreateProduct, desk: Desk) -> None:
    url = desk.template_url(action.product, action.version)
    request = [action.state, action.version, url]
    key = token("CreateProduct", request, desk.past(action.lane))
    product, version = desk.aws.products.create(
        action.product, action.state, action.version, url, key
    )
    desk.learn(action.lane, Identity(id=product.id, arn=product.arn))
    desk.versions.setdefault(action.product, {})[action.version] = version.id


@perform.register
def _(action: UpdateProduct, desk: Desk) -> None:
    identity = desk.id(action.lane)
    desk.aws.products.update(action.product, identity, action.state, action.removed_tags)


@perform.register
def _(action: CreateVersion, desk: Desk) -> None:
    product, url = desk.id(action.lane), desk.template_url(action.product, action.version)
    request = [product, action.version, action.artifact, url]
    former = desk.remembered(action.lane).versions.get(action.version, "")
    key = token("CreateProvisioningArtifact", request, former)
    # One at a time: while another version is being made, the service may answer ResourceNotFound.
    live = retrying(
        lambda: desk.aws.products.create_version(
            product, action.version, action.artifact, url, key
        ),
        UNSEEN,
        desk.patience,
    )
    desk.versions.setdefault(action.product, {})[action.version] = live.id
    status = live.status
    if status == "CREATING":
        status = _version_status(desk, product, live.id)
    if status != "AVAILABLE":
        raise ServiceFault(
            f"{action.subject} is {status}, not AVAILABLE.",
            "Look at the product in the Service Catalog console, then run this again.",
        )


def _version_status(desk: Desk, product: str, version: str) -> str:
    def look() -> str | None:
        try:
            status = desk.aws.products.version_status(product, version)
        except ServiceFault as fault:
            if fault.code in UNSEEN:
                return None
            raise
        return None if status == "CREATING" else status

    return until(look, desk.patience) or "still CREATING"


@perform.register
def _(action: RecordVersion, desk: Desk) -> None:
    desk.template_url(action.product, action.version)


@perform.register
def _(action: UpdateVersion, desk: Desk) -> None:
    product = desk.id(action.lane)
    version = desk.versions[action.product][action.version]
    retrying(
        lambda: desk.aws.products.update_version(product, version, action.artifact),
        UNSEEN,
        desk.patience,
    )


@perform.register
def _(action: Associate, desk: Desk) -> None:
    portfolio, product = desk.id(("portfolio", action.portfolio)), desk.id(action.lane)
    retrying(lambda: desk.aws.portfolios.associate(portfolio, product), UNSEEN, desk.patience)


@perform.register
def _(action: CreateConstraint, desk: Desk) -> None:
    """Right after the association the service may not see it yet: ResourceNotFound, retried."""
    portfolio, product = desk.id(("portfolio", action.portfolio)), desk.id(action.lane)
    key = token("CreateConstraint", [portfolio, product, action.type, action.constraint], desk.salt)

    def create() -> str:
        constraints = desk.aws.constraints
        return constraints.create(portfolio, product, action.type, action.constraint, key)

    try:
        made = retrying(create, UNSEEN, desk.patience)
    except ServiceFault as fault:
        if fault.code != "DuplicateResourceException":
            raise
        made = _mend_duplicate(action, desk, fault)
    desk.constraints[action.portfolio, action.product, action.type] = made


def _mend_duplicate(action: CreateConstraint, desk: Desk, fault: ServiceFault) -> str:
    """A constraint that an earlier, interrupted run made and that was not listed yet."""
    portfolio, product = desk.id(("portfolio", action.portfolio)), desk.id(action.lane)

    def look() -> str | None:
        listed = desk.aws.constraints.list(portfolio, product)
        return next((live.id for live in listed if live.kind is action.type), None)

    made = until(look, desk.patience)
    if made is None:
        raise fault
    desk.aws.constraints.update(made, action.constraint)
    return made


@perform.register
def _(action: UpdateConstraint, desk: Desk) -> None:
    """In place, unless the service refuses to turn a role's ARN into a name.

    Then the constraint is made anew, and the product has no launch role for a moment.
    """
    constraints = desk.aws.constraints
    place = (action.portfolio, action.product, action.type)
    identity = desk.constraints[place]
    try:
        retrying(lambda: constraints.update(identity, action.constraint), UNSEEN, desk.patience)
    except ServiceFault as fault:
        live = constraints.describe(identity).parameters
        if fault.code != "InvalidParametersException" or "RoleArn" not in live:
            raise
        constraints.delete(identity)
        perform(
            CreateConstraint(
                portfolio=action.portfolio,
                product=action.product,
                type=action.type,
                constraint=action.constraint,
                reason=action.reason,
            ),
            desk,
        )


@perform.register
def _(action: OfferTemplate | UpdateTemplate, desk: Desk) -> None:
    desk.aws.offers.put(desk.offered(action.product))


@perform.register
def _(action: AddPrincipal, desk: Desk) -> None:
    portfolio = desk.id(action.lane)
    retrying(
        lambda: desk.aws.portfolios.add_principal(portfolio, action.principal),
        UNSEEN,
        desk.patience,
    )


@perform.register
def _(action: CreateShare, desk: Desk) -> None:
    portfolio = desk.id(action.lane)
    sharing.share(desk, portfolio, action.node, action.share, exists=False)
    if action.lane not in desk.born:
        sharing.corrected(desk, portfolio, action.node, action.share)


@perform.register
def _(action: UpdateShare, desk: Desk) -> None:
    sharing.share(desk, desk.id(action.lane), action.node, action.share, exists=True)


# --- removals: only when asked for ------------------------------------------------------------


@perform.register
def _(action: WithdrawTemplate, desk: Desk) -> None:
    desk.aws.offers.withdraw(action.product)


@perform.register
def _(action: RemoveShare, desk: Desk) -> None:
    sharing.unshare(desk, desk.id(action.lane), action.node)


@perform.register
def _(action: RemovePrincipal, desk: Desk) -> None:
    desk.aws.portfolios.remove_principal(desk.id(action.lane), action.principal)


@perform.register
def _(action: RemoveConstraint, desk: Desk) -> None:
    desk.aws.constraints.delete(desk.constraints[action.portfolio, action.product, action.type])


@perform.register
def _(action: Disassociate, desk: Desk) -> None:
    portfolio, product = desk.id(("portfolio", action.portfolio)), desk.id(action.lane)
    _refuse_in_use(action.product, product, desk)
    desk.aws.portfolios.disassociate(portfolio, product)


@perform.register
def _(action: RemoveProduct, desk: Desk) -> None:
    product = desk.id(action.lane)
    _refuse_in_use(action.product, product, desk)
    desk.aws.products.delete(action.product, product)
    desk.forget(action.lane)


@perform.register
def _(action: RemovePortfolio, desk: Desk) -> None:
    desk.aws.portfolios.delete(action.portfolio, desk.id(action.lane))
    desk.forget(action.lane)


def _refuse_in_use(name: str, product: str, desk: Desk) -> None:
    if running := desk.aws.products.running(product):
        raise Refused(
            f"Product {name} is still run in this account: {', '.join(sorted(running))}.",
            "Terminate them first; `catalog fleet` says who runs it elsewhere.",
        )
