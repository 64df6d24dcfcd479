"""The builds of a project as CodeBuild runs them: the commands of their buildspecs, in a shell."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

SEED = Path(__file__).parents[2] / "seed_code/model-deploy"
DATA_SCIENCE = "111111111111"
PROJECT = {
    "PROJECT_NAME": "iris",
    "PROJECT_ID": "p-a1b2c3d4e5f6",
    "MODEL_GROUP": "iris",
    "STAGES": "staging,prod",
    "DEPLOYMENT_MODE": "Accounts",
    "STAGING_ACCOUNTS": "222222222222",
    "PROD_ACCOUNTS": "222222222222",
    "STAGING_UNIT": "",
    "PROD_UNIT": "",
    "STAGING_ROLE": "sagemaker-role-staging",
    "PROD_ROLE": "sagemaker-role-prod",
    "STAGE": "staging",
}
Build = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def build(running, tmp_path) -> Build:
    """Run one buildspec in a copy of the repository; `MODEL` is printed last, as it is exported."""
    shutil.copytree(SEED, tmp_path, dirs_exist_ok=True)
    running.client("sagemaker", DATA_SCIENCE).create_model_package_group(
        ModelPackageGroupName="iris"
    )
    here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment = here | PROJECT | running.environment(DATA_SCIENCE)

    def run(step: str, **more: str) -> subprocess.CompletedProcess[str]:
        spec = yaml.safe_load((SEED / "buildspecs" / f"{step}.yml").read_text())
        commands = [line for phase in spec["phases"].values() for line in phase["commands"]]
        script = "\n".join(["set -e", *commands, 'echo "MODEL=$MODEL"'])
        return subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=tmp_path,
            env=environment | more,
            check=False,
            capture_output=True,
            text=True,
        )

    return run


def test_a_first_run_succeeds_with_nothing_to_deploy(build, tmp_path):
    made = build("build")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "No model of iris is approved yet" in made.stdout
    assert made.stdout.splitlines()[-1] == "MODEL=none"
    deployed, tested = build("deploy"), build("test")
    assert (deployed.returncode, tested.returncode) == (0, 0)
    assert "nothing is deployed to staging" in deployed.stdout
    assert (tmp_path / "test-results/staging.json").read_text() == "[]\n"


def test_a_build_that_cannot_go_on_says_why_in_one_line(build, tmp_path):
    (tmp_path / "config/staging.json").write_text("{")
    broken = build("build")
    assert broken.returncode == 1
    assert broken.stdout.startswith("Failed: config/staging.json is not JSON")
    unbuilt = build("deploy", STAGE="prod")
    assert unbuilt.returncode == 1
    assert "deployment/prod.json is missing; run model_deployment.build" in unbuilt.stdout
    missing = build("build", PROJECT_NAME="nobodys")
    assert missing.returncode == 1
    for each in (broken, unbuilt, missing):
        assert "Traceback" not in each.stdout + each.stderr
