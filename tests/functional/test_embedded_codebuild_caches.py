"""What builds leave on their host, the next build there finds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local_aws import codebuild, sandbox
from tests.functional.test_embedded_codebuild import BUCKET, Builds, failure, spec, zipped

LOCAL = {"type": "LOCAL", "modes": ["LOCAL_CUSTOM_CACHE"]}
KEEP = spec("ls tools || echo none", "echo left > tools/by", cache={"paths": ["tools/**/*"]})


@pytest.fixture
def builds(clients) -> Builds:
    return Builds(clients)


def test_the_next_build_finds_what_one_left(builds):
    builds.project(KEEP, cache=LOCAL)
    first, second = builds.ended(), builds.ended()
    assert "\nby\n" not in builds.log(first)
    assert "\nby\n" in builds.log(second)


@pytest.mark.parametrize("cache", [{"type": "NO_CACHE"}, {"type": "LOCAL", "modes": []}])
def test_nothing_is_kept_without_a_custom_cache(builds, cache):
    builds.project(KEEP, cache=cache)
    assert [builds.ended()["buildStatus"] for _ in range(2)] == ["FAILED", "FAILED"]


def test_a_host_takes_one_build_at_a_time(builds):
    wait = spec("ls tools", "echo mine > tools/by", "sleep 0.7", cache={"paths": ["tools/**/*"]})
    builds.project(wait, cache=LOCAL)
    ids = [builds.codebuild.start_build(projectName="iris")["build"]["id"] for _ in range(2)]
    logs = [builds.log(builds.end_of(each)) for each in ids]
    assert ["\nby\n" in log for log in logs] == [False, False]


def test_what_the_source_has_comes_first(builds):
    def fill(folder: Path) -> None:
        folder.mkdir()
        (folder / "by").write_text("mine\n")

    builds.project(spec("cat tools/by", cache={"paths": ["tools/**/*"]}), cache=LOCAL)
    codebuild.lend("tools", fill)
    assert "\nmine\n" in builds.log(builds.ended())
    body = zipped({"tools/by": "theirs\n"})
    builds.client("s3").put_object(Bucket=BUCKET, Key="source.zip", Body=body)
    source = {"sourceTypeOverride": "S3", "sourceLocationOverride": f"{BUCKET}/source.zip"}
    assert "\ntheirs\n" in builds.log(builds.ended(**source))


@pytest.mark.parametrize("path", ["/root/.cache/**/*", "tools/*.txt", "../tools/**/*"])
def test_other_paths_are_not_implemented(builds, path):
    builds.project(spec("true", cache={"paths": [path]}), cache=LOCAL)
    phase, code, message = failure(builds.ended())
    assert (phase, code) == ("DOWNLOAD_SOURCE", "YAML_FILE_ERROR")
    assert message == f"cache/paths: {path} is not implemented in the embedded AWS"


def test_a_lent_environment_has_the_packages_and_is_its_own(tmp_path: Path):
    own = tmp_path / "lent"
    sandbox.lent(Path(sys.prefix), own)
    code = "import boto3, json, sys; print(json.dumps([sys.prefix, boto3.__file__]))"
    told = subprocess.run(
        [own / "bin" / "python", "-c", code], capture_output=True, check=True, text=True
    )
    prefix, place = json.loads(told.stdout)
    assert Path(prefix) == own
    assert Path(place).is_relative_to(own)
    assert not list(own.glob("lib/python*/site-packages/sagemaker_catalog*"))
    assert {"python", "uv"} <= {path.name for path in (own / "bin").iterdir()}
    assert "catalog" not in {path.name for path in (own / "bin").iterdir()}
    pip = [own / "bin" / "python", "-m", "pip", "--disable-pip-version-check"]
    uninstalled = subprocess.run(
        [*pip, "uninstall", "--yes", "pip"], capture_output=True, check=False, text=True
    )
    assert uninstalled.returncode
    assert "RECORD" in uninstalled.stderr
    assert subprocess.run([*pip, "--version"], capture_output=True, check=True)
