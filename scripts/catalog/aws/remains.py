"""What a deleted project left behind: found by its tags, removed one by one.

Every resource of a project carries the tags `sagemaker:project-name` and `-id`, so the Resource
Groups Tagging API finds them whatever made them. What is gone already is no failure.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog.aws.projects import Projects
from catalog.aws.session import Session
from catalog.aws.tags import from_list
from catalog.errors import ServiceFault
from catalog.projects.removal import Kind, Thing, by_arn

PAGES = ("PaginationToken", "PaginationToken")
BATCH = 1000
"""Objects of one DeleteObjects call (S3 API reference)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """Gateway to one account and region."""

    session: Session

    def of(self, name: str, project_id: str = "") -> dict[str, tuple[Thing, ...]]:
        """What carries a project's tags, by the id of the project it says it belongs to.

        Args:
            name: Of the project.
            project_id: Only this one's; empty for every project that ever had the name.
        """
        wanted = [{"Key": "sagemaker:project-name", "Values": [name]}]
        if project_id:
            wanted.append({"Key": "sagemaker:project-id", "Values": [project_id]})
        listed = self.session.service("resourcegroupstaggingapi").pages(
            "get_resources", "ResourceTagMappingList", tokens=PAGES, TagFilters=wanted
        )
        found: dict[str, tuple[Thing, ...]] = {}
        account = self._account()
        for each in listed:
            owner = from_list(each["Tags"]).get("sagemaker:project-id", "")
            thing = by_arn(each["ResourceARN"])
            if not thing.account:  # a bucket's ARN names none
                thing = Thing(kind=thing.kind, name=thing.name, account=account, arn=thing.arn)
            found[owner] = (*found.get(owner, ()), thing)
        return found

    def _account(self) -> str:
        return str(self.session.service("sts").call("get_caller_identity")["Account"])

    def remove(self, thing: Thing) -> None:
        """Remove one thing and all that is in it."""
        try:
            match thing.kind:
                case Kind.TRAINING:
                    self._call("sagemaker", "delete_pipeline", PipelineName=thing.name)
                case Kind.BUCKET:
                    self._bucket(thing.name)
                case Kind.REPOSITORY:
                    self._call("codecommit", "delete_repository", repositoryName=thing.name)
                case Kind.MODEL_GROUP:
                    Projects(service=self.session.service("sagemaker")).delete_group(thing.name)
                case Kind.LOG_GROUP:
                    self._call("logs", "delete_log_group", logGroupName=thing.name)
        except ServiceFault as fault:
            gone = ("NotFound", "NoSuch", "DoesNotExist", "ResourceNotFoundException")
            if not any(word in fault.code for word in gone):
                raise

    def _call(self, service: str, operation: str, **request: str) -> None:
        (name,) = request.values()
        self.session.service(service).call(operation, name, **request)

    def _bucket(self, name: str) -> None:
        s3 = self.session.service("s3")
        while True:
            page = s3.call("list_object_versions", f"bucket {name}", Bucket=name, MaxKeys=BATCH)
            every = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if not every:
                break
            keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in every]
            answer = s3.call(
                "delete_objects",
                f"bucket {name}",
                Bucket=name,
                Delete={"Objects": keys, "Quiet": True},
            )
            if refused := answer.get("Errors"):
                raise ServiceFault(
                    f"Object {refused[0]['Key']} of bucket {name} stays: {refused[0]['Message']}.",
                    "Its bucket policy or a lock keeps it; mend that, then run this again.",
                )
        s3.call("delete_bucket", f"bucket {name}", Bucket=name)
