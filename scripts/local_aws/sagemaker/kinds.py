"""What most kinds of things have in common: made under a name, described, listed, deleted.

A `Kind` says how a kind is spelt; its methods are the operations. Modules of kinds that do more
replace one or the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws.errors import Refusal
from local_aws.sagemaker.calls import Call, Handler, answered
from local_aws.sagemaker.listing import listed
from local_aws.sagemaker.state import Thing, invalid, missing, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a kind of thing is spelt.

    Args:
        noun: In operations and members: `EndpointConfig`.
        path: In ARNs: `endpoint-config`.
        words: In messages: `endpoint configuration`.
        plural: In its List operation, when it is not the noun with an s.
        within: Members that come before the name in what it is found by: a user profile's domain.
        modern: Whether it is missed with `ResourceNotFound` and taken with `ResourceInUse`, as the
            operations of Studio say, rather than with `ValidationException`.
        sorted_by: What its list is sorted by by default.
        descending: Whether its list begins with the newest by default.
        status: The member with its status, if its list is filtered by it.
        folded: Whether the case of its name does not matter; ARNs have it in lower case.
    """

    noun: str
    path: str
    words: str
    plural: str = ""
    within: tuple[str, ...] = ()
    modern: bool = False
    sorted_by: str = "CreationTime"
    descending: bool = False
    status: str = field(default="")
    folded: bool = False

    @property
    def name(self) -> str:
        """The member with the name."""
        return f"{self.noun}Name"

    @property
    def arn(self) -> str:
        """The member with the ARN."""
        return f"{self.noun}Arn"

    def operations(self) -> dict[str, Handler]:
        """Create, Describe, List and Delete of the kind."""
        return {
            f"Create{self.noun}": lambda call: {self.arn: self.make(call).arn},
            f"Describe{self.noun}": self.describe,
            f"List{self.plural or self.noun + 's'}": self.list,
            f"Delete{self.noun}": self.delete,
        }

    def key(self, params: Mapping[str, Any]) -> str:
        """What the thing a request means is found by; a name may be given as an ARN."""
        names = [params[member] for member in self.within if params.get(member)]
        given = str(params[self.name])
        key = "/".join([*names, given.partition(f":{self.path}/")[2] or given])
        return key.lower() if self.folded else key

    def find(self, call: Call, **params: Any) -> Thing:
        """The thing that a request, or `params`, means.

        Raises:
            Refusal: There is none.
        """
        key = self.key(params or call.params)
        found = call.shelf.get(self.path, key)
        if found is None:
            arn = call.arn(f"{self.path}/{key}")
            if self.modern:
                raise missing(f"{self.words[:1].upper()}{self.words[1:]} {arn} does not exist.")
            raise invalid(f'Could not find {self.words} "{arn}".')
        return found

    def make(self, call: Call, hidden: Mapping[str, Any] | None = None, **fields: Any) -> Thing:
        """Make what a request asks for, with `fields` beside the request's own.

        Raises:
            Refusal: The name is taken.
        """
        key = self.key(call.params)
        arn = call.arn(f"{self.path}/{key}")
        if call.shelf.get(self.path, key):
            if self.modern:
                raise Refusal("ResourceInUse", f"{self.noun} {arn} already exists.")
            raise invalid(f'Cannot create already existing {self.words} "{arn}".')
        moment = now()
        times = {"CreationTime": moment, "LastModifiedTime": moment}
        given = {name: value for name, value in call.params.items() if name != "Tags"}
        made = Thing(
            kind=self.path,
            key=key,
            arn=arn,
            fields={**given, self.arn: arn, **times, **fields},
            hidden=hidden or {},
        )
        call.shelf.tag_resource(arn, tag_map(call.params))
        return call.shelf.put(made)

    def describe(self, call: Call) -> dict[str, Any]:
        """Answer what the thing is."""
        return answered(f"Describe{self.noun}", self.find(call).fields)

    def update(self, call: Call) -> dict[str, Any]:
        """Take over every member of the request."""
        found = self.find(call)
        call.shelf.put(found.changed(**call.params))
        return {self.arn: found.arn}

    def list(self, call: Call) -> dict[str, Any]:
        """Answer one page of all that the account has of the kind."""
        return listed(
            call,
            f"List{self.plural or self.noun + 's'}",
            call.shelf.every(self.path),
            status=self.status,
            by=self.sorted_by,
            descending=self.descending,
        )

    def delete(self, call: Call) -> dict[str, Any]:
        """Delete the thing."""
        call.shelf.remove(self.find(call))
        return {}


def tag_map(params: Mapping[str, Any]) -> dict[str, str]:
    """The `Tags` of a request."""
    return {tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()}
