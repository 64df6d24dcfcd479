"""The policy of an artifact bucket: ours beside others', and nothing of ours that is past."""

from __future__ import annotations

from catalog.aws import bucket_policy

BUCKET = "arn:aws:s3:::catalog"
FIRST, SECOND = (f"arn:aws:iam::111122223333:role/{name}" for name in ("first", "second"))
THEIRS = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": BUCKET}


def wanted(publisher: str) -> list[dict]:
    return bucket_policy.statements(BUCKET, "o-exampleorg1", publisher)


def test_every_statement_of_ours_is_known_by_its_sid() -> None:
    assert {statement["Sid"] for statement in wanted(FIRST)} == bucket_policy.SIDS


def test_what_others_wrote_stays_where_it_is() -> None:
    live = {"Version": "2012-10-17", "Statement": [THEIRS]}
    merged = bucket_policy.merged(live, wanted(FIRST))
    assert merged["Statement"] == [THEIRS, *wanted(FIRST)]
    assert bucket_policy.merged(merged, wanted(FIRST)) == merged


def test_a_publisher_that_is_renamed_or_gone_leaves_no_denial_behind() -> None:
    live = bucket_policy.merged({"Statement": THEIRS}, wanted(FIRST))
    assert bucket_policy.merged(live, wanted(SECOND))["Statement"] == [THEIRS, *wanted(SECOND)]
    assert bucket_policy.merged(live, wanted(""))["Statement"] == [THEIRS, *wanted("")]
