"""Which files of a seed are templates: by what stands in them."""

from __future__ import annotations

import pytest

from catalog.model import SourceFile
from catalog.templates.seed_templates import templates

BUCKET = "Resources: {Data: {Type: AWS::S3::Bucket}}\n"
LOOP = """\
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Buckets: [Name, [A, B], {"Data${Name}": {Type: AWS::S3::Bucket}}]
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("deploy.yaml", BUCKET),
        ("infra/stack.txt", BUCKET),
        ("deploy.json", '{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}}'),
        ("deploy.yaml", "AWSTemplateFormatVersion: '2010-09-09'\nDescription: Nothing yet.\n"),
        ("deploy.yaml", LOOP),
        ("deploy.yaml", "Resources: {Own: {Type: Custom::Thing}, Other: 3}\n"),
        ("deploy.yaml", "Resources: {1: {Type: AWS::S3::Bucket}}\n"),
        ("deploy.yaml", BUCKET + "Outputs: [\n"),
        ("deploy.template", '{"Resources": {"Data": {"Type": "AWS::S3::Bucket"}}'),
    ],
)
def test_a_template_is_one_under_any_name(path: str, text: str) -> None:
    assert templates({path: SourceFile(content=text.encode())}) == {path: text}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("settings.yaml", "Resources: {cpu: 2, memory: {Type: large}}\n"),
        ("settings.yaml", "Resources: [a, b]\n"),
        ("settings.yaml", "Resources: &all {Queue: *all}\n"),
        ("deploy.py", 'TEMPLATE = """\nResources:\n  A: {Type: AWS::S3::Bucket}\n"""\n'),
        ("chart.yaml", "{{ if .Values.Resources }}\na: [\n"),
        ("README.md", "# Resources\n\nA bucket is an AWS::S3::Bucket.\n"),
        ("deploy.yaml", "Type: AWS::S3::Bucket\n"),
        ("empty.yaml", ""),
    ],
)
def test_other_files_are_none(path: str, text: str) -> None:
    assert templates({path: SourceFile(content=text.encode())}) == {}


def test_a_link_is_no_template() -> None:
    assert templates({"a.yaml": SourceFile(content=BUCKET.encode(), link=True)}) == {}
