"""Which lifecycle rules of an artifact bucket delete what is published. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from catalog.aws.bucket_policy import PUBLISHERS
from catalog.doctor.facts import Lifecycle


def read(rules: Sequence[Mapping[str, Any]]) -> Lifecycle:
    """The rules, as GetBucketLifecycleConfiguration lists them, told apart."""
    others = [rule for rule in rules if not _deletes(rule)]
    return Lifecycle(
        deleting=tuple(rule.get("ID", "") for rule in rules if _deletes(rule)),
        others=json.dumps({"Rules": others}, default=datetime.isoformat) if others else "",
    )


def _deletes(rule: Mapping[str, Any]) -> bool:
    """Whether a rule is in force and takes versions, current or not, of what is published.

    Its tags and sizes are not looked at: what is published may have them, too.
    """
    expires = rule.get("Expiration", {}).keys() & {"Date", "Days"}
    prefix = _prefix(rule)
    return (
        rule["Status"] == "Enabled"
        and bool(expires or "NoncurrentVersionExpiration" in rule)
        and any(prefix.startswith(each) or each.startswith(prefix) for each in PUBLISHERS)
    )


def _prefix(rule: Mapping[str, Any]) -> str:
    """Which keys a rule is for, as S3 writes it now or wrote it once; empty for all."""
    chosen = rule.get("Filter", {})
    places = (chosen, chosen.get("And", {}), rule)
    return next((place["Prefix"] for place in places if "Prefix" in place), "")
