"""Bundles, releases and the stamp, by value."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date

import pytest
from cfnlint.helpers import LIMITS
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import Refused
from catalog.model import (
    GIVEN_BY_STUDIO,
    Kind,
    Owner,
    Product,
    ProductFolder,
    Rendered,
    SourceFile,
    SourceLine,
)
from catalog.releases import bundles, packaging, records, stamping

TEMPLATE = """\
Description: Shows the stamp. # a remark
Resources:
  Hello:
    Type: AWS::Lambda::Function
    Properties:
      Code: {S3Bucket: !FindInMap [Catalog, !Ref "AWS::Region", Bucket], S3Key: k}
"""
BUCKETS = {"us-east-1": "code-us", "eu-west-1": "code-eu"}
OWNER = Owner(key="team", name="Team", email="team@example.com", url="https://example.com")
FOLDER = ProductFolder(
    product=Product(
        name="greeter",
        kind=Kind.ADMIN,
        version="1.0.0",
        title="Greeter",
        summary="Says hello.",
        owner=OWNER,
    ),
    template="",
    scenarios={},
    changelog="## 1.0.0 - 2026-11-20\n\nFirst.\n\n## 0.9.0\nOld.\n",
)


def file(text: str, **how: bool) -> SourceFile:
    return SourceFile(content=text.encode(), **how)


def rendered(text: str) -> Rendered:
    lines = tuple(SourceLine(file="t.j2", line=n + 1) for n in range(text.count("\n") + 1))
    return Rendered(product="greeter", text=text, source=lines, includes=("t.j2",))


def test_a_digest_covers_paths_bits_and_contents() -> None:
    trees = [
        {"a": file("x")},
        {"b": file("x")},
        {"a": file("y")},
        {"a": file("x", executable=True)},
        {"a": file(""), "x": file("")},
        {"a": file("x"), "b": file("")},
        {},
    ]
    digests = [bundles.bundle("n", "seed", tree).digest for tree in trees]
    assert len(set(digests)) == len(trees)
    assert bundles.bundle("n", "seed", {"b": file("2"), "a": file("1")}) == bundles.bundle(
        "n", "seed", {"a": file("1"), "b": file("2")}
    )


@given(st.dictionaries(st.sampled_from("abcdef"), st.binary(max_size=3), max_size=4))
def test_a_zip_is_the_same_everywhere(tree: dict[str, bytes]) -> None:
    packed = bundles.bundle("n", "seed", {k: SourceFile(content=v) for k, v in tree.items()})
    first = bundles.archive(packed)
    assert bundles.archive(packed) == first
    with zipfile.ZipFile(io.BytesIO(first)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == tree
        assert opened.namelist() == sorted(tree)
        assert {entry.compress_type for entry in opened.infolist()} <= {zipfile.ZIP_STORED}


def test_a_zip_keeps_the_executable_bit() -> None:
    tree = {"run.sh": file("x", executable=True), "a.txt": file("y")}
    with zipfile.ZipFile(io.BytesIO(bundles.archive(bundles.bundle("n", "seed", tree)))) as opened:
        modes = {entry.filename: oct(entry.external_attr >> 16) for entry in opened.infolist()}
    assert modes == {"a.txt": "0o100644", "run.sh": "0o100755"}


@pytest.mark.parametrize(
    ("path", "content", "rule"),
    [
        ("link", SourceFile(content=b"/etc/passwd", link=True), "C301"),
        ("/etc/passwd", file("x"), "C302"),
        ("a/../../b", file("x"), "C302"),
        ("a\\b", file("x"), "C302"),
        ("a\nb", file("x"), "C302"),
        (".env", file("x"), "C303"),
        (".env.local", file("x"), "C303"),
        ("keys/id_rsa", file("x"), "C303"),
        ("server.pem", file("x"), "C303"),
        ("a.py", file("ASIA" + "Q3EGRZ7LKWMN2XYB"), "C303"),
        ("a.py", file("aws_secret_access_key = '" + "Ab3/" * 10 + "'"), "C303"),
        ("a.bin", SourceFile(content=bytes(bundles.MAX_FILE + 1)), "C304"),
    ],
)
def test_what_must_not_be_packed(path: str, content: SourceFile, rule: str) -> None:
    assert [f.rule for f in bundles.check({path: content}, "seed_code/s", "seed")] == [rule]


@pytest.mark.parametrize(
    "text", ["AKIAIOSFODNN7EXAMPLE", ".env.example", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]
)
def test_examples_are_no_secrets(text: str) -> None:
    assert not [*bundles.check({"a.py": file(text)}, "seed_code/s", "seed")]
    assert not [*bundles.check({".env.example": file("x")}, "seed_code/s", "seed")]


def test_tests_of_a_function_stay_at_home() -> None:
    tree = {"index.py": file("x"), "test_index.py": file("x"), "tests/data.json": file("{}")}
    folder = ProductFolder(
        product=FOLDER.product,
        template="",
        scenarios={},
        changelog="",
        functions={"hello": tree},
    )
    (packed,), _ = bundles.of_product(folder, {})
    assert [str(one.path) for one in packed.files] == ["index.py"]


@pytest.mark.parametrize(
    "other",
    [
        TEMPLATE.replace("# a remark", ""),
        TEMPLATE.replace("{S3Bucket", "{ S3Bucket"),
        TEMPLATE.replace(
            '!FindInMap [Catalog, !Ref "AWS::Region", Bucket]',
            '{"Fn::FindInMap": [Catalog, {Ref: "AWS::Region"}, Bucket]}',
        ),
    ],
)
def test_the_digest_is_of_the_meaning(other: str) -> None:
    assert packaging.digest(TEMPLATE, ()) == packaging.digest(other, ())
    assert packaging.digest(TEMPLATE, ()) != packaging.digest(TEMPLATE.replace("k}", "l}"), ())


def test_a_release_and_its_record() -> None:
    code = bundles.bundle("hello", "function", {"index.py": file("x")})
    text = TEMPLATE + "Parameters:\n  Zebra: {Type: String}\n  Ant: {Type: String}\n"
    made = packaging.release(FOLDER, rendered(text), [code], "abc+")
    assert made.description == "First."
    assert made.parameters == ("Zebra", "Ant")
    assert made.digest != packaging.digest(text, ())
    assert json.loads(records.text(made)) == {
        "product": "greeter",
        "version": "1.0.0",
        "digest": made.digest,
        "commit": "abc+",
        "parameters": ["Zebra", "Ant"],
        "bundles": [
            {"kind": "function", "name": "hello", "digest": code.digest, "key": code.key},
        ],
        "template": hashlib.sha256(text.encode()).hexdigest(),
        "description": "First.",
    }
    dated = json.loads(records.text(made, date(2026, 11, 20)))
    assert dated == json.loads(records.text(made)) | {"released": "2026-11-20"}
    assert packaging.object_tags(made)["servicecatalog:provisioning"] == "true"


def test_limits_are_those_cfn_lint_knows() -> None:
    assert LIMITS["template"]["body"] == packaging.MAX_BODY
    for section, most in packaging.MAX_SECTIONS.items():
        assert LIMITS[section]["number"] == most + (section == "Mappings")


def test_a_template_with_too_much() -> None:
    many = "Outputs:\n" + "".join(f"  O{n}: {{Value: x}}\n" for n in range(201))
    (found,) = packaging.check(rendered(TEMPLATE + many), Kind.ADMIN)
    assert (found.rule, found.line) == ("C306", 7)
    assert "201 outputs" in found.message
    (found,) = packaging.check(rendered(TEMPLATE + "# " + "x" * 1_000_000), Kind.ADMIN)
    assert "bytes" in found.message


def test_a_project_asks_for_no_more_than_a_template_in_s3_may() -> None:
    names = [*GIVEN_BY_STUDIO, *(f"P{number}" for number in range(180))]
    parameters = "Parameters:\n" + "".join(f"  {name}: {{Type: String}}\n" for name in names)
    resources = "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n"
    assert not [*packaging.check(rendered(parameters + resources), Kind.PROJECT)]
    parameters += "  OneMore: {Type: String}\n"
    (found,) = packaging.check(rendered(parameters + resources), Kind.PROJECT)
    assert (found.rule, found.line) == ("C428", 1)
    assert "181 parameters" in found.message
    assert not [*packaging.check(rendered(parameters + resources), Kind.ADMIN)]


def test_the_stamp_keeps_the_text() -> None:
    stamped = stamping.stamp(TEMPLATE, BUCKETS)
    before, _, block = stamped.partition("Mappings:\n")
    assert before + block[block.index("Resources:") :] == TEMPLATE
    assert packaging.parsed(stamped)["Mappings"] == {
        "Catalog": {"eu-west-1": {"Bucket": "code-eu"}, "us-east-1": {"Bucket": "code-us"}}
    }


def test_the_stamp_joins_other_mappings() -> None:
    text = "Mappings:\n    # ours\n    Sizes: {a: {b: c}}\n" + TEMPLATE
    stamped = stamping.stamp(text, BUCKETS)
    assert list(packaging.parsed(stamped)["Mappings"]) == ["Catalog", "Sizes"]
    assert "    # ours\n" in stamped
    assert stamped.count("Mappings:") == 1


_LINES = st.sampled_from(
    ("\n", "# a remark\n", "Description: x\n", "Metadata:\n  A: {b: c}\n", "Outputs: {}\n")
)
_MAPPINGS = st.sampled_from(
    ("", "Mappings:\n  A: {b: {c: d}}\n", "Mappings:\n\n    A:\n        b: {c: d}\n\n")
)


@given(before=st.lists(_LINES, unique=True), mappings=_MAPPINGS, after=st.text("\n", max_size=2))
def test_a_stamp_can_be_taken_out_again(before: list[str], mappings: str, after: str) -> None:
    resources = TEMPLATE.partition("remark\n")[2]
    text = "".join(before) + mappings + after + resources
    stamped = stamping.stamp(text, BUCKETS)
    assert stamped != text
    assert stamping.unstamped(stamped) == text
    assert stamping.bare(stamped) == stamping.bare(text) == packaging.canonical(text)


def test_a_copy_written_as_json_is_still_known() -> None:
    copy = json.dumps(packaging.parsed(stamping.stamp(TEMPLATE, BUCKETS)), indent=2)
    assert packaging.digest(stamping.bare(copy), ()) == packaging.digest(TEMPLATE, ())
    changed = copy.replace("Shows the stamp", "Shows another")
    assert packaging.digest(stamping.bare(changed), ()) != packaging.digest(TEMPLATE, ())


def test_a_bundle_is_read_back_from_its_zip() -> None:
    tree = {"a/run.sh": file("x"), "b.py": SourceFile(content=b"y", executable=True)}
    packed = bundles.bundle("hello", "function", tree)
    code = bundles.archive(packed)
    assert bundles.unpacked("hello", "function", code) == packed
    for other in (b"no zip", code[:-10], code + b" ", code.replace(b"run.sh", b"RUN.sh")):
        assert bundles.unpacked("hello", "function", other) != packed


def test_what_needs_no_stamp_is_left_alone() -> None:
    text = "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n"
    assert stamping.stamp(text, BUCKETS) == text


@pytest.mark.parametrize(
    "use",
    [
        "!FindInMap [Catalog, a, b]",
        '!FindInMap ["Catalog", a, b]',
        "!FindInMap\n  - Catalog\n  - a\n  - b",
        "{Fn::FindInMap: [Catalog, a, b]}",
        "{'Fn::FindInMap': [Catalog, a, b]}",
        "\n  Fn::FindInMap:\n    - Catalog\n    - a\n    - b",
    ],
)
def test_every_way_to_use_the_stamp(use: str) -> None:
    assert stamping.needs_stamp(f"A: {use}\n")


def test_a_template_that_cannot_be_stamped_is_refused() -> None:
    with pytest.raises(Refused, match="not written as a block"):
        stamping.stamp("Mappings: {A: {b: {c: d}}}\n" + TEMPLATE, BUCKETS)
