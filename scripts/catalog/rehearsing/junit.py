"""Rehearsals as JUnit XML, which build systems read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as Xml

from catalog.formats.junit import plain
from catalog.rehearsing.timeline import Verdict, text


def junit(verdicts: Sequence[Verdict]) -> str:
    """One test suite for each product, one test case for each rehearsal."""
    suites = Xml.Element("testsuites", name="rehearsals")
    for product in dict.fromkeys(each.product for each in verdicts):
        _suite(suites, product, [each for each in verdicts if each.product == product])
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _suite(parent: Xml.Element, product: str, verdicts: Sequence[Verdict]) -> None:
    failures = sum(not each.passed for each in verdicts)
    suite = Xml.SubElement(
        parent,
        "testsuite",
        name=product,
        tests=str(len(verdicts)),
        failures=str(failures),
        time=f"{sum(each.seconds for each in verdicts):.3f}",
    )
    for each in verdicts:
        case = Xml.SubElement(
            suite, "testcase", classname=product, name=each.name, time=f"{each.seconds:.3f}"
        )
        if not each.passed:
            trouble = [line for step in each.steps for line in step.trouble]
            message = trouble[0] if trouble else "nothing was rehearsed"
            Xml.SubElement(case, "failure", message=message).text = plain("\n".join(trouble))
        Xml.SubElement(case, "system-out").text = plain(text(each))
