"""The command line against a named target: exit codes, messages, and never a traceback."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest

from catalog import aws, checking, cli
from catalog.aws import session as aws_session
from catalog.publishing import locking
from catalog.releases import records
from catalog.targets import Target
from catalog.taskcat import recording
from catalog.taskcat.results import Result
from local_aws import faults
from tests.benchmarks.checking import write_catalog
from tests.conftest import HUB, MEMBER, OTHER, REGION, Running

ROLE = "benchmark-launch"
PRODUCT, PERSON = "products/benchmark-000", "platform-engineer"
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "servicecatalog.amazonaws.com"}}]}'
)


@pytest.fixture(scope="session")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog of one product, with its lint results, so that no test pays for them again."""
    root = tmp_path_factory.mktemp("catalog")
    write_catalog(root, 1)
    settings = root / "catalog.yaml"
    text = settings.read_text().replace("111122223333", HUB)
    settings.write_text(text.replace("ou-ab12-11111111", "ou-ab12-20000000"))
    _git(root, "commit", "--all", "--quiet", "--amend", "--no-edit")
    checking.check(root)
    return root


def _git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", "-C", str(root), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@dataclass(frozen=True)
class Ran:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Shell:
    """Somebody at a catalog, with the hub's credentials, and nobody at the keyboard."""

    root: Path
    running: Running
    run: Callable[..., Ran]
    monkeypatch: pytest.MonkeyPatch

    def publish(self, *more: str) -> Ran:
        return self.run("publish", "--target", "prod", "--yes", "--untested", *more)

    def sign_in(self, account: str) -> None:
        for name, value in self.running.environment(account).items():
            self.monkeypatch.setenv(name, value)
        aws_session._boto.cache_clear()

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def gateways(self) -> aws.Gateways:
        target = Target(name="prod", account=HUB, regions=(REGION,))
        return aws.connect(target, REGION, endpoint=self.running.server.endpoint)


@pytest.fixture
def shell(
    linted: Path,
    tmp_path: Path,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Shell]:
    root = tmp_path / "catalog"
    shutil.copytree(linted, root)
    monkeypatch.chdir(root)
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["catalog", *arguments])
        code: Any = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        ran = Ran(code, said.out, said.err)
        assert "Traceback" not in ran.text
        assert "defect of the tool" not in ran.text
        return ran

    running.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST)
    made = Shell(root, running, run, monkeypatch)
    made.sign_in(HUB)
    yield made
    aws_session._boto.cache_clear()


def test_every_verb_is_found_and_none_is_forgotten() -> None:
    context = click.Context(cli.cli)
    found = {name: cli.cli.get_command(context, name) for name in cli.cli.list_commands(context)}
    modules = {import_module(f"catalog.cli.{name}") for name in cli.VERBS.values()}
    assert {*found.values()} == {verb for module in modules for verb in module.COMMANDS}


# --- it works ----------------------------------------------------------------------------------


def test_publish_then_nothing_to_do(shell: Shell) -> None:
    first = shell.publish()
    assert first.code == 0, first.text
    assert "created" in first.out
    again = shell.publish()
    assert again.code == 0
    report = json.loads((shell.root / "build/report.json").read_text())
    assert set(report) >= {"summary", "actions", "calls", "seconds"}
    assert report["summary"] == {
        "created": 0,
        "updated": 0,
        "unchanged": 2,
        "removed": 0,
        "failed": 0,
    }
    assert report["calls"]["resourcegroupstaggingapi:GetResources"] == 1


def test_what_is_published_is_recorded_on_a_branch(shell: Shell, tmp_path: Path) -> None:
    bare = tmp_path / "remote.git"
    _git(tmp_path, "init", "--quiet", "--bare", str(bare))
    _git(shell.root, "remote", "add", "origin", str(bare))
    first = shell.publish("--record-state", "origin")
    assert (first.code, first.err) == (0, "")
    assert "Branch catalog-state of origin is now " in first.out
    kept = shell.root / "build/state/prod" / f"{REGION}.json"
    planned = shell.run("plan", "--target", "prod", "--against", str(kept))
    assert "Nothing to do: 2 portfolios and products" in planned.out
    again = shell.publish("--record-state", "origin")
    assert "Branch catalog-state of origin says so already." in again.out

    hook = bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    shell.edit(f"{PRODUCT}/product.yaml", "Builds models.", "Builds more models.")
    kept.unlink()  # it is taken from the branch
    refused = shell.publish("--record-state", "origin")
    assert refused.code == 0
    assert "1 updated" in refused.out
    assert "Published, but branch catalog-state of origin was not written: git push" in refused.err
    assert "Builds more models." in kept.read_text()


