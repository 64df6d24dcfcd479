"""A model of the central registry on its way to production: two approvals, by two people."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.rehearsing.rehearsal import Person, Rehearsal
from catalog.rehearsing.studio import Project

TEMPLATE = "Deploy real-time endpoint from ModelRegistry - Cross account, test and prod"
GROUP = "iris"
BUCKET = "sagemaker-registry-us-east-1-444455556666"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
SETTINGS = {"objective": "multi:softmax", "num_class": "3", "num_round": "20"}
IRISES = """\
0,5.1,3.5,1.4,0.2
0,4.9,3.0,1.4,0.2
1,6.4,3.2,4.5,1.5
1,5.7,2.8,4.1,1.3
2,6.3,3.3,6.0,2.5
2,6.5,3.0,5.8,2.2
"""
FLOWERS = "5.1,3.5,1.4,0.2\n6.4,3.2,4.5,1.5\n6.3,3.3,6.0,2.5\n"
SPECIES = "0.0\n1.0\n2.0"
OFFICER_MAIL = "officer@example.com"
NOTHING_APPROVED = ("DeployTest", "DeployProd")

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

EVERYTHING = """
  Everything:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: everything
      Roles: [sagemaker-role-central]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Action: "*"
            Resource: "*"
"""


@dataclass(kw_only=True)
class Story:
    """The people, and the project they work on."""

    rehearsal: Rehearsal
    platform: Person
    engineer: Person
    officer: Person
    tester: Person
    shop: Person
    connection: str
    project: Project = field(init=False)
    models: int = 0

    @property
    def pipeline(self) -> str:
        return self.project.outputs["PipelineName"]

    def endpoint(self, stage: str) -> str:
        return f"sagemaker-{self.project.name}-{self.project.id}-{stage}"

    def starts(self, **form: str) -> None:
        """The ML engineer starts the project; its pipeline runs and has nothing to deploy."""
        self.engineer.finds(TEMPLATE)
        self.project = self.engineer.creates_project(
            "iris-central",
            TEMPLATE,
            SageMakerModelPackageGroupName=GROUP,
            PreProdAccount=self.rehearsal.account("staging"),
            ProdAccount=self.rehearsal.account("production"),
            ConnectionArn=self.connection,
            RepositoryFullName=self.rehearsal.host_repository("example/iris-endpoint"),
            **form,
        )
        self.engineer.expects_run(self.pipeline, number=1, skipped=NOTHING_APPROVED)

    def registers_model(self) -> None:
        """A trained model comes into the central registry, where it waits for approval."""
        self.models += 1
        artifact = self.platform.trains_model(
            f"iris-{self.models}",
            image=XGBOOST,
            role="sagemaker-catalog-execution",
            data=IRISES,
            bucket=BUCKET,
            settings=SETTINGS,
        )
        self.platform.registers_model(GROUP, image=XGBOOST, artifact=artifact)

    def reaches_test(self, version: int, *, run: int) -> None:
        """A version runs in the test account, answers, and the officer is asked."""
        self.officer.expects_question(
            self.pipeline, f"Model version {version} runs in the test account", number=run
        )
        self.tester.expects_served_version(self.endpoint("test"), version)
        self.tester.expects_answer(self.endpoint("test"), FLOWERS, SPECIES)

    def reaches_production(self, version: int, *, run: int) -> None:
        """The officer says yes, and the version answers in production."""
        self.officer.approves_deployment(self.pipeline, because=f"Version {version} is wanted.")
        self.officer.expects_run(self.pipeline, number=run)
        self.shop.expects_served_version(self.endpoint("prod"), version)
        self.shop.expects_answer(self.endpoint("prod"), FLOWERS, SPECIES)

    def is_refused(self, version: int, *, run: int) -> None:
        """The officer says no, and the run ends there."""
        why = f"Version {version} is not explained."
        self.officer.rejects_deployment(self.pipeline, because=why)
        self.officer.expects_run(self.pipeline, "Failed", number=run, because=why)

    def keeps_models_from_the_officer(self) -> None:
        """Who decides about deployments does not decide about models."""
        group = (
            f"arn:aws:sagemaker:{self.officer.region}:{self.officer.account}:model-package/{GROUP}"
        )
        self.officer.may_not(
            "approve a model",
            "sagemaker",
            "update_model_package",
            ModelPackageArn=f"{group}/1",
            ModelApprovalStatus="Approved",
        )

    def keeps_deployments_from_the_engineer(self) -> None:
        """Who decides about models does not decide about deployments."""
        question = self.officer.expects_question(self.pipeline, "Deploy it to production?")
        self.engineer.may_not(
            "approve the deployment",
            "codepipeline",
            "put_approval_result",
            pipelineName=self.pipeline,
            stageName=question.stage,
            actionName=question.action,
            token=question.token,
            result={"summary": "I trust myself.", "status": "Approved"},
        )

    def goes_live(self) -> None:
        """The first version is registered, approved, and runs in test and production."""
        self.registers_model()
        self.engineer.approves_model(GROUP, 1)
        self.reaches_test(1, run=2)
        self.reaches_production(1, run=2)

    def ends(self) -> None:
        """The project ends; what the guide says it keeps is removed by hand."""
        stack = f"sagemaker-{self.project.name}-{self.project.id}-deploy"
        self.rehearsal.administrator("staging").deletes_stack(f"{stack}-test")
        self.rehearsal.administrator("production").deletes_stack(f"{stack}-prod")
        self.engineer.deletes_project(self.project)
        self.platform.deletes_bucket(self.project.outputs["ArtifactBucketName"])


def cast(rehearsal: Rehearsal) -> Story:
    """The people come: engineer and officer as personas, the others with roles of their own."""
    platform = rehearsal.person("platform", "hub", "platform-engineer")
    return Story(
        rehearsal=rehearsal,
        platform=platform,
        engineer=rehearsal.person("engineer", "hub", "sagemaker-ml-engineer"),
        officer=rehearsal.person("officer", "hub", "sagemaker-governance-officer"),
        tester=rehearsal.person("tester", "staging", "model-tester", may=CALLER),
        shop=rehearsal.person("shop", "production", "flower-shop", may=CALLER),
        connection=platform.connects("example-git"),
    )


def rehearse_two_approvals(rehearsal: Rehearsal) -> None:
    """Refused first, approved then, each by who may; a second version; its rejection; the end."""
    story = cast(rehearsal)
    lead = rehearsal.person("lead", "data-science", "sagemaker-lead-data-scientist")
    lead.is_not_offered(TEMPLATE)
    story.registers_model()
    story.registers_model()
    rehearsal.notes_what_is_there()
    story.starts(NotificationEmail=OFFICER_MAIL)
    story.officer.confirms_subscription(OFFICER_MAIL)

    story.keeps_models_from_the_officer()
    story.engineer.approves_model(GROUP, 1)
    story.reaches_test(1, run=2)
    story.officer.expects_mail(OFFICER_MAIL, "Model version 1 runs in the test account")
    story.keeps_deployments_from_the_engineer()
    story.is_refused(1, run=2)
    story.shop.expects_no_endpoint(story.endpoint("prod"))
    story.engineer.retries(story.pipeline, "DeployTest")
    story.reaches_production(1, run=2)

    story.engineer.approves_model(GROUP, 2)
    story.reaches_test(2, run=3)
    story.reaches_production(2, run=3)
    story.engineer.rejects_model(GROUP, 2, because="It confuses irises.")
    story.reaches_test(1, run=4)
    story.reaches_production(1, run=4)

    story.ends()
    rehearsal.expects_nothing_left()


def rehearse_refused(rehearsal: Rehearsal) -> None:
    """The officer refuses the second version: production goes on serving the first."""
    story = cast(rehearsal)
    story.starts()
    story.goes_live()
    story.registers_model()
    story.engineer.approves_model(GROUP, 2)
    story.reaches_test(2, run=3)
    story.is_refused(2, run=3)
    story.shop.expects_served_version(story.endpoint("prod"), 1)
    story.shop.expects_answer(story.endpoint("prod"), FLOWERS, SPECIES)


def rehearse_scan_finds_a_wildcard(rehearsal: Rehearsal) -> None:
    """Somebody slips a permission for everything into the endpoint's template."""
    story = cast(rehearsal)
    story.starts()
    story.goes_live()
    clone = story.engineer.clones(story.project.outputs["CodeRepositoryName"])
    endpoint = clone.read("endpoint.yaml")
    widened = endpoint.replace("\nOutputs:", f"{EVERYTHING}\nOutputs:")
    story.engineer.pushes(clone, "Give the endpoint what it needs", {"endpoint.yaml": widened})
    line = 1 + widened.splitlines().index('            Action: "*"')
    story.engineer.expects_run(story.pipeline, "Failed", number=3, because="template_scan")
    story.engineer.expects_log(story.pipeline, f"endpoint.yaml:{line}: wildcard")
    for stage, person in (("test", story.tester), ("prod", story.shop)):
        person.expects_served_version(story.endpoint(stage), 1)
