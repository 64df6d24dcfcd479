"""What looks like a secret, and what only looks a little like one."""

from __future__ import annotations

import pytest

from catalog.manifests import leaks

SECRET = "Zk3" + "+aB9/" * 7 + "xy"
"""Forty characters, as a secret access key has."""
SESSION = "IQoJb3Jp" + "Z2lu+X2/" * 20


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"os.environ['AWS_SECRET_ACCESS_KEY'] = '{SECRET}'", "an AWS secret access key"),
        (f'"SecretAccessKey": "{SECRET}"', "an AWS secret access key"),
        (f"aws_secret_access_key = {SECRET}", "an AWS secret access key"),
        (f"TF_VAR_aws_secret_key={SECRET}", "an AWS secret access key"),
        (f"aws_session_token = {SESSION}", "an AWS session token"),
        (f'"SessionToken": "{SESSION}=="', "an AWS session token"),
        ("ghr_" + "a1B2" * 9, "a GitHub token"),
        ("ghp_" + "a1B2" * 9, "a GitHub token"),
        ("glpat-" + "a1-B_" * 4, "a GitLab token"),
        ("xoxb-" + "123456789012-" * 2 + "aBcD", "a Slack token"),
        ("xoxp-" + "123456789012-" * 2 + "aBcD", "a Slack token"),
        ("hf_" + "aB" * 17, "a Hugging Face token"),
        ("npm_" + "a1B2" * 9, "an npm token"),
    ],
)
def test_a_secret_is_seen_at_its_line(text: str, what: str) -> None:
    assert list(leaks.in_text(f"first line\n{text}\nlast line")) == [(2, what)]


@pytest.mark.parametrize(
    "text",
    [
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        '"SecretAccessKey": !GetAtt Key.SecretAccessKey',
        f"sha1: {'0a' * 20}",
        f"aws_session_token = {SESSION}EXAMPLE==",
        "aws_session_token = session['token']",
        "glpat-short",
        "xoxb-short",
        "hf_hub_download_of_a_model_with_a_long_name",
        "npm_config_registry_of_the_whole_organization",
    ],
)
def test_what_is_none_passes(text: str) -> None:
    assert not list(leaks.in_text(text))
