"""What keeps and guards data, property by property: the table by which less of it is known.

Which properties these are no schema says. One that is not listed is not looked at; rules that
expire the objects of a bucket have no order and need no name, and `expiring` compares them.
`docs/decisions/0017-data-is-part-of-the-face.md` has the reasons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_DOCS = "https://docs.aws.amazon.com"
_S3 = f"{_DOCS}/AmazonS3/latest/userguide"
_DYNAMODB = f"{_DOCS}/amazondynamodb/latest/developerguide"
_ECR = f"{_DOCS}/AmazonECR/latest/userguide"
_KMS = f"{_DOCS}/kms/latest/developerguide"
_SQS = f"{_DOCS}/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"
_LOGS = f"{_DOCS}/AmazonCloudWatchLogs/latest/APIReference"
_RDS = f"{_DOCS}/AmazonRDS/latest/UserGuide"


class Way(Enum):
    """Which change of a property is one for the worse.

    Args:
        FEWER: Its number gets smaller.
        WEAKER: It becomes a value further down in `best`, or one that is not there.
        GONE: It is no longer written.
        OTHER: It is written anew, or otherwise.
    """

    FEWER = "fewer"
    WEAKER = "weaker"
    GONE = "gone"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A property that keeps or guards data.

    Args:
        path: Keys and indexes below `Properties`, joined by dots.
        words: What a resource does that has less of it.
        source: The document.
        best: For `WEAKER`: the values that guard, the strongest first.
        unset: The value it has where it is not written; `inf` for a number without end.
    """

    type: str
    path: str
    way: Way
    words: str
    source: str
    best: tuple[str, ...] = ("true",)
    unset: str = "false"


def _fewer(type_: str, path: str, words: str, source: str, unset: str) -> Guard:
    return Guard(type=type_, path=path, way=Way.FEWER, words=words, source=source, unset=unset)


def _off(type_: str, path: str, words: str, source: str) -> Guard:
    return Guard(type=type_, path=path, way=Way.WEAKER, words=words, source=source)


def _gone(type_: str, path: str, words: str, source: str) -> Guard:
    return Guard(type=type_, path=path, way=Way.GONE, words=words, source=source)


_UNPROTECTED = "can be deleted by mistake"
_OPEN = "may be opened to everybody"
_OWN_KEY = "is no longer encrypted with a key that can be withheld"

_BUCKETS = (
    Guard(
        type="AWS::S3::Bucket",
        path="VersioningConfiguration.Status",
        way=Way.WEAKER,
        words="no longer keeps what is overwritten",
        source=f"{_S3}/AddingObjectstoVersionSuspendedBuckets.html",
        best=("Enabled",),
        unset="Suspended",
    ),
    Guard(
        type="AWS::S3::Bucket",
        path="BucketEncryption.ServerSideEncryptionConfiguration.0"
        ".ServerSideEncryptionByDefault.SSEAlgorithm",
        way=Way.WEAKER,
        words=_OWN_KEY,
        source=f"{_S3}/UsingKMSEncryption.html",
        best=("aws:kms:dsse", "aws:kms"),
        unset="AES256",
    ),
    *(
        _off(
            "AWS::S3::Bucket",
            f"PublicAccessBlockConfiguration.{key}",
            _OPEN,
            f"{_S3}/access-control-block-public-access.html",
        )
        for key in (
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        )
    ),
)

_TABLES = (
    _off(
        "AWS::DynamoDB::Table",
        "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        "loses its continuous backups",
        f"{_DYNAMODB}/PointInTimeRecovery_Howitworks.html",
    ),
    _fewer(
        "AWS::DynamoDB::Table",
        "PointInTimeRecoverySpecification.RecoveryPeriodInDays",
        "keeps its continuous backups for less time",
        f"{_DYNAMODB}/PointInTimeRecovery_Howitworks.html",
        "35",
    ),
    Guard(
        type="AWS::DynamoDB::Table",
        path="TimeToLiveSpecification.Enabled",
        way=Way.WEAKER,
        words="begins to delete items",
        source=f"{_DYNAMODB}/TTL.html",
        best=("false",),
    ),
    Guard(
        type="AWS::DynamoDB::Table",
        path="TimeToLiveSpecification.AttributeName",
        way=Way.OTHER,
        words="deletes items by an attribute that did not count",
        source=f"{_DYNAMODB}/TTL.html",
    ),
    _off(
        "AWS::DynamoDB::Table",
        "DeletionProtectionEnabled",
        _UNPROTECTED,
        f"{_DYNAMODB}/WorkingWithTables.Basics.html",
    ),
    _off(
        "AWS::DynamoDB::Table",
        "SSESpecification.SSEEnabled",
        _OWN_KEY,
        f"{_DYNAMODB}/EncryptionAtRest.html",
    ),
)

