"""The whole life of a project of Multi Account Deployment, and what can go wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.rehearsing.coding import Checkout
from catalog.rehearsing.rehearsal import Person, Rehearsal
from catalog.rehearsing.studio import Project

TEMPLATE = "Multi Account Deployment"
GROUP = "iris"
NOTEBOOK = "notebooks/iris.ipynb"
FLOWERS = "5.1,3.5,1.4,0.2\n6.4,3.2,4.5,1.5\n6.3,3.3,6.0,2.5\n"
SPECIES = "0.0\n1.0\n2.0"
OFFICER_MAIL = "officer@example.com"
ROLES = {
    "SageMakerExecutionRoleStagingName": "sagemaker-role-staging",
    "SageMakerExecutionRoleProdName": "sagemaker-role-prod",
}
NOTHING_APPROVED = ("DeployStaging", "DeployProd")

SCIENTIST = (
    "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
    "arn:aws:iam::aws:policy/AWSServiceCatalogEndUserFullAccess",
    {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": "arn:aws:iam::*:role/sagemaker-catalog-execution",
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    },
    {
        "Effect": "Allow",
        "Action": ["codecommit:GitPull", "codecommit:GitPush", "codeconnections:UseConnection"],
        "Resource": "*",
    },
)
LEAD = (
    {
        "Effect": "Allow",
        "Action": [
            "sagemaker:DescribeModelPackage",
            "sagemaker:ListModelPackages",
            "sagemaker:UpdateModelPackage",
        ],
        "Resource": "*",
    },
)
OFFICER = (
    {
        "Effect": "Allow",
        "Action": [
            "codepipeline:GetPipelineState",
            "codepipeline:ListActionExecutions",
            "codepipeline:ListPipelineExecutions",
            "codepipeline:PutApprovalResult",
            "codepipeline:RetryStageExecution",
        ],
        "Resource": "*",
    },
)
CALLER = (
    {
        "Effect": "Allow",
        "Action": [
            "sagemaker:DescribeEndpoint",
            "sagemaker:DescribeEndpointConfig",
            "sagemaker:DescribeModel",
            "sagemaker:InvokeEndpoint",
        ],
        "Resource": "*",
    },
)
"""What the people of this story may do by their own roles; the rest is the product's."""


@dataclass(kw_only=True)
class Story:
    """The people, and the project they work on."""

    rehearsal: Rehearsal
    scientist: Person
    lead: Person
    officer: Person
    tester: Person
    shop: Person
    project: Project = field(init=False)

    def starts(self, **form: str) -> None:
        """A data scientist starts the project; its pipeline runs and has nothing to deploy."""
        self.scientist.finds(TEMPLATE)
        self.project = self.scientist.creates_project(GROUP, TEMPLATE, **ROLES, **form)
        self.officer.expects_run(self.pipeline, number=1, skipped=NOTHING_APPROVED)

    @property
    def pipeline(self) -> str:
        return self.project.outputs["PipelineName"]

    def endpoint(self, stage: str) -> str:
        return f"sagemaker-{self.project.name}-{self.project.id}-{stage}"

    def clones(self) -> Checkout:
        return self.scientist.clones(self.project.outputs["CodeRepositoryName"])

    def trains(self, clone: Checkout) -> None:
        """The notebook that came with the repository registers a new version."""
        name = self.project.name
        self.scientist.runs_notebook(clone, NOTEBOOK, until="Approval", project_name=name)

    def reaches_staging(self, version: int, *, run: int) -> None:
        """A version runs in staging, answers, and somebody is asked what to do with it."""
        self.officer.expects_question(
            self.pipeline, f"Model version {version} runs in staging", number=run
        )
        self.tester.expects_served_version(self.endpoint("staging"), version)
        self.tester.expects_answer(self.endpoint("staging"), FLOWERS, SPECIES)

    def reaches_production(self, version: int, *, run: int) -> None:
        """The officer says yes, and the version answers in production."""
        self.officer.approves_deployment(self.pipeline, because=f"Version {version} is wanted.")
        self.officer.expects_run(self.pipeline, number=run)
        self.shop.expects_served_version(self.endpoint("prod"), version)
        self.shop.expects_answer(self.endpoint("prod"), FLOWERS, SPECIES)

    def goes_live(self) -> Checkout:
        """The first version is trained, approved, and runs in staging and production."""
        clone = self.clones()
        self.trains(clone)
        self.lead.approves_model(GROUP, 1)
        self.reaches_staging(1, run=2)
        self.reaches_production(1, run=2)
        return clone

    def ends(self, platform: Person) -> None:
        """The project ends; what the guide says it keeps is removed by hand."""
        self.scientist.deletes_project(self.project)
        platform.deletes_bucket(self.project.outputs["ArtifactBucketName"])
        platform.deletes_model_group(self.project.outputs["ModelPackageGroupName"])
        platform.does(
            "deletes the training pipeline",
            "sagemaker",
            "delete_pipeline",
            PipelineName=f"sagemaker-{self.project.name}-iris",
        )
        bucket = f"sagemaker-{platform.region}-{platform.account}"
        platform.deletes_bucket(bucket, prefix=f"{self.project.name}/")


def cast(rehearsal: Rehearsal) -> Story:
    """The people come, each with a role of their own."""
    home = "data-science"
    role = "sagemaker-data-scientist-iris-team"
    return Story(
        rehearsal=rehearsal,
        scientist=rehearsal.person("scientist", home, role, may=SCIENTIST),
        lead=rehearsal.person("lead", home, "lead-data-scientist", may=LEAD),
        officer=rehearsal.person("officer", home, "governance-officer", may=OFFICER),
        tester=rehearsal.person("tester", "staging", "model-tester", may=CALLER),
        shop=rehearsal.person("shop", "production", "flower-shop", may=CALLER),
    )


def by_codecommit(story: Story, **form: str) -> Story:
    """A project that deploys to accounts by their numbers; its code lies in CodeCommit."""
    story.starts(SourceProvider="CodeCommit", **by_number(story), **form)
    return story


def by_number(story: Story) -> dict[str, str]:
    """The part of the form that names accounts."""
    return {
        "StagingAccounts": story.rehearsal.account("staging"),
        "ProdAccounts": story.rehearsal.account("production"),
    }


def rehearse_by_account_list(rehearsal: Rehearsal) -> None:
    """From the form in Studio to production and back to nothing, to accounts by their numbers."""
    story = cast(rehearsal)
    platform = rehearsal.administrator("data-science")
    connection = platform.connects("example-git")
    rehearsal.notes_what_is_there()
    story.starts(
        ConnectionArn=connection,
        RepositoryFullName=rehearsal.host_repository("example/iris"),
        NotificationEmail=OFFICER_MAIL,
        **by_number(story),
    )
    clone = story.goes_live()
    story.trains(clone)
    story.lead.approves_model(GROUP, 2)
    story.reaches_staging(2, run=3)
    story.reaches_production(2, run=3)
    story.lead.rejects_model(GROUP, 2, because="It confuses irises.")
    story.reaches_staging(1, run=4)
    story.reaches_production(1, run=4)

    stack = f"sagemaker-{story.project.name}-{story.project.id}-deploy"
    rehearsal.administrator("staging").deletes_stack(f"{stack}-staging")
    rehearsal.administrator("production").deletes_stack(f"{stack}-prod")
    story.ends(platform)
    rehearsal.expects_nothing_left()
