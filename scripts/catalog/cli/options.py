"""Options that several verbs share."""

from __future__ import annotations

import click

target_option = click.option(
    "--target", default="local", show_default=True, help="Target of catalog.yaml."
)
account_option = click.option(
    "--account", default="", help="Account: 12 digits, or its name in the organization."
)
role_option = click.option("--role", default="", help="Name of an IAM role in that account.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
base_option = click.option(
    "--base",
    "since",
    default="",
    metavar="REF",
    help="Branch or commit to compare with: only what the work since then can alter.",
)
