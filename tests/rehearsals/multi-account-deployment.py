"""The whole life of a project of Multi Account Deployment, and what can go wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.rehearsing.coding import Checkout
from catalog.rehearsing.opening import NextRelease
from catalog.rehearsing.rehearsal import Person, Rehearsal
from catalog.rehearsing.studio import Project

PRODUCT = "multi-account-deployment"
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
ANY = 0
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
        "Action": [
            "cloudformation:ListStackResources",
            "servicecatalog:GetProvisionedProductOutputs",
        ],
        "Resource": "*",
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
            "codebuild:BatchGetBuilds",
            "logs:GetLogEvents",
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
    form: dict[str, str] = field(default_factory=dict)

    def starts(self, **form: str) -> None:
        """A data scientist starts the project; its pipeline runs and has nothing to deploy."""
        self.scientist.finds(TEMPLATE)
        self.form = {**ROLES, **form}
        self.project = self.scientist.creates_project(GROUP, TEMPLATE, **self.form)
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

    def moves_on_and_back(self, clone: Checkout) -> None:
        """A second version replaces the first everywhere; rejected, it gives way to it again."""
        self.trains(clone)
        self.lead.approves_model(GROUP, 2)
        self.reaches_staging(2, run=3)
        self.reaches_production(2, run=3)
        self.lead.rejects_model(GROUP, 2, because="It confuses irises.")
        self.reaches_staging(1, run=4)
        self.reaches_production(1, run=4)

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
    story.officer.confirms_subscription(OFFICER_MAIL)
    clone = story.goes_live()
    story.officer.expects_mail(OFFICER_MAIL, "Model version 1 runs in staging")
    story.moves_on_and_back(clone)
    stack = f"sagemaker-{story.project.name}-{story.project.id}-deploy"
    rehearsal.administrator("staging").deletes_stack(f"{stack}-staging")
    rehearsal.administrator("production").deletes_stack(f"{stack}-prod")
    story.ends(platform)
    rehearsal.expects_nothing_left()


def rehearse_by_organizational_unit(rehearsal: Rehearsal) -> None:
    """The same life, to every account of two organizational units, with code in CodeCommit."""
    story = cast(rehearsal)
    platform = rehearsal.administrator("data-science")
    staging, production = rehearsal.unit("staging"), rehearsal.unit("production")
    rehearsal.administrator("management").does(
        "lets data-science run stack sets",
        "organizations",
        "register_delegated_administrator",
        AccountId=platform.account,
        ServicePrincipal="member.org.stacksets.cloudformation.amazonaws.com",
    )
    rehearsal.notes_what_is_there()
    story.starts(
        SourceProvider="CodeCommit",
        DeploymentMode="OrganizationalUnits",
        OrganizationalUnitStagingId=staging,
        OrganizationalUnitProdId=production,
    )
    story.moves_on_and_back(story.goes_live())
    stack = f"sagemaker-{story.project.name}-{story.project.id}-deploy"
    platform.deletes_stack_set(f"{stack}-staging", staging)
    platform.deletes_stack_set(f"{stack}-prod", production)
    story.ends(platform)
    platform.deletes_repository(f"sagemaker-{story.project.name}-{story.project.id}")
    rehearsal.expects_nothing_left()


def rehearse_next_release(rehearsal: Rehearsal) -> None:
    """A running project moves to the product's next release: nothing of it is replaced."""
    story = by_codecommit(cast(rehearsal))
    story.goes_live()
    before = story.scientist.resources(story.project)
    release = NextRelease(
        news="The pipeline says in a description what it does.",
        because="Pipelines say what they do.",
        change={
            "template.yaml.j2": (
                "Description: Register models in this group; approving one starts the pipeline.",
                "Description: Register models here; approving one starts the pipeline.",
            )
        },
    )
    following = rehearsal.next_release(PRODUCT, release)
    rehearsal.publishes(following)
    version = following.releases[PRODUCT].version
    story.scientist.finds(TEMPLATE, version)
    story.scientist.expects_deprecated(TEMPLATE, story.project.version)
    story.project = story.scientist.updates_project(story.project, version, **story.form)
    story.scientist.expects_same(before, story.scientist.resources(story.project))
    story.shop.expects_answer(story.endpoint("prod"), FLOWERS, SPECIES)


def rehearse_build_breaks(rehearsal: Rehearsal) -> None:
    """Somebody pushes a buildspec that cannot work: the run fails in Build, nothing is deployed."""
    story = by_codecommit(cast(rehearsal))
    clone = story.clones()
    broken = clone.read("buildspecs/build.yml").replace("model_deployment.build", "model_deplyment")
    story.scientist.pushes(clone, "Rename the module", {"buildspecs/build.yml": broken})
    story.officer.expects_run(story.pipeline, "Failed", number=2, because="model_deplyment")
    story.tester.expects_no_endpoint(story.endpoint("staging"))