def test_plan_tells_by_its_exit_code_and_as_json(shell: Shell) -> None:
    plan = ("plan", "--target", "prod", "--json")
    assert shell.run("plan", "--target", "prod").code == 0
    changes = shell.run(*plan, "--exit-code")
    assert changes.code == 3
    kinds = [action["kind"] for action in _plan(changes)["actions"]]
    assert kinds[0] == "create-portfolio"
    assert json.loads((shell.root / "build/plan.json").read_text()) == json.loads(
        changes.out[changes.out.index("{") :]
    )
    shell.publish()
    nothing = shell.run(*plan, "--exit-code")
    assert (nothing.code, _plan(nothing)["actions"]) == (0, [])


def _plan(ran: Ran) -> Any:
    return json.loads(ran.out[ran.out.index("{") :])["regions"][REGION]


def test_a_plan_in_a_file_is_applied_exactly_once(shell: Shell) -> None:
    shell.run("plan", "--target", "prod")
    shutil.copy(shell.root / "build/plan.json", shell.root / "build/read.json")
    apply = ("publish", "--target", "prod", "--untested", "--plan", "build/read.json")
    assert shell.run(*apply).code == 0
    stale = shell.run(*apply)
    assert stale.code == 1
    assert "The catalog moved since the plan was made." in stale.err
    assert "Make a new plan." in stale.err


def test_a_plan_against_nothing_asks_nobody(shell: Shell) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        shell.monkeypatch.delenv(name)
    ran = shell.run("plan", "--target", "prod", "--against", "empty", "--exit-code")
    assert ran.code == 3, ran.text


def test_drift_tells_what_was_changed_by_hand(shell: Shell) -> None:
    shell.publish()
    assert shell.run("drift", "--target", "prod").code == 0
    catalog = shell.running.client("servicecatalog")
    (portfolio,) = catalog.list_portfolios()["PortfolioDetails"]
    catalog.update_portfolio(Id=portfolio["Id"], ProviderName="Somebody")
    drifted = shell.run("drift", "--target", "prod")
    assert drifted.code == 1
    assert "Somebody" in drifted.out
    as_json = shell.run("drift", "--target", "prod", "--json")
    found = json.loads(as_json.out[as_json.out.index("{") :])
    assert [action["kind"] for action in found[REGION]["actions"]] == ["update-portfolio"]
    assert [found[REGION].pop(part) for part in ("live", "bucket")] == [[], []]
    kept = json.loads((shell.root / "build/drift.json").read_text())
    assert kept == {"target": "prod", "regions": found}
    assert shell.publish("--deep").code == 0
    assert shell.run("drift", "--target", "prod").code == 0


def test_drift_looks_at_the_bucket_and_at_what_lies_in_it(shell: Shell) -> None:
    shell.publish()
    s3, bucket = shell.running.client("s3"), f"sagemaker-catalog-{HUB}-{REGION}"
    s3.delete_public_access_block(Bucket=bucket)
    (record,) = s3.list_objects_v2(Bucket=bucket, Prefix="releases/")["Contents"]
    s3.delete_object(Bucket=bucket, Key=record["Key"])
    rule = {"ID": "old", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 30}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    drifted = shell.run("drift", "--target", "prod")
    assert drifted.code == 1
    assert "artifact bucket: it is not closed to the public" in drifted.out
    assert "artifact bucket: lifecycle rule 'old' deletes what is published" in drifted.out
    assert "its release record is gone" in drifted.out
    assert shell.publish("--deep").code == 0
    drifted = shell.run("drift", "--target", "prod", "--json")
    assert drifted.code == 1
    assert json.loads(drifted.out)[REGION]["bucket"] == [
        "lifecycle rule 'old' deletes what is published"
    ]
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert shell.run("drift", "--target", "prod").code == 0


def test_what_passed_where_a_target_launches_it_is_published(shell: Shell) -> None:
    checked = checking.check(shell.root)
    ((name, release),) = checked.releases.items()
    (scenario,) = checked.catalog.products[name].scenarios.values()
    target = checked.catalog.settings.targets["prod"]
    elsewhere, here = (Result(scenario=scenario.name, region=r) for r in ("eu-west-3", REGION))
    records = shell.root / "build/taskcat/records"
    for result, code in ((None, 1), (elsewhere, 1), (here, 0)):
        if result:
            recording.keep(records, release, [result], target)
        ran = shell.run("publish", "--target", "prod", "--yes")
        assert ran.code == code, ran.text
        assert ("taskcat" in ran.text) is bool(code)


def test_a_region_that_a_target_has_not_is_nothing_to_launch(shell: Shell) -> None:
    """A batch build has builds for the regions of all targets."""
    ran = shell.run("taskcat", "--target", "prod", "--region", "eu-west-3")
    assert (ran.code, ran.out) == (0, "Nothing to launch in eu-west-3 for target prod.\n")


