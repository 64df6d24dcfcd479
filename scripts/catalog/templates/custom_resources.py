"""Whether the code behind a custom resource answers whatever CloudFormation asks.

CloudFormation asks Create, Update or Delete and waits for an answer at `ResponseURL`; a request
nobody answers leaves the stack hanging for an hour, then failed (CloudFormation user guide, *Custom
resource request types*). Read from the code's text: what cannot be told apart counts as answered.
"""

from __future__ import annotations

import re

TYPE = "AWS::CloudFormation::CustomResource"
REQUESTS = ("Create", "Update", "Delete")
_ANSWER = re.compile(r"\bResponseURL\b|\bcfnresponse\b")


def is_custom(resource_type: str) -> bool:
    """Whether a resource of this type is made by a function of ours."""
    return resource_type == TYPE or resource_type.startswith("Custom::")


def unanswered(code: str) -> list[str]:
    """The request types that a handler's code does not name.

    Code that names some of the three, and treats whatever is left in an `else`, counts as
    answering all: naming Delete alone does, for Create and Update may be one.
    """
    named = [request for request in REQUESTS if re.search(rf"[\"']{request}[\"']", code)]
    if "Delete" in named and re.search(r"\belse\b|\breturn\b", code):
        return []
    return [request for request in REQUESTS if request not in named]


def answers(code: str) -> bool:
    """Whether the code ever answers."""
    return bool(_ANSWER.search(code))
