"""What is asked of a template before and while it is rendered."""

from __future__ import annotations

from catalog.findings import Rule

RULES: tuple[Rule, ...] = (
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
)
