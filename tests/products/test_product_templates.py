"""Every product of this repository passes what it demands of others, in each of its scenarios."""

from pathlib import Path

import pytest

from catalog.templates.linting import LintRequest, apply_allowances, lint

ROOT = Path(__file__).parents[2]
PRODUCTS = sorted(path.parent.name for path in ROOT.glob("products/*/product.yaml"))


@pytest.mark.parametrize("name", PRODUCTS)
def test_it_is_clean_in_every_scenario(catalog, rendered, name):
    folder = catalog.products[name]
    assert folder.scenarios
    request = LintRequest(
        product=folder.product,
        rendered=rendered(name),
        regions=("us-east-1", "eu-west-1"),
        scenarios={path: each.parameters for path, each in folder.scenarios.items()},
    )
    findings = apply_allowances(lint([request], cache=None, workers=1), folder.product)
    assert [str(finding) for finding in findings if not finding.allowed] == []


@pytest.mark.parametrize("name", PRODUCTS)
def test_its_scenarios_use_every_parameter(catalog, template, name):
    used = {key for each in catalog.products[name].scenarios.values() for key in each.parameters}
    parameters = template(name).get("Parameters", {})
    defaults = {key for key, body in parameters.items() if "Default" in body}
    assert set(parameters) - used <= defaults
