"""What a scenario gives that its template does not take."""

from __future__ import annotations

import pytest

from catalog.templates.scenarios import misfits

TEMPLATE = {
    "Parameters": {
        "ExecutionRoleProdName": {"Type": "String", "Default": "a"},
        "Size": {"Type": "String", "Default": "b"},
    }
}


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ({"ExecutionRoleProd": "x"}, "Did you mean ExecutionRoleProdName?"),
        ({"ExecutionRoleStagingName": "x"}, "Did you mean ExecutionRoleProdName?"),
        # What is given already was not meant: the parameter is gone.
        ({"ProdRoleName": "x", "ExecutionRoleProdName": "y"}, "Remove it, or declare it."),
        ({"Colour": "x"}, "Remove it, or declare it."),
    ],
)
def test_a_name_that_is_given_already_is_not_suggested(given: dict[str, str], remedy: str) -> None:
    (found,) = misfits(TEMPLATE, given)
    assert (found.rule, found.remedy) == ("C405", remedy)
