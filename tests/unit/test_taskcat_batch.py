"""The batch build that launches every product, as CodeBuild would read it."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest

from catalog.model import Catalog, Kind, Owner, Product, ProductFolder, Scenario, Settings
from catalog.targets import Target
from catalog.taskcat import batch
from local_aws.codebuild import batchspec

OWNER = Owner(key="ml", name="ML team", email="ml@example.com", url="https://example.com")
HERE, THERE = "eu-west-1", "us-east-1"


def folder(
    name: str, kind: Kind = Kind.PROJECT, *regions: str, scenarios: int = 1
) -> ProductFolder:
    product = Product(name=name, kind=kind, version="1.0.0", title=name, summary=name, owner=OWNER)
    cases = {
        f"products/{name}/scenarios/{number}.yaml": Scenario(
            name=str(number), summary="A case.", regions=regions
        )
        for number in range(scenarios)
    }
    return ProductFolder(product=product, template="", scenarios=cases, changelog="")


def catalog(*folders: ProductFolder, targets: dict[str, Target] | None = None) -> Catalog:
    regions = (HERE, THERE)
    known = targets or {"prod": Target(name="prod", account="111122223333", regions=regions)}
    return Catalog(
        root=Path(),
        settings=Settings(owners={"ml": OWNER}, targets=known),
        products={one.product.name: one for one in folders},
        portfolios={},
    )


def read(made: Catalog) -> batchspec.Batch:
    return batchspec.parse(batch.buildspec(batch.builds(made)))


def test_there_is_a_build_for_each_product_and_region() -> None:
    made = catalog(folder("one"), folder("two", Kind.PROJECT, HERE, THERE))
    tasks = {task.identifier: task for task in read(made).tasks}
    assert {name: dict(task.variables) for name, task in tasks.items()} == {
        "one_eu_west_1": {"PRODUCT": "one", "REGION": HERE},
        "two_eu_west_1": {"PRODUCT": "two", "REGION": HERE},
        "two_us_east_1": {"PRODUCT": "two", "REGION": THERE},
    }
    assert not any(task.after for task in tasks.values())


def test_foundation_products_go_from_region_to_region() -> None:
    made = catalog(folder("roles", Kind.FOUNDATION, HERE, THERE))
    assert [(task.identifier, task.after) for task in read(made).tasks] == [
        ("roles_eu_west_1", ()),
        ("roles_us_east_1", ("roles_eu_west_1",)),
    ]


def test_the_embedded_target_counts_only_when_it_is_alone() -> None:
    local = Target(name="local", account="444455556666", regions=(THERE,), embedded=True)
    prod = Target(name="prod", account="111122223333", regions=(HERE,))
    alone = catalog(folder("one"), targets={"local": local})
    both = catalog(folder("one"), targets={"local": local, "prod": prod})
    assert [build.region for build in batch.builds(alone)] == [THERE]
    assert [build.region for build in batch.builds(both)] == [HERE]


def test_what_has_no_scenarios_is_not_launched() -> None:
    assert batch.builds(catalog(folder("one", scenarios=0))) == ()
    assert batch.builds(catalog()) == ()


@pytest.mark.parametrize("count", [50, 51, 230])
def test_a_batch_of_a_large_catalog_launches_everything_once(count: int) -> None:
    shapes = itertools.cycle([(HERE,), (THERE,), (HERE, THERE), ()])
    where = {f"p-{number:03}": next(shapes) for number in range(count)}
    made = catalog(*(folder(name, Kind.PROJECT, *regions) for name, regions in where.items()))
    tasks = read(made).tasks  # at most 100, or it could not be read
    launched = Counter(
        (product, task.variables["REGION"])
        for task in tasks
        for product in task.variables["PRODUCT"].split()
        if task.variables["REGION"] in (where[product] or (HERE,))
    )
    wanted = {(name, region) for name in where for region in where[name] or (HERE,)}
    assert launched == dict.fromkeys(wanted, 1)
