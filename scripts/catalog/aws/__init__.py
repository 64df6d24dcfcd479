"""Gateways to AWS, one per service and duty; nothing else in the tool imports boto3.

    gateways = connect(target, region)               # no call yet
    seen = surveying.survey(gateways, wish)          # reads only; seen.plan says what to do
    done = publisher.publish(gateways, wish)         # survey, lock, apply, remember

`catalog.publishing.publisher` tells that story; see there.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.aws.bucket import Bucket
from catalog.aws.constraints import Constraints
from catalog.aws.offers import Offers
from catalog.aws.portfolios import Portfolios
from catalog.aws.products import Products
from catalog.aws.session import CallMeter, Credentials, Service, Session
from catalog.aws.shares import Shares
from catalog.aws.storage import Storage
from catalog.aws.surroundings import Surroundings
from catalog.aws.tagging import Tagging
from catalog.targets import Target

__all__ = ["CallMeter", "Credentials", "Gateways", "Service", "Session", "connect", "storage_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateways:
    """Every gateway of one target and region."""

    session: Session
    portfolios: Portfolios
    products: Products
    constraints: Constraints
    shares: Shares
    tagging: Tagging
    surroundings: Surroundings
    storage: Storage
    offers: Offers


def connect(
    target: Target, region: str, *, endpoint: str = "", credentials: Credentials | None = None
) -> Gateways:
    """Gateways to a target's region.

    Args:
        target: Whose catalog.
        region: One of its regions.
        endpoint: Address of the embedded AWS; empty for the real one.
        credentials: Of the publishing role; None for what the environment offers.

    Raises:
        EnvironmentFault: The environment's AWS configuration cannot be used.
    """
    session = Session(region=region, endpoint=endpoint, credentials=credentials)
    catalog = session.service("servicecatalog")
    storage = storage_in(session, target)
    return Gateways(
        session=session,
        portfolios=Portfolios(service=catalog),
        products=Products(service=catalog),
        constraints=Constraints(service=catalog),
        shares=Shares(service=catalog),
        tagging=Tagging(service=session.service("resourcegroupstaggingapi")),
        surroundings=Surroundings(
            sts=session.service("sts"),
            iam=session.service("iam"),
            organizations=session.service("organizations"),
            servicecatalog=catalog,
        ),
        storage=storage,
        offers=Offers(storage=storage),
    )


def storage_in(session: Session, target: Target) -> Storage:
    """The artifact bucket of a target in the session's region."""
    bucket = Bucket(
        service=session.service("s3"),
        name=target.bucket_in(session.region),
        account=target.account,
        region=session.region,
        partition=session.partition,
    )
    return Storage(bucket=bucket, domain=session.domain)
