"""CodeConnections, its handshake as a control, and the Git provider behind it.

A connection is PENDING until somebody completes it in the console (Developer Tools console user
guide, *Update a pending connection*); here `complete`, or `PUT /local-aws/connections/<id>`. What
the provider has are bare repositories named `<owner>/<name>`, which every connection sees; `PUT
/local-aws/repositories/<owner>/<name>` makes one. The service answers under its older name
`codestar-connections` too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from catalog.targets import Organization
from local_aws import controls, dispatch, identity
from local_aws.connections import api, shelf
from local_aws.errors import Refusal
from local_aws.repositories import access, gate, pushes
from local_aws.repositories import api as codecommit
from local_aws.repositories import shelf as provider
from local_aws.repositories.bare import Author, Files
from local_aws.repositories.gate import Knock
from local_aws.repositories.shelf import Repository

SERVICES = ("codeconnections", "codestar-connections")
OWNER = Author(name="Repository owner", email="repository-owner@example.com")


def complete(arn: str) -> None:
    """Finish the handshake of a connection, as a person does in the console.

    Raises:
        Refusal: There is no such connection.
    """
    shelf.get(arn).status = "AVAILABLE"


def set_up(organization: Organization, region: str) -> None:
    """Make the connections of an organization's accounts, completed, and what is behind them."""
    accounts = organization.accounts
    for name, held in organization.connections.items():
        account = accounts[name]
        for one in held:
            arn = f"arn:aws:{SERVICES[0]}:{region}:{account}:connection/{one.id}"
            shelf.of(account, region)[one.id] = shelf.Connection(
                arn=arn, name=one.name, provider="GitHub", account=account, status="AVAILABLE"
            )
            for repository in one.repositories:
                add_repository(repository)


def add_repository(full_name: str, branch: str | None = None) -> None:
    """Make a repository at the Git provider; it is left alone where it is already.

    Args:
        full_name: `<owner>/<name>`.
        branch: Named, the repository begins with a commit on it; otherwise it is empty.
    """
    found = provider.add_at_provider(full_name)
    if branch and not found.bare.refs():
        push(full_name, branch, {"README.md": (f"# {full_name}\n".encode(), False)}, "Begin")


def push(full_name: str, branch: str, files: Files, message: str) -> str:
    """Push a commit to a repository at the Git provider, as a person would; its id.

    Args:
        full_name: `<owner>/<name>`.
        branch: Made when missing.
        files: What it puts; other files stay.
        message: The commit's message.

    Raises:
        Refusal: There is no such repository.
    """
    found = _repository(full_name)
    commit = found.bare.commit(branch, files, message, OWNER)
    codecommit.pushed(found)
    return commit


def address(full_name: str) -> Path:
    """Where a repository of the Git provider is cloned from and pushed to, past AWS.

    Raises:
        Refusal: There is no such repository.
    """
    return _repository(full_name).bare.path


def pushed(full_name: str) -> None:
    """Let the provider notice what was pushed to `address`.

    Raises:
        Refusal: There is no such repository.
    """
    codecommit.pushed(_repository(full_name))


def snapshot(connection_arn: str, full_repository_id: str, branch: str) -> tuple[str, Files]:
    """The newest commit of a branch at the provider: its id and every file.

    Raises:
        Refusal: The connection is missing or pending, or repository or branch are unknown.
    """
    usable(connection_arn)
    found = _repository(full_repository_id)
    commit = found.bare.branches().get(branch)
    if commit is None:
        text = f"No Branch [{branch}] found for FullRepositoryName [{full_repository_id}]"
        raise Refusal("ConfigurationError", text)
    return commit, found.bare.files(commit)


def usable(connection_arn: str) -> None:
    """Refuse a connection that is missing or not yet completed.

    Raises:
        Refusal: What a person reads in the pipeline.
    """
    if shelf.get(connection_arn).status != "AVAILABLE":
        text = (
            f"Connection {connection_arn} is not available; complete its handshake in the console"
        )
        raise Refusal("ResourceUnavailableException", text)


def check_use(role_arn: str, connection_arn: str) -> None:
    """Refuse a role that may not use a connection.

    Raises:
        Refusal: The connection is missing or pending, or IAM does not allow the role its use.
    """
    usable(connection_arn)
    access.check(
        identity.keys_for(role_arn)[0],
        f"{shelf.get(connection_arn).service}:UseConnection",
        connection_arn,
    )


def on_push(listener: Callable[[str, str, str], None]) -> None:
    """Call `listener(full_repository_id, branch, commit_id)` for every push to a provider's branch.

    It is called in the background and holds no turn.
    """

    def heard(one: pushes.Push) -> None:
        if not one.repository.account and one.branch and one.after:
            listener(one.repository.name, one.branch, one.after)

    pushes.on_push(heard)


def _repository(full_name: str) -> Repository:
    found = provider.at_provider(full_name)
    if found is None:
        text = f"Could not find repository {full_name}, or the connection has no access to it"
        raise Refusal("ConfigurationError", text)
    return found


def _through_git(knock: Knock) -> Repository:
    """`<account>/<region>/<id>/<owner>/<name>.git`, as connections serve repositories to git."""
    account, region, id_, name = knock.address.split("/", 3)
    held = shelf.of(account, region).get(id_)
    if held is None:
        raise Refusal("ResourceNotFoundException", f"Connection {id_} does not exist")
    usable(held.arn)
    action = "GitPush" if knock.pushes else "GitPull"
    full_name = name.removesuffix(".git")
    context = {
        f"{held.service}:fullrepositoryid": (full_name,),
        f"{held.service}:provideraction": (action,),
    }
    access.check(knock.key, f"{held.service}:UseConnection", held.arn, context)
    return _repository(full_name)


def _completed(id_: str, _: bytes) -> object:
    for one in shelf.everywhere():
        if one.arn.endswith(f"/{id_}"):
            complete(one.arn)
            return api.shown(one)
    return None


def _added(full_name: str, body: bytes) -> object:
    add_repository(full_name, body.decode().strip() or None)
    return {"FullRepositoryId": full_name}


def install() -> None:
    """Answer for CodeConnections, which moto does not know."""
    for service in SERVICES:
        dispatch.serve(service, api.answering(service))
    gate.leads_to("connection", _through_git)
    controls.add("PUT", "connections/", _completed)
    controls.add("PUT", "repositories/", _added)