def rehearse_endpoint_does_not_come_up(rehearsal: Rehearsal) -> None:
    """The second model's files are gone: it is rolled back, and the first one serves on."""
    story = by_codecommit(cast(rehearsal))
    clone = story.goes_live()
    story.trains(clone)
    artifact = story.lead.expects_model(GROUP, 2, "PendingManualApproval")
    story.scientist.deletes_object(artifact)
    story.lead.approves_model(GROUP, 2)
    story.officer.expects_run(story.pipeline, "Failed", number=3, because="model_deployment.deploy")
    story.officer.expects_log(story.pipeline, "Failed to download model data")
    story.tester.expects_served_version(story.endpoint("staging"), 1)
    story.tester.expects_answer(story.endpoint("staging"), FLOWERS, SPECIES)
    story.shop.expects_served_version(story.endpoint("prod"), 1)


def rehearse_endpoint_answers_wrongly(rehearsal: Rehearsal) -> None:
    """A model that learned wrong labels is stopped by its test; production is untouched."""
    story = by_codecommit(cast(rehearsal))
    clone = story.clones()
    flowers = "notebooks/iris.csv"
    confused = clone.read(flowers).replace("setosa", "?").replace("virginica", "setosa")
    clone.write(flowers, confused.replace("?", "virginica"))
    story.trains(clone)
    story.lead.approves_model(GROUP, 1)
    story.officer.expects_run(story.pipeline, "Failed", number=2, because="model_deployment.check")
    story.officer.expects_log(story.pipeline, "a setosa: 2.0 is more than 0")
    story.tester.expects_served_version(story.endpoint("staging"), 1)
    story.shop.expects_no_endpoint(story.endpoint("prod"))


def rehearse_approval_rejected(rehearsal: Rehearsal) -> None:
    """The officer says no: the run ends there, and production is untouched."""
    story = by_codecommit(cast(rehearsal))
    story.trains(story.clones())
    story.lead.approves_model(GROUP, 1)
    story.reaches_staging(1, run=2)
    story.officer.rejects_deployment(story.pipeline, because="Not before the fair.")
    story.officer.expects_run(story.pipeline, "Failed", number=2, because="Not before the fair.")
    story.shop.expects_no_endpoint(story.endpoint("prod"))


def rehearse_role_missing_in_target(rehearsal: Rehearsal) -> None:
    """Staging has lost its role: the run says in which account; restored, the stage is retried."""
    story = by_codecommit(cast(rehearsal))
    story.trains(story.clones())
    rehearsal.administrator("staging").deletes_stack("catalog-target-account-role")
    story.lead.approves_model(GROUP, 1)
    story.officer.expects_run(story.pipeline, "Failed", number=2, because="model_deployment.deploy")
    story.officer.expects_log(story.pipeline, f"account {rehearsal.account('staging')}")
    rehearsal.lays_foundation()
    story.officer.retries(story.pipeline, "DeployStaging")
    story.reaches_staging(1, run=2)


def rehearse_event_delivered_twice(rehearsal: Rehearsal) -> None:
    """Two events for one approval: a second run may ask once more, and changes nothing."""
    story = by_codecommit(cast(rehearsal))
    story.trains(story.clones())
    rehearsal.deliver_events_twice()
    story.lead.approves_model(GROUP, 1)
    story.reaches_staging(1, run=ANY)  # of the two runs either may come first, or give way
    before = story.tester.modified(story.endpoint("staging"))
    story.officer.approves_all(story.pipeline)
    story.shop.expects_served_version(story.endpoint("prod"), 1)
    story.shop.expects_answer(story.endpoint("prod"), FLOWERS, SPECIES)
    story.tester.expects_unmodified(story.endpoint("staging"), before)


def rehearse_models_unreadable_from_target(rehearsal: Rehearsal) -> None:
    """The bucket of models is closed to the targets: the endpoint says what it may not read."""
    story = by_codecommit(cast(rehearsal))
    story.trains(story.clones())
    rehearsal.administrator("data-science").deletes_stack("catalog-model-bucket-access")
    story.lead.approves_model(GROUP, 1)
    story.officer.expects_run(story.pipeline, "Failed", number=2, because="model_deployment.deploy")
    story.officer.expects_log(story.pipeline, "Failed to download model data")
    story.shop.expects_no_endpoint(story.endpoint("prod"))


def rehearse_project_name_too_long(rehearsal: Rehearsal) -> None:
    """A name of sixteen characters is refused in words that say what is allowed."""
    story = cast(rehearsal)
    story.scientist.cannot_create_project(
        "iris-of-the-fair",
        TEMPLATE,
        because="At most 15 letters",
        SourceProvider="CodeCommit",
        **ROLES,
        **by_number(story),
    )


def rehearse_one_target_of_two_fails(rehearsal: Rehearsal) -> None:
    """One of two production accounts has no role: the other serves, and the run names the one."""
    story = cast(rehearsal)
    both = f"{rehearsal.account('production')},{rehearsal.account('sandbox')}"
    story.starts(SourceProvider="CodeCommit", **{**by_number(story), "ProdAccounts": both})
    story.trains(story.clones())
    story.lead.approves_model(GROUP, 1)
    story.reaches_staging(1, run=2)
    story.officer.approves_deployment(story.pipeline)
    story.officer.expects_run(story.pipeline, "Failed", number=2, because="model_deployment.deploy")
    story.officer.expects_log(story.pipeline, f"account {rehearsal.account('sandbox')}")
    story.shop.expects_answer(story.endpoint("prod"), FLOWERS, SPECIES)
