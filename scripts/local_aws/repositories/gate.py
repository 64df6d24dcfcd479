"""Git over HTTPS without HTTPS: the addresses AWS gives repositories lead to bare ones on disk.

git itself rewrites an address (`url.<base>.insteadOf`, git-config) into a command it talks to
(git-remote-ext), here `door.py`. That asks `open_` first, which admits whom IAM admits, and says
when a push is over. Nothing else can be reached: builds have no other transport.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from moto.core.exceptions import ServiceException

from local_aws import controls, functions, identity, serial
from local_aws.repositories import access, api, shelf
from local_aws.repositories.shelf import Repository

DOOR = Path(__file__).with_name("door.py")
PUSH = "git-receive-pack"


class Knock(NamedTuple):
    """Somebody at the door: the access key, whether it is to push, the rest of the address."""

    key: str
    pushes: bool
    address: str


Opener = Callable[[Knock], Repository]
"""Finds the repository of an address and checks that the caller may; else raises a Refusal."""

_openers: dict[str, Opener] = {}


def leads_to(kind: str, opener: Opener) -> None:
    """Let addresses of a kind, e.g. `codecommit`, be answered by `opener`."""
    _openers[kind] = opener


def git_environment(account: str, region: str) -> dict[str, str]:
    """The variables with which git reaches the repositories of the embedded AWS, and nothing else.

    They hold for CodeCommit's addresses in a region and for those of connections there; who acts
    is decided by the access key in the environment.

    Args:
        account: 12 digits; whose CodeCommit repositories the addresses mean.
        region: Where.
    """
    settings = [("protocol.ext.allow", "user"), *_detours(account, region)]
    numbered = enumerate(settings)
    variables = {"GIT_CONFIG_COUNT": str(len(settings)), "GIT_ALLOW_PROTOCOL": "file:ext"}
    variables["GIT_CONFIG_NOSYSTEM"] = "1"  # a machine's own detours are not AWS's
    for number, (key, value) in numbered:
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _detours(account: str, region: str) -> list[tuple[str, str]]:
    """Each address's beginning and what git puts in its place."""
    code = f"codecommit/{account}/{region}/"
    roads = {
        f"https://git-codecommit.{region}.amazonaws.com/v1/repos/": code,
        f"https://codeconnections.{region}.amazonaws.com/git-http/": "connection/",
        f"https://codestar-connections.{region}.amazonaws.com/git-http/": "connection/",
    }
    words = [sys.executable, "-I", "-S", str(DOOR), "%S", functions.endpoint()]
    program = " ".join(w.replace("%", "%%").replace(" ", "% ") if w != "%S" else w for w in words)
    return [(f"url.ext::{program} {to}.insteadOf", start) for start, to in roads.items()]


def _open(_: str, body: bytes) -> object:
    """`POST /local-aws/git/open`: the path to serve, or why not."""
    asked = json.loads(body)
    try:
        if not asked["helped"]:
            text = "git has no credential helper: set credential.helper to AWS's"
            raise _not_let_in(f"{text}, `!aws codecommit credential-helper $@`")
        with serial.turn():
            return {"path": str(_found(asked).bare.path)}
    except ServiceException as error:
        return {"error": f"unable to access the repository: {error.message}"}


def _closed(_: str, body: bytes) -> object:
    """`POST /local-aws/git/closed`: a push is over."""
    with serial.turn():
        api.pushed(_found(json.loads(body)))
    return {}


def _found(asked: Mapping[str, str]) -> Repository:
    kind, _, address = asked["address"].partition("/")
    if not identity.account_of(asked["key"]):
        raise _not_let_in("there are no AWS credentials in the environment, or they are unknown")
    return _openers[kind](Knock(asked["key"], asked["service"] == PUSH, address))


def _not_let_in(why: str) -> access.Refusal:
    return access.Refusal("AccessDenied", f"the requested URL returned error 403: {why}")


def _codecommit(knock: Knock) -> Repository:
    account, region, name = knock.address.split("/", 2)
    found = shelf.find(account, region, name.removesuffix(".git"))
    action = "codecommit:GitPush" if knock.pushes else "codecommit:GitPull"
    access.check(knock.key, action, found.arn)
    return found


def install() -> None:
    """Open the door for CodeCommit's addresses."""
    controls.add("POST", "git/open", _open)
    controls.add("POST", "git/closed", _closed)
    leads_to("codecommit", _codecommit)
