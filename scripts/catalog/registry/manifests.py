"""What is asked of manifests, folders and names."""

from __future__ import annotations

from catalog.findings import Rule

RULES: tuple[Rule, ...] = (
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
        "No manifest, template, changelog, note or rehearsal holds a secret",
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
)
