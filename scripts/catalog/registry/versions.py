"""What is asked of a version."""

from __future__ import annotations

from catalog.findings import Rule

RULES: tuple[Rule, ...] = (
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
)
