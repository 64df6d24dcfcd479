"""What is asked of bundles and of the rendered template's size."""

from __future__ import annotations

from catalog.findings import Rule

RULES: tuple[Rule, ...] = (
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
)
