"""The embedded AWS Service Catalog: portfolios, products, shares, launches.

    calls          who calls; the table of operations
    state, shelf   what is remembered, and how late readers see it
    idempotency    the same token answers the same
    portfolios products artifacts associations principals constraints    what an administrator keeps
    orgaccess shares sharetargets imports                                how it reaches accounts
    launchpaths browsing                                                 what an end user finds
    provisioning launchroles provisioned                                 what gets launched
    paging quotas tags templates views errors                            what they all need

Of AWS's 90 operations those in `calls.OPERATIONS` are here; the others answer "not implemented" by
name. Behaviour follows the API reference and the administrator guide where they say something.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.servicecatalog.responses import ServiceCatalogResponse

from local_aws import validation
from local_aws.servicecatalog import (  # noqa: F401 - importing enters their operations
    artifacts,
    associations,
    browsing,
    constraints,
    idempotency,
    imports,
    launchpaths,
    orgaccess,
    portfolios,
    principals,
    products,
    provisioned,
    provisioning,
    shares,
)
from local_aws.servicecatalog.calls import OPERATIONS, Call, caller


def install() -> None:
    """Answer Service Catalog's operations here instead of in moto."""
    for name in get_service_model("servicecatalog").operation_names:
        action = camelcase_to_underscores(name)
        if action in OPERATIONS:
            setattr(ServiceCatalogResponse, action, validation.served("servicecatalog", name, _do))


def _do(response: BaseResponse, params: dict[str, Any]) -> dict[str, Any]:
    """One call: who makes it, then its handler, unless its token was answered before."""
    action = camelcase_to_underscores(response._get_action())
    who = caller(response.current_account, response.region, response.access_key)
    call = Call(params=params, caller=who, region=response.region)
    return idempotency.once(call, action, OPERATIONS[action])
