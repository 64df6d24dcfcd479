"""The function behind a Studio domain: projects switched, homes deleted, every request answered."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

FUNCTIONS = Path(__file__).parents[2] / "products"
FUNCTION = FUNCTIONS / "studio-domain/functions/studio_setup"
MODULES = ("answer", "index")
DOMAIN = "d-abcdefghijkl"


@dataclass
class SageMaker:
    """As much of SageMaker as the function asks."""

    enabled: bool = False
    domains: dict[str, list[str]] = field(default_factory=dict)
    """Id -> the statuses it will have, one look after the other; the last one stays."""
    calls: list[str] = field(default_factory=list)
    refuses: str = ""

    def get_sagemaker_servicecatalog_portfolio_status(self) -> dict[str, str]:
        return {"Status": "Enabled" if self.enabled else "Disabled"}

    def enable_sagemaker_servicecatalog_portfolio(self) -> None:
        self.calls.append("enable")
        self.enabled = True

    def disable_sagemaker_servicecatalog_portfolio(self) -> None:
        self.calls.append("disable")
        self.enabled = False

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_domains"
        pages = [
            {"Domains": [{"DomainId": name, "Status": statuses[0]}]}
            for name, statuses in self.domains.items()
        ]
        return SimpleNamespace(paginate=lambda: pages)

    def describe_domain(self, DomainId: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        statuses = self.domains[DomainId]
        status = statuses.pop(0) if len(statuses) > 1 else statuses[0]
        if not status:
            raise refusal("ResourceNotFound", "no such domain")
        return {"Status": status, "FailureReason": "it holds spaces"}

    def delete_domain(self, DomainId: str, RetentionPolicy: dict[str, str]) -> None:  # noqa: N803
        if self.refuses:
            raise refusal("ResourceInUse", self.refuses)
        self.calls.append(f"delete {DomainId} {RetentionPolicy['HomeEfsFileSystem']}")


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DeleteDomain")


@pytest.fixture
def function(monkeypatch) -> Iterator[SimpleNamespace]:
    """The modules as Lambda finds them: the folder is the path; nothing waits."""
    monkeypatch.syspath_prepend(str(FUNCTION))
    found = SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    monkeypatch.setattr(found.index.time, "sleep", lambda _: None)
    yield found
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def ask(function, monkeypatch) -> Any:
    """Hand a request to the function; what it answers: status, identity, reason."""

    def asking(
        sagemaker: SageMaker,
        kind: str,
        what: str,
        *,
        identity: str = "",
        left: int = 900,
        **more: str,
    ) -> tuple[str, str, str]:
        monkeypatch.setattr(function.index.boto3, "client", lambda *_, **__: sagemaker)
        request = {
            "RequestType": kind,
            "ResourceType": f"Custom::Studio{what}",
            "ResourceProperties": {"DomainId": DOMAIN, **more},
            **({"PhysicalResourceId": identity} if identity else {}),
        }
        context = SimpleNamespace(get_remaining_time_in_millis=lambda: left * 1000)
        answers: list[tuple[str, str, str]] = []
        function.index.handler(request, context, lambda _, *answer: answers.append(answer))
        (answer,) = answers
        return answer

    return asking


def test_projects_are_enabled_and_disabled_with_the_last_domain(ask):
    sagemaker = SageMaker(domains={DOMAIN: ["InService"]})
    status, identity, _ = ask(sagemaker, "Create", "Projects")
    assert (status, sagemaker.enabled) == ("SUCCESS", True)
    assert ask(sagemaker, "Delete", "Projects", identity=identity) == ("SUCCESS", identity, "")
    assert sagemaker.calls == ["enable", "disable"]


def test_projects_stay_enabled_where_they_were_before(ask):
    sagemaker = SageMaker(enabled=True, domains={DOMAIN: ["InService"]})
    _, identity, _ = ask(sagemaker, "Create", "Projects")
    ask(sagemaker, "Delete", "Projects", identity=identity)
    assert sagemaker.calls == []


@pytest.mark.parametrize(("other", "after"), [("InService", True), ("Deleting", False)])
def test_projects_stay_enabled_while_another_domain_lives(ask, other, after):
    sagemaker = SageMaker(domains={DOMAIN: ["InService"], "d-other": [other]})
    _, identity, _ = ask(sagemaker, "Create", "Projects")
    ask(sagemaker, "Delete", "Projects", identity=identity)
    assert sagemaker.enabled is after


def test_an_update_enables_again_and_keeps_the_identity(ask, function):
    """Another identity would make CloudFormation delete the old resource, and disable projects."""
    sagemaker = SageMaker()
    answer = ask(sagemaker, "Update", "Projects", identity=function.index.FOREIGN)
    assert answer == ("SUCCESS", function.index.FOREIGN, "")
    assert sagemaker.enabled


def test_a_projects_resource_that_never_came_to_be_is_deleted_without_a_call(ask):
    sagemaker = SageMaker(enabled=True)
    assert ask(sagemaker, "Delete", "Projects", identity="nothing-done")[0] == "SUCCESS"
    assert sagemaker.calls == []


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_homes_do_nothing_before_the_end(ask, kind):
    sagemaker = SageMaker(domains={DOMAIN: ["InService"]})
    answer = ask(sagemaker, kind, "Homes", identity="homes", HomeDirectories="Delete")
    assert answer == ("SUCCESS", "homes", "")
    assert sagemaker.calls == []


def test_homes_that_are_kept_leave_the_domain_to_cloudformation(ask):
    sagemaker = SageMaker(domains={DOMAIN: ["InService"]})
    ask(sagemaker, "Delete", "Homes", identity="homes", HomeDirectories="Retain")
    assert sagemaker.calls == []


@pytest.mark.parametrize("before", ["InService", "Update_Failed", "Delete_Failed"])
def test_homes_are_deleted_with_the_domain(ask, before):
    sagemaker = SageMaker(domains={DOMAIN: [before, "Deleting", "Deleting", ""]})
    answer = ask(sagemaker, "Delete", "Homes", identity="homes", HomeDirectories="Delete")
    assert answer == ("SUCCESS", "homes", "")
    assert sagemaker.calls == [f"delete {DOMAIN} Delete"]


def test_a_domain_that_is_gone_already_is_no_failure(ask):
    sagemaker = SageMaker(domains={DOMAIN: [""]})
    answer = ask(sagemaker, "Delete", "Homes", identity="homes", HomeDirectories="Delete")
    assert answer[0] == "SUCCESS"
    assert sagemaker.calls == []


@pytest.mark.parametrize(
    ("statuses", "left", "says"),
    [
        (["InService", "Delete_Failed"], 900, "it holds spaces"),
        (["InService", "Deleting"], 20, "delete the stack again"),
    ],
)
def test_a_domain_that_does_not_go_is_told(ask, statuses, left, says):
    sagemaker = SageMaker(domains={DOMAIN: statuses})
    status, identity, reason = ask(
        sagemaker, "Delete", "Homes", identity="homes", left=left, HomeDirectories="Delete"
    )
    assert (status, identity) == ("FAILED", "homes")
    assert says in reason


def test_a_refusal_is_answered_with_its_reason(ask):
    sagemaker = SageMaker(domains={DOMAIN: ["InService"]}, refuses="it has user profiles")
    status, _, reason = ask(
        sagemaker, "Delete", "Homes", identity="homes", HomeDirectories="Delete"
    )
    assert status == "FAILED"
    assert "it has user profiles" in reason


def test_a_broken_request_is_answered_too(function):
    answers: list[tuple[str, str, str]] = []
    function.index.handler({}, None, lambda _, *answer: answers.append(answer))
    assert answers[0][0] == "FAILED"


def test_functions_answer_alike():
    """Each function is packed by itself; the code that answers is one and the same."""
    found = {path.read_text() for path in FUNCTIONS.glob("*/functions/*/answer.py")}
    assert len(found) == 1


def test_the_stack_outwaits_the_function(template):
    resources = template("studio-domain")["Resources"]
    timeout = resources["SetupFunction"]["Properties"]["Timeout"]
    for name in ("Projects", "Homes"):
        assert int(resources[name]["Properties"]["ServiceTimeout"]) > timeout
