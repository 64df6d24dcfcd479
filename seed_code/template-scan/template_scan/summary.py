"""What a template is, as CloudFormation itself reads it (API reference, *GetTemplateSummary*)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from template_scan.lines import Finding

ALLOWED = frozenset(
    {"AWS::SageMaker::Endpoint", "AWS::SageMaker::EndpointConfig", "AWS::SageMaker::Model"}
)
"""What a deployment of a model consists of. Everything else is somebody else's to deploy."""


def findings(file: str, text: str, cloudformation: Any) -> Iterator[Finding]:
    """Compare a template's resource types, transforms and capabilities with what is allowed.

    Args:
        file: Its name, for the findings.
        text: The template.
        cloudformation: A CloudFormation client; nothing is created.
    """
    try:
        found = cloudformation.get_template_summary(TemplateBody=text)
    except ClientError as problem:
        if problem.response["Error"]["Code"] != "ValidationError":
            raise
        yield Finding(file=file, line=0, rule="template", why=str(problem))
        return
    for kind in sorted(set(found["ResourceTypes"]) - ALLOWED):
        why = f"{kind} is no part of a model's deployment; allowed are {', '.join(sorted(ALLOWED))}"
        yield Finding(file=file, line=_line(text, kind), rule="type", why=why)
    for name in found.get("DeclaredTransforms", []):
        why = f"{name} rewrites the template after this scan; write out what it would make"
        yield Finding(file=file, line=_line(text, name), rule="transform", why=why)
    for name in found.get("Capabilities", []):
        why = f"the template asks for {name}; deploying a model makes no permissions and no macros"
        yield Finding(file=file, line=0, rule="capability", why=why)


def _line(text: str, word: str) -> int:
    lines = enumerate(text.splitlines(), start=1)
    return next((number for number, line in lines if word in line), 0)
