"""A team gets its Studio: set up by its lead, worked in by its personas, changed, and removed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from catalog.rehearsing.launching import Launched
from catalog.rehearsing.people import NotYet
from catalog.rehearsing.rehearsal import Person, Rehearsal
from catalog.rehearsing.trouble import Unexpected
from catalog.studio.shelf import Offered

PRODUCT = "Studio Domain"
PROJECTS = "Multi Account Deployment"
FOLDER = "multi-account-deployment"
LAUNCH_ROLE = "sagemaker-catalog-project-launch"
ROLES = "catalog-persona-roles"
GROUP = "roses"
DATA = "sagemaker-us-east-1-111111111111"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
SETTINGS = {"objective": "multi:softmax", "num_class": "3", "num_round": "20"}
FLOWERS = """\
0,5.1,3.5,1.4,0.2
0,4.9,3.0,1.4,0.2
1,6.4,3.2,4.5,1.5
1,5.7,2.8,4.1,1.3
2,6.3,3.3,6.0,2.5
2,6.5,3.0,5.8,2.2
"""
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
    "SourceProvider": "CodeCommit",
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

    def lets_studio_open_from(self, addresses: str) -> None:
        """The platform team changes the foundation: only these CIDR blocks are the VPN's."""
        administrator = self.rehearsal.administrator("data-science")
        with administrator.step(f"lets Studio open from {addresses} only"):
            found = administrator.call("cloudformation", "describe_stacks", StackName=ROLES)
            given = [each["ParameterKey"] for each in found["Stacks"][0]["Parameters"]]
            kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in given]
            changed = {"ParameterKey": "VpnCidrs", "ParameterValue": addresses}
            administrator.call(
                "cloudformation",
                "update_stack",
                StackName=ROLES,
                UsePreviousTemplate=True,
                Parameters=[changed, *(one for one in kept if one["ParameterKey"] != "VpnCidrs")],
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
            administrator.waits("the roles to be changed", lambda: self._roles(administrator))

    def _roles(self, person: Person) -> str | NotYet:
        found = person.call("cloudformation", "describe_stacks", StackName=ROLES)
        status = str(found["Stacks"][0]["StackStatus"])
        return status if status == "UPDATE_COMPLETE" else NotYet(f"the stack is {status}")

    def may_not(
        self, *people: Person, what: str, service: str, call: str, **request: object
    ) -> None:
        """None of these people may do something."""
        for person in people:
            person.may_not(what, service, call, **request)


def finds_both_doors(story: Story) -> Offered:
    """The lead finds the same release behind both; nobody else finds any template in S3."""
    lead = story.lead
    listed, offer = lead.finds(PROJECTS), lead.finds_in_s3(FOLDER, story.domain_id)
    with lead.step("sees the same release behind both doors"):
        if (listed.version, listed.digest) != (offer.version, offer.digest):
            raise Unexpected(f"digest {listed.digest} of {listed.version}", str(offer))
        if listed.form != offer.form:
            raise Unexpected("the same form", str(offer.form))
    story.may_not(
        story.scientist,
        story.engineer,
        story.officer,
        story.platform,
        what="look for templates in S3",
        service="s3",
        call="list_objects_v2",
        Bucket=f"sagemaker-catalog-{story.rehearsal.account('hub')}-us-east-1",
        Prefix="studio/",
    )
    return offer


def tries_a_template_of_her_own(story: Story, offer: Offered) -> None:
    """The launch role makes nothing but what the hub has published."""
    bucket = story.domain.outputs["BucketName"]
    own = {"Bucket": bucket, "Key": "studio/mine.yaml"}
    topic = b"Resources: {Mine: {Type: AWS::SNS::Topic}}"
    story.lead.does("writes a template of her own", "s3", "put_object", **own, Body=topic)
    address = f"https://{bucket}.s3.us-east-1.amazonaws.com/studio/mine.yaml"
    story.lead.cannot_create_project_from_s3(
        "mine", replace(offer, url=address), LAUNCH_ROLE, "cloudformation:CreateStack"
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
    story.opens(story.engineer, "max")
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


def rehearse_personas(rehearsal: Rehearsal) -> None:
    """A project from S3 under the personas: each does its own part, and nobody else's."""
    story = cast(rehearsal)
    lead, scientist, engineer = story.lead, story.scientist, story.engineer
    officer, platform = story.officer, story.platform
    others = (scientist, engineer, officer, platform)
    story.sets_up()

    story.may_not(
        *others,
        what="start a project",
        service="sagemaker",
        call="create_project",
        ProjectName="mine",
        ServiceCatalogProvisioningDetails={"ProductId": "prod-abcdefghijklm"},
    )
    offer = finds_both_doors(story)
    tries_a_template_of_her_own(story, offer)
    project = lead.creates_project_from_s3(
        GROUP,
        offer,
        LAUNCH_ROLE,
        StagingAccounts=rehearsal.account("staging"),
        ProdAccounts=rehearsal.account("production"),
        **FORM,
    )
    pipeline = project.outputs["PipelineName"]
    engineer.expects_run(pipeline, number=1, skipped=("DeployStaging", "DeployProd"))
    story.may_not(
        *others,
        what="end the project",
        service="sagemaker",
        call="delete_project",
        ProjectName=GROUP,
    )

    artifact = scientist.trains_model(
        "roses-1",
        image=XGBOOST,
        role="sagemaker-catalog-execution",
        data=FLOWERS,
        bucket=DATA,
        settings=SETTINGS,
    )
    story.may_not(
        scientist,
        what="register a model that is approved already",
        service="sagemaker",
        call="create_model_package",
        ModelPackageGroupName=GROUP,
        ModelApprovalStatus="Approved",
    )
    scientist.registers_model(GROUP, image=XGBOOST, artifact=artifact)
    model = f"arn:aws:sagemaker:us-east-1:{lead.account}:model-package/{GROUP}/1"
    story.may_not(
        *others,
        what="approve the model",
        service="sagemaker",
        call="update_model_package",
        ModelPackageArn=model,
        ModelApprovalStatus="Approved",
    )
    lead.approves_model(GROUP, 1)

    asked = officer.expects_question(pipeline, "Model version 1 runs in staging", number=2)
    story.may_not(
        lead,
        scientist,
        engineer,
        platform,
        what="approve the deployment",
        service="codepipeline",
        call="put_approval_result",
        pipelineName=pipeline,
        stageName=asked.stage,
        actionName=asked.action,
        token=asked.token,
        result={"summary": "I trust myself.", "status": "Approved"},
    )
    officer.rejects_deployment(pipeline, because="Nobody explained it.")
    engineer.expects_run(pipeline, "Failed", number=2, because="Nobody explained it.")

    story.may_not(
        scientist,
        officer,
        what="start the pipeline",
        service="codepipeline",
        call="start_pipeline_execution",
        name=pipeline,
    )
    story.may_not(
        *others,
        lead,
        what="give a profile another role",
        service="sagemaker",
        call="update_user_profile",
        DomainId=story.domain_id,
        UserProfileName="ana",
        UserSettings={"ExecutionRole": f"arn:aws:iam::{lead.account}:role/{lead.role}"},
    )
    story.may_not(
        *others,
        lead,
        what="give a profile to another persona",
        service="sagemaker",
        call="add_tags",
        ResourceArn=f"arn:aws:sagemaker:us-east-1:{lead.account}:user-profile/{story.domain_id}/ana",
        Tags=[{"Key": "persona", "Value": "LeadDataScientist"}],
    )
    story.may_not(
        engineer,
        officer,
        platform,
        what="read the team's data",
        service="s3",
        call="get_object",
        Bucket=DATA,
        Key="roses-1/data/train.csv",
    )
    engineer.retries(pipeline, "DeployStaging")
    officer.expects_question(pipeline, "Model version 1 runs in staging", number=2)
    officer.approves_deployment(pipeline, because="Now somebody did.")
    engineer.expects_run(pipeline, number=2)
    for person in (officer, platform):
        story.cannot_open(person, "ana")
    lead.deletes_project(project)


def rehearse_vpn(rehearsal: Rehearsal) -> None:
    """Studio opens from the addresses of the VPN, and from nowhere else."""
    story = cast(rehearsal)
    story.sets_up()
    story.opens(story.scientist, "ana")
    story.lets_studio_open_from("192.0.2.0/24")
    story.cannot_open(story.scientist, "ana")
    story.cannot_open(story.lead, "lea")
    story.lets_studio_open_from("192.0.2.0/24,127.0.0.0/8")
    story.opens(story.scientist, "ana")