def test_versions_in_the_world(shell: Shell) -> None:
    assert "Nothing was released to target prod yet." in shell.run(*_on("releases")).out
    shell.publish()
    told = shell.run(*_on("releases"))
    assert told.code == 0
    assert " active " in told.out
    (released,) = json.loads(shell.run(*_on("releases"), "--json").out)
    assert (released["version"], released["lives"]) == ("1.0.0", [REGION])
    verified = shell.run(*_on("verify"))
    assert (verified.code, verified.out.splitlines()[-1]) == (0, "1 as released.")
    fleet = json.loads(shell.run(*_on("fleet"), "--json").out)
    assert fleet["running"] == []
    assert [each["where"] for each in fleet["unseen"]] == [MEMBER, OTHER]
    unseen = (
        "not seen: 111111111111 (us-east-1): the role sagemaker-catalog-reader cannot be assumed"
    )
    told = shell.run(*_on("fleet")).out
    assert unseen in told
    assert told.splitlines()[-1] == "0 running; 2 accounts not seen."
    storage = shell.gateways().storage
    record = records.key("benchmark-000", "1.0.0")
    changed = json.loads((storage.fetch(record) or b"{}").decode()) | {"digest": "ab" * 32}
    storage.bucket.call("put_object", Key=record, Body=json.dumps(changed).encode())
    differs = shell.run(*_on("verify"), "--json")
    assert differs.code == 1
    (verdict,) = json.loads(differs.out)
    assert (verdict["mark"], len(verdict["notes"])) == ("differs", 2)
    for verb in ("releases", "verify", "fleet"):
        ran = shell.run(verb, "benchmark-00", "--target", "prod")
        assert (ran.code, "There is no product 'benchmark-00'" in ran.err) == (2, True)


def test_every_verb_in_two_regions(shell: Shell) -> None:
    shell.publish()
    other = "eu-west-1"
    shell.edit("catalog.yaml", "regions: [us-east-1]", f"regions: [us-east-1, {other}]")
    planned = shell.run(*_on("plan"), "--json", "--exit-code")
    assert planned.code == 3
    regions = json.loads(planned.out[planned.out.index("{") :])["regions"]
    assert [len(regions[region]["actions"]) > 0 for region in (REGION, other)] == [False, True]
    assert "not released in eu-west-1" in " ".join(shell.run(*_on("releases")).out.split())
    done = shell.publish()
    assert (done.code, "created" in done.out) == (0, True), done.text
    same = "Nothing to do: 4 portfolios and products are as they should be."
    by_hand = "`make drift TARGET=prod` also finds what was changed by hand."
    assert f"{same} {by_hand}\n" in shell.publish().out
    assert f"{same}\n" in shell.publish("--deep").out
    assert "`make drift TARGET=prod` also finds" in shell.run(*_on("plan")).out
    (released,) = json.loads(shell.run(*_on("releases"), "--json").out)
    assert (released["lives"], released["notes"]) == ([REGION, other], [])
    verified = json.loads(shell.run(*_on("verify"), "--json").out)
    assert [(each["region"], each["mark"]) for each in verified] == [
        (REGION, "same"),
        (other, "same"),
    ]
    unseen = json.loads(shell.run(*_on("fleet"), "--json").out)["unseen"]
    assert {(each["where"], each["region"]) for each in unseen} == {
        (account, region) for account in (MEMBER, OTHER) for region in (REGION, other)
    }
    drifted = shell.run(*_on("drift"))
    assert drifted.code == 0, drifted.text
    assert [line for line in drifted.out.splitlines() if line.endswith(":")] == [
        f"{REGION}:",
        f"{other}:",
    ]
    trust = TRUST.replace('{"Service": "servicecatalog.amazonaws.com"}', f'{{"AWS": "{HUB}"}}')
    shell.running.client("iam").create_role(RoleName=PERSON, AssumeRolePolicyDocument=trust)
    look = (*_on("studio"), "--account", HUB, "--role", PERSON, "--json", "--region")
    for region in (REGION, other):
        seen = shell.run(*look, region)
        assert seen.code == 0, seen.text
        (missing,) = json.loads(seen.out)["missing"]
        assert missing["condition"] == "principal"
    assert "has no region 'us-east-2'" in shell.run(*look, "us-east-2").err


def _on(verb: str) -> tuple[str, ...]:
    return verb, "--target", "prod"


# --- it does not: wrong use --------------------------------------------------------------------


def test_a_named_target_wants_a_yes(shell: Shell) -> None:
    ran = shell.run("publish", "--target", "prod", "--untested")
    assert ran.code == 2
    assert "Nobody is here to confirm this." in ran.err
    assert "--yes" in ran.err
    assert not shell.running.client("servicecatalog").list_portfolios()["PortfolioDetails"]