_KEYS = (
    Guard(
        type="AWS::KMS::Key",
        path="Enabled",
        way=Way.WEAKER,
        words="decrypts nothing any more",
        source=f"{_KMS}/enabling-keys.html",
        unset="true",
    ),
    _off(
        "AWS::KMS::Key",
        "EnableKeyRotation",
        "gets no new key material",
        f"{_KMS}/rotate-keys.html",
    ),
    _fewer(
        "AWS::KMS::Key",
        "PendingWindowInDays",
        "leaves less time to save it once it leaves the stack",
        f"{_KMS}/deleting-keys.html",
        "30",
    ),
)

_IMAGES = (
    Guard(
        type="AWS::ECR::Repository",
        path="ImageTagMutability",
        way=Way.WEAKER,
        words="lets another image take a tag",
        source=f"{_ECR}/image-tag-mutability.html",
        best=("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"),
        unset="MUTABLE",
    ),
    Guard(
        type="AWS::ECR::Repository",
        path="LifecyclePolicy.LifecyclePolicyText",
        way=Way.OTHER,
        words="expires images by another policy",
        source=f"{_ECR}/LifecyclePolicies.html",
    ),
    Guard(
        type="AWS::ECR::Repository",
        path="EmptyOnDelete",
        way=Way.WEAKER,
        words="is deleted with its images",
        source=f"{_ECR}/repository-delete.html",
        best=("false",),
    ),
)

_OTHERS = (
    _fewer(
        "AWS::Logs::LogGroup",
        "RetentionInDays",
        "keeps its events for less time",
        f"{_LOGS}/API_PutRetentionPolicy.html",
        "inf",
    ),
    _gone(
        "AWS::Logs::LogGroup",
        "KmsKeyId",
        _OWN_KEY,
        f"{_LOGS}/API_DisassociateKmsKey.html",
    ),
    _fewer(
        "AWS::SQS::Queue",
        "MessageRetentionPeriod",
        "keeps its messages for less time",
        _SQS,
        "345600",
    ),
    _gone("AWS::SQS::Queue", "KmsMasterKeyId", _OWN_KEY, _SQS),
    _gone(
        "AWS::SNS::Topic",
        "KmsMasterKeyId",
        _OWN_KEY,
        f"{_DOCS}/sns/latest/dg/sns-server-side-encryption.html",
    ),
    _fewer(
        "AWS::Kinesis::Stream",
        "RetentionPeriodHours",
        "keeps its records for less time",
        f"{_DOCS}/streams/latest/dev/kinesis-extended-retention.html",
        "24",
    ),
    _off(
        "AWS::RDS::DBInstance",
        "DeletionProtection",
        _UNPROTECTED,
        f"{_RDS}/USER_DeleteInstance.html",
    ),
    _fewer(
        "AWS::RDS::DBInstance",
        "BackupRetentionPeriod",
        "keeps its backups for less time",
        f"{_RDS}/USER_WorkingWithAutomatedBackups.html",
        "1",
    ),
    Guard(
        type="AWS::EFS::FileSystem",
        path="BackupPolicy.Status",
        way=Way.WEAKER,
        words="is no longer backed up",
        source=f"{_DOCS}/efs/latest/ug/automatic-backups.html",
        best=("ENABLED",),
        unset="DISABLED",
    ),
)

GUARDS = (*_BUCKETS, *_TABLES, *_KEYS, *_IMAGES, *_OTHERS)


def _by_type() -> Mapping[str, tuple[Guard, ...]]:
    found: dict[str, tuple[Guard, ...]] = defaultdict(tuple)
    for guard in GUARDS:
        found[guard.type] += (guard,)
    return dict(found)


BY_TYPE = _by_type()
"""Resource type -> what guards its data."""
