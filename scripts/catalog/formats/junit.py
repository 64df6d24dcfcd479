"""Findings as JUnit XML, which build systems read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as Xml

from catalog.findings import Finding


def junit(found: Sequence[Finding], products: Iterable[str]) -> str:
    """One test case for each product that was looked at, and for each other place with findings.

    A case fails when a finding there stops a publish; the others are its output.
    """
    cases: dict[str, list[Finding]] = {f"products/{name}": [] for name in sorted(products)}
    for finding in found:
        cases.setdefault(_case(finding.file), []).append(finding)
    failures = sum(any(each.stops for each in those) for those in cases.values())
    totals = {"tests": str(len(cases)), "failures": str(failures), "errors": "0"}
    suites = Xml.Element("testsuites", {"name": "catalog", **totals})
    suite = Xml.SubElement(suites, "testsuite", {"name": "check", **totals})
    for name, those in cases.items():
        _add(suite, name, those)
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def plain(told: str) -> str:
    """Without the characters that XML cannot hold; a build's log may have them."""
    return "".join(c for c in told if c in "\t\n" or (c >= " " and c not in "\ufffe\uffff"))


def _case(file: str) -> str:
    parts = file.split("/")
    return "/".join(parts[:2]) if parts[0] == "products" else file


def _add(suite: Xml.Element, name: str, found: Sequence[Finding]) -> None:
    case = Xml.SubElement(suite, "testcase", classname="check", name=plain(name))
    stopping = [each for each in found if each.stops]
    if stopping:
        first = plain(f"{stopping[0].rule}: {stopping[0].message}")
        more = len(stopping) - 1
        message = f"{first} And {more} more." if more else first
        Xml.SubElement(case, "failure", message=message).text = _lines(stopping)
    if others := [each for each in found if not each.stops]:
        Xml.SubElement(case, "system-out").text = _lines(others)


def _lines(found: Iterable[Finding]) -> str:
    return plain("\n".join(_line(each) for each in found))


def _line(finding: Finding) -> str:
    word = "allowed" if finding.allowed else finding.severity.value
    words = finding.allowed or finding.remedy
    return f"{finding.place} {finding.rule} {word}: {finding.message} {words}".rstrip()
