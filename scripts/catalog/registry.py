"""The numbers of our findings: what each demands, and what goes wrong otherwise.

A number that was given out keeps its meaning for ever; a new one takes the next of its family. The
house rules for templates (E9xxx) say the same of themselves, in the package `catalog.rules`.
"""

from __future__ import annotations

from catalog.findings import Rule

REGISTRY: tuple[Rule, ...] = (
    Rule(
        "C001",
        "A manifest is YAML that can be read",
        "Nothing can be said about a file nobody can read.",
    ),
    Rule(
        "C002",
        "A manifest has only keys of its schema",
        "A misspelt key would be ignored in silence.",
    ),
    Rule(
        "C003",
        "A manifest's values have the form its schema gives",
        "AWS refuses them later, half-way through a publish.",
    ),
    Rule(
        "C004",
        "A manifest has every key its schema demands",
        "The release could not be described in the catalog.",
    ),
    Rule(
        "C005",
        "A name used in a manifest exists",
        "Owners, products, OUs, seeds and values are referred to by name.",
    ),
    Rule(
        "C006",
        "A name is used once",
        "Two products or portfolios of one title cannot be told apart in Studio.",
    ),
    Rule(
        "C007",
        "A key is written once",
        "YAML readers keep one of the two in silence, and not all keep the same.",
    ),
    Rule(
        "C008",
        "Folders and files have names that can be names",
        "They become object keys, stack names and tags, which take no other letters.",
    ),
    Rule(
        "C009",
        "Tags that are ours are not written by hand",
        "The visibility tag decides what Studio lists; ours find things again.",
    ),
    Rule(
        "C010",
        "A product has a launch role exactly when people launch it",
        "People have no right to the resources; the launch role has.",
    ),
    Rule(
        "C011",
        "A foundation product is in no portfolio, and no other product is deployed as one",
        "It creates roles, which nobody may do from a catalog.",
    ),
    Rule(
        "C012",
        "A tag key stands on a portfolio or on its products, never on both",
        "A launch takes the tags of both, and a key given twice blocks it.",
    ),
    Rule(
        "C013",
        "The tags fit",
        "A portfolio and a product take 20 tags each, ours included; no quota raises that.",
    ),
    Rule(
        "C014",
        "The principal patterns fit",
        "A portfolio takes ten of them.",
    ),
    Rule(
        "C015",
        "A product folder has its files",
        "Without template, changelog and scenario there is nothing to publish or to test.",
    ),
    Rule(
        "C016",
        "A manifest holds no secret",
        "Everybody who can read the repository, and its history, has it.",
    ),
    Rule(
        "C017",
        "A manifest's first line names its schema",
        "Editors complete keys and show mistakes only then.",
    ),
    Rule(
        "C018",
        "What the scaffold asks is answered",
        "A product that still says TODO would be published saying it.",
    ),
    Rule(
        "C101",
        "A template is YAML before it is rendered",
        "Editors, formatters and reviewers read the source.",
    ),
    Rule(
        "C102",
        "A template's statements can be parsed",
        "Nothing can be rendered otherwise.",
    ),
    Rule(
        "C103",
        "A name used in a template is defined",
        "A misspelt name would render as nothing.",
    ),
    Rule(
        "C104",
        "A file that a template takes in exists",
        "Macros and partials come from the product's folder and from products/_shared.",
    ),
    Rule(
        "C105",
        "An expression stands on one line",
        "A finding is brought back to the line it came from.",
    ),
    Rule(
        "C106",
        "A rendered template is YAML",
        "CloudFormation cannot read it otherwise.",
    ),
    Rule(
        "C107",
        "An expression can be computed",
        "A wrong argument would only show when the template is rendered.",
    ),
    Rule(
        "C108",
        "Rendering ends",
        "A template without end would stop everybody's pipeline.",
    ),
    Rule(
        "C109",
        "A template leaves the mapping Catalog to the publisher",
        "It holds the artifact bucket of each region, which differs by target.",
    ),
    Rule(
        "C110",
        "A statement has a line of its own",
        "Text before it would be swallowed, or the statement would be printed.",
    ),
    Rule(
        "C201",
        "The changelog begins with the version",
        "Its first entry becomes the version's description in the catalog.",
    ),
    Rule(
        "C202",
        "A version's content never changes",
        "Projects made from it would no longer be what their version says.",
    ),
    Rule(
        "C203",
        "Versions only rise",
        "Studio offers the newest version; roll back by a new patch.",
    ),
    Rule(
        "C204",
        "A version rises by as much as its change weighs",
        "People update within a major version and trust that nothing breaks.",
    ),
    Rule(
        "C205",
        "A changelog entry fits the description",
        "Service Catalog takes 8192 characters, the digest line included.",
    ),
    Rule(
        "C206",
        "A step smaller than its change demands is accepted with a reason",
        "People who update are promised that nothing breaks; reviewers weigh the exception.",
    ),
    Rule(
        "C207",
        "An acceptance is for the version that is made, and has something to accept",
        "One left behind accepts the next mistake at its place.",
    ),
    Rule(
        "C301",
        "A bundle holds no symbolic link",
        "It would point somewhere else wherever the bundle is unpacked.",
    ),
    Rule(
        "C302",
        "Paths in a bundle stay inside it and work everywhere",
        "An absolute path, a .. or a backslash writes outside the folder it is unpacked in.",
    ),
    Rule(
        "C303",
        "A bundle holds no secret",
        "It is handed to everybody who starts a project.",
    ),
    Rule(
        "C304",
        "A bundle's files fit",
        "Large files belong into a bucket or a package; Lambda refuses more.",
    ),
    Rule(
        "C305",
        "Paths in a bundle differ in more than case",
        "One of the two would overwrite the other on some disks.",
    ),
    Rule(
        "C306",
        "A template fits the limits of CloudFormation",
        "The service refuses it when somebody launches it.",
    ),
    Rule(
        "C307",
        "A bundle is used by its template",
        "What is packed and never used is forgotten, or its name is misspelt.",
    ),
    Rule(
        "C308",
        "A packed function behind a custom resource answers Create, Update and Delete",
        "A request without an answer leaves the stack hanging for an hour, then failed.",
    ),
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
        "C428",
        "A project product's name fits a template in S3",
        "SageMaker refuses a longer one, and only one of Studio's two doors would open.",
    ),
    Rule(
        "C429",
        "A project product asks for no more parameters than a template in S3 may",
        "SageMaker refuses more, and only one of Studio's two doors would open.",
    ),
)
