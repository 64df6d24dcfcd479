"""A team gets its Studio: set up by its lead, worked in by its personas, changed, and removed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from catalog.rehearsing.launching import Launched
from catalog.rehearsing.rehearsal import Person, Rehearsal
from catalog.rehearsing.trouble import Unexpected

PRODUCT = "Studio Domain"
PROJECTS = "Multi Account Deployment"
REGION = "us-east-1"
GROUP = "roses"
TEAM = {
    "AuthMode": "IAM",
    "LeadDataScientists": "lea",
    "DataScientists": "ana",
    "MlEngineers": "max",
    "FinanceOwner": "finance@example.com",
    "BusinessUnit": "Botany",
    "CostCenter": "4711",
}
FORM = {
    "SageMakerExecutionRoleStagingName": "sagemaker-role-staging",
    "SageMakerExecutionRoleProdName": "sagemaker-role-prod",
}


@dataclass(kw_only=True)
class Story:
    """The personas of the data science account, and what the lead set up for them."""

    rehearsal: Rehearsal
    lead: Person
    scientist: Person
    engineer: Person
    officer: Person
    platform: Person
    domain: Launched = field(init=False)

    @property
    def domain_id(self) -> str:
        return self.domain.outputs["DomainId"]

    def sets_up(self, **form: str) -> None:
        """The lead launches the domain, and everything is as asked."""
        self.lead.finds_in_catalog(PRODUCT)
        self.domain = self.lead.launches(
            PRODUCT, "studio", StudioDomainName="botanists", **TEAM, **form
        )

    def expects_domain(self, **profiles: str) -> None:
        """The domain serves, within the network only, and each profile works as its persona."""
        with self.lead.step("sees the domain in service"):
            found = self.lead.call("sagemaker", "describe_domain", DomainId=self.domain_id)
            seen = (found["Status"], found["AppNetworkAccessType"])
            if seen != ("InService", "VpcOnly"):
                raise Unexpected("a domain InService and VpcOnly", str(seen))
        for name, role in profiles.items():
            with self.lead.step(f"sees that {name} works as {role}"):
                found = self.lead.call(
                    "sagemaker",
                    "describe_user_profile",
                    DomainId=self.domain_id,
                    UserProfileName=name,
                )
                seen_role = found["UserSettings"]["ExecutionRole"].rpartition("/")[2]
                if (found["Status"], seen_role) != ("InService", role):
                    raise Unexpected(f"{role}, InService", f"{seen_role}, {found['Status']}")

    def expects_projects(self, status: str) -> None:
        with self.platform.step(f"sees projects {status.lower()}"):
            seen = self.platform.call("sagemaker", "get_sagemaker_servicecatalog_portfolio_status")
            if seen["Status"] != status:
                raise Unexpected(f"projects {status}", seen["Status"])

    def opens(self, person: Person, profile: str) -> None:
        person.does(
            f"opens Studio as {profile}",
            "sagemaker",
            "create_presigned_domain_url",
            **self._at(profile),
        )

    def cannot_open(self, person: Person, profile: str) -> None:
        person.may_not(
            f"open Studio as {profile}",
            "sagemaker",
            "create_presigned_domain_url",
            **self._at(profile),
        )

    def _at(self, profile: str) -> dict[str, str]:
        return {"DomainId": self.domain_id, "UserProfileName": profile}

    def expects_templates(self, person: Person, *, listed: bool) -> None:
        """What *Organization templates* shows to the users of a profile."""
        if listed:
            person.finds(PROJECTS)
        else:
            person.is_not_offered(PROJECTS)

    def registers(self, person: Person, version: int, **more: str) -> None:
        person.does(
            f"registers version {version}",
            "sagemaker",
            "create_model_package",
            ModelPackageGroupName=GROUP,
            **more,
        )


def cast(rehearsal: Rehearsal) -> Story:
    """The people come; each works under the role of a persona, which the foundation made."""

    def persona(name: str, role: str) -> Person:
        return rehearsal.person(name, "data-science", f"sagemaker-{role}")

    return Story(
        rehearsal=rehearsal,
        lead=persona("lead", "lead-data-scientist"),
        scientist=persona("scientist", "data-scientist"),
        engineer=persona("engineer", "ml-engineer"),
        officer=persona("officer", "governance-officer"),
        platform=persona("platform", "ml-platform-engineer"),
    )


def rehearse_domain(rehearsal: Rehearsal) -> None:
    """Set up, opened, given one more member, and removed with everybody's home."""
    story = cast(rehearsal)
    rehearsal.notes_what_is_there()
    story.scientist.is_not_offered(PRODUCT)
    story.sets_up(HomeDirectories="Delete", GitProvider="GitHub")
    team = {
        "lea": "sagemaker-lead-data-scientist",
        "ana": "sagemaker-data-scientist",
        "max": "sagemaker-ml-engineer",
    }
    story.expects_domain(**team)
    story.expects_projects("Enabled")
    story.opens(story.lead, "lea")
    story.opens(story.scientist, "ana")
    story.cannot_open(story.scientist, "lea")
    story.expects_templates(story.lead, listed=True)
    story.expects_templates(story.scientist, listed=False)

    before, domain = story.lead.resources(story.domain), story.domain_id
    story.domain = story.lead.changes(
        story.domain, "adds ben to the team", DataScientists="ana,ben", CostCenter="4712"
    )
    story.lead.expects_same(before, story.lead.resources(story.domain))
    if story.domain_id != domain:
        raise Unexpected(f"domain {domain}", story.domain_id)
    story.expects_domain(**team, ben="sagemaker-data-scientist")
    story.opens(story.scientist, "ben")

    bucket = story.domain.outputs["BucketName"]
    story.lead.ends(story.domain)
    story.expects_projects("Disabled")
    rehearsal.administrator("data-science").deletes_bucket(bucket)
    rehearsal.expects_nothing_left()