def test_a_named_target_wants_tested_releases(shell: Shell) -> None:
    ran = shell.run("publish", "--target", "prod", "--yes")
    assert ran.code == 1
    assert "Not tested with exactly this content: benchmark-000 1.0.0" in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("publish", "--target", "prd", "--yes"), "catalog.yaml has no target 'prd'"),
        (("check", "benchmark-00"), "There is no product 'benchmark-00'"),
        (("plan", "--target", "prod", "--against", "nowhere.json"), "nowhere.json cannot be read"),
        (("publish", "--target", "prod", "--plan", "catalog.yaml"), "catalog.yaml is no plan"),
        (("plan", "--no-such-option"), "No such option"),
        (("publsh",), "Did you mean 'publish'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    ran = shell.run(*arguments)
    assert ran.code == 2
    assert said in ran.err


# --- it does not: the catalog ------------------------------------------------------------------


def test_no_manifest(shell: Shell) -> None:
    elsewhere = shell.root.parent / "elsewhere"
    elsewhere.mkdir()
    shell.monkeypatch.chdir(elsewhere)
    ran = shell.run("check")
    assert ran.code == 1
    assert "There is no catalog.yaml" in ran.err
    assert "--root" in ran.err


def test_a_broken_manifest(shell: Shell) -> None:
    shell.edit(f"{PRODUCT}/product.yaml", "owner: team", "ower: team")
    ran = shell.publish()
    assert ran.code == 1
    assert f"{PRODUCT}/product.yaml:6:1" in ran.out
    assert "owner" in ran.out
    assert "findings stop this" in ran.err
    found = json.loads(shell.run("check", "--json").out)
    assert f"{PRODUCT}/product.yaml" in {finding["file"] for finding in found}


def test_a_manifest_that_is_no_yaml(shell: Shell) -> None:
    (shell.root / "catalog.yaml").write_text("owners: [")
    ran = shell.run("plan", "--target", "prod")
    assert ran.code == 1
    assert "catalog.yaml:1" in ran.out


# --- it does not: the world --------------------------------------------------------------------


def test_another_account(shell: Shell) -> None:
    shell.sign_in(MEMBER)
    ran = shell.publish()
    assert ran.code == 1
    assert f"The credentials are for account {MEMBER}" in ran.err


def test_no_credentials(shell: Shell) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        shell.monkeypatch.delenv(name)
    aws_session._boto.cache_clear()
    ran = shell.publish()
    assert ran.code == 1
    assert "There are no AWS credentials" in ran.err


def test_a_missing_permission(shell: Shell) -> None:
    denied = faults.Fault(
        operation="servicecatalog:ListPortfolios", error="AccessDeniedException", times=0
    )
    shell.running.set(faults.Faults(fail=(denied,)))
    ran = shell.publish()
    assert ran.code == 1
    assert "servicecatalog:ListPortfolios" in ran.err
    assert "Allow the role" in ran.err


def test_somebody_elses_bucket(shell: Shell) -> None:
    bucket = f"sagemaker-catalog-{HUB}-{REGION}"
    shell.running.client("s3", MEMBER).create_bucket(Bucket=bucket)
    ran = shell.publish()
    assert ran.code == 1
    assert f"Bucket {bucket} exists, but account {HUB} may not use it" in ran.err


def test_a_missing_launch_role(shell: Shell) -> None:
    shell.running.client("iam").delete_role(RoleName=ROLE)
    planned = shell.run("plan", "--target", "prod")
    assert planned.code == 0
    assert "Publishing would stop here: The launch role" in planned.out
    ran = shell.publish()
    assert ran.code == 1
    assert f"The launch role {ROLE} does not exist" in ran.err
    assert "make bootstrap TARGET=prod" in ran.err


def test_another_publisher_at_work(shell: Shell) -> None:
    shell.publish()
    shell.edit(f"{PRODUCT}/product.yaml", "Builds models.", "Builds more models.")
    with locking.held(shell.gateways().storage, "Rose", "nonce"):
        ran = shell.publish()
    assert ran.code == 1
    assert "Rose" in ran.err
    assert shell.publish().code == 0


def test_a_failure_half_way_is_reported_and_mended_by_the_next_run(shell: Shell) -> None:
    denied = faults.Fault(
        operation="servicecatalog:CreateConstraint", error="AccessDeniedException", times=0
    )
    shell.running.set(faults.Faults(fail=(denied,)))
    ran = shell.publish()
    assert ran.code == 1
    assert "Allow the role you publish with the action servicecatalog:CreateConstraint" in ran.text
    assert json.loads((shell.root / "build/report.json").read_text())["summary"]["failed"] > 0
    shell.running.set(faults.NONE)
    assert shell.publish().code == 0
    assert shell.run("drift", "--target", "prod").code == 0
