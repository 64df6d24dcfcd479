"""What the embedded CodeBuild reads in a buildspec, and which files it packs."""

import pytest

from local_aws.codebuild import artifacts, buildspec, locations, reading, surroundings
from local_aws.codebuild.buildspec import Files

WHOLE = """\
version: 0.2
env:
  shell: bash
  variables: {DEBUG: true, NAME: iris}
  parameter-store: {KEY: /iris/key}
  secrets-manager: {PASSWORD: "iris:password"}
  exported-variables: [MODEL]
phases:
  install:
    runtime-versions: {python: 3.12}
    on-failure: CONTINUE
    commands: [a, b]
    finally: c
  build:
    commands:
      - |
        first
        second
artifacts:
  files: ["**/*"]
  base-directory: out
  discard-paths: yes
  secondary-artifacts:
    More: {files: [x]}
reports:
  tests: {files: [r.xml]}
"""


def test_a_whole_buildspec():
    read = buildspec.parse(WHOLE)
    assert read.shell == "bash"
    assert read.variables == {"DEBUG": "true", "NAME": "iris"}
    assert read.parameters == {"KEY": "/iris/key"}
    assert read.secrets == {"PASSWORD": "iris:password"}
    assert read.exported == ("MODEL",)
    install = read.steps["install"]
    assert (install.commands, install.finally_) == (("a", "b"), ("c",))
    assert (install.on_failure, install.runtimes) == ("CONTINUE", {"python": "3.12"})
    assert read.steps["build"].commands == ("first\nsecond\n",)
    assert read.artifacts == Files(patterns=("**/*",), base="out", flat=True)
    assert read.secondary == {"More": Files(patterns=("x",))}
    assert read.reports == ("tests",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "no YAML"),
        ("[]", "must be a mapping"),
        ("version: 0.1\nphases: {build: {commands: [a]}}", "version must be 0.2"),
        ("version: 0.2", "at least one phase"),
        ("version: 0.2\nphases: {deploy: {}}", "unknown deploy"),
        ("version: 0.2\nphases: {build: {command: a}}", "unknown command"),
        ("version: 0.2\nphases: {build: {commands: [{a: b}]}}", "must be a list of text"),
        ("version: 0.2\nphases: {build: {on-failure: RETRY}}", "not implemented"),
        ("version: 0.2\nenv: {shell: zsh}\nphases: {build: {}}", "zsh is not one of"),
        ("version: 0.2\nphases: {build: {}}\nartifacts: {files: []}", "files is required"),
    ],
)
def test_what_is_wrong_is_told(text, expected):
    with pytest.raises(reading.Unreadable, match=expected):
        buildspec.parse(text)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (Files(patterns=("**/*",)), {"a.txt", "d/b.txt", "d/e/c.md"}),
        (Files(patterns=("*",)), {"a.txt"}),
        (Files(patterns=("d/**/*",)), {"d/b.txt", "d/e/c.md"}),
        (Files(patterns=("d/b.txt", "a.*")), {"d/b.txt", "a.txt"}),
        (Files(patterns=("**/*",), base="d"), {"b.txt", "e/c.md"}),
        (Files(patterns=("**/*",), flat=True), {"a.txt", "b.txt", "c.md"}),
        (Files(patterns=("**/*",), excluded=("d/*",)), {"a.txt"}),
    ],
)
def test_files_are_chosen_by_pattern(tmp_path, files, expected):
    for name in ("a.txt", "d/b.txt", "d/e/c.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    assert set(artifacts.chosen(files, tmp_path)) == expected


def test_nothing_chosen_is_a_failure(tmp_path):
    with pytest.raises(artifacts.NotUploaded, match="no matching artifact paths found"):
        artifacts.chosen(Files(patterns=("*.whl",)), tmp_path)


@pytest.mark.parametrize("text", ["bucket/a/b.zip", "arn:aws:s3:::bucket/a/b.zip"])
def test_places_in_s3(text):
    assert locations.parsed(text) == ("bucket", "a/b.zip")


def test_runtimes_of_the_own_interpreter_serve():
    assert "serves as runtime python 3.x" in surroundings.runtime_note("python", "3.x")
    assert "instead" in surroundings.runtime_note("python", "3.99")
    for name, version in (("python", "2.7"), ("nodejs", "20")):
        with pytest.raises(surroundings.NoSuchRuntime, match=f"{name} {version}"):
            surroundings.runtime_note(name, version)
