"""SNS that delivers: to queues and functions as itself, to people once they confirmed.

    subscribing   subscriptions, pending until confirmed
    sending       messages on their way
    inboxes       what people got

A person reads `inbox(address)` and confirms with `confirm(address)`; on the server
`GET /local-aws/inbox/<address>` and `PUT /local-aws/confirmations/<address>`. moto keeps topics,
policies and filters.
"""

from __future__ import annotations

from dataclasses import asdict

from local_aws import controls
from local_aws.topics import sending, subscribing
from local_aws.topics.inboxes import Mail, forget, inbox
from local_aws.topics.subscribing import confirm

__all__ = ["Mail", "confirm", "forget", "inbox", "install"]


def install() -> None:
    """Deliver, and let people read and confirm."""
    subscribing.install()
    sending.install()
    controls.add("GET", "inbox/", lambda address, _: [asdict(mail) for mail in inbox(address)])
    controls.add("PUT", "confirmations/", lambda address, _: {"confirmed": confirm(address)})
