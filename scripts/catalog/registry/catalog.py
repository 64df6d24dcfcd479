"""What is asked of the catalog as a whole."""

from __future__ import annotations

from catalog.findings import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        "C401",
        "A product is in a portfolio",
        "Nobody can see it otherwise.",
    ),
    Rule(
        "C402",
        "Generated pages are up to date",
        "A reader believes what they say.",
    ),
    Rule(
        "C403",
        "A seed folder is used by a product",
        "It is forgotten, or a name is misspelt.",
    ),
    Rule(
        "C405",
        "A scenario gives values to parameters that exist",
        "A misspelt name leaves the parameter at its default, and tests something else.",
    ),
    Rule(
        "C406",
        "A scenario gives a value to every parameter without a default",
        "CloudFormation refuses to create the stack.",
    ),
    Rule(
        "C407",
        "An allow entry has a finding to accept",
        "One left behind accepts the next mistake at its place.",
    ),
    Rule(
        "C408",
        "A scenario's values fit the parameters' constraints",
        "CloudFormation refuses to create the stack.",
    ),
    Rule(
        "C409",
        "A scenario's values satisfy the template's rules",
        "CloudFormation refuses to create the stack.",
    ),
    Rule(
        "C410",
        "A target's regions are known to cfn-lint",
        "A template is not checked against what an unknown region offers.",
    ),
    Rule(
        "C411",
        "A role may do what the resources it deploys need",
        "The first launch, update or removal that needs the action fails, in an account.",
    ),
    Rule(
        "C412",
        "A reason about a role's permissions is about something it holds, or lacks",
        "A reason left behind hides the next mistake, and what went missing shows in an account.",
    ),
    Rule(
        "C413",
        "An action named by a part has a reason",
        "It allows what nobody listed, and what AWS adds tomorrow under such a name.",
    ),
    Rule(
        "C414",
        "A product that people launch has a rehearsal",
        "Whether it works for them, and can be removed, shows in an account first.",
    ),
    Rule(
        "C424",
        "A foundation product is deployed to an organizational unit, or to an account",
        "CloudFormation takes the ids of units and of the root, not the organization's.",
    ),
    Rule(
        "C428",
        "A project product's name and number of parameters fit a template in S3",
        "SageMaker refuses more, and only one of Studio's two doors would open.",
    ),
    Rule(
        "C435",
        "The changelog entry of a version that is out stays as it is",
        "People chose the version by what it said; two histories of one version mislead them.",
    ),
    Rule(
        "C436",
        "A foundation product is told the names of its target's artifact buckets",
        "Its roles may use other buckets only, and what it reads there is missing.",
    ),
    Rule(
        "C440",
        "A project's template says its product and version in its Description",
        "Who runs a version from S3 could not be told, and it could be retired under them.",
    ),
)
