"""Manifests: YAML text to a form, every mistake a finding at the line and column that made it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from catalog.findings import Finding
from catalog.manifests import leaks, located
from catalog.manifests.forms import WORDS, Form

F = TypeVar("F", bound=Form)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest(Generic[F]):
    """A manifest of the right form, and where each of its values stands.

    Args:
        file: Path relative to the catalog's root.
    """

    file: str
    form: F
    document: located.Document

    def finding(
        self, rule: str, path: located.Path, message: str, remedy: str = "", *, key: bool = False
    ) -> Finding:
        """A finding at the value of `path`, or at its key."""
        mark = self.document.key(path) if key else self.document.at(path)
        return Finding(
            file=self.file,
            line=mark.line,
            column=mark.column,
            rule=rule,
            message=message,
            remedy=remedy,
        )


def read(text: str, file: str, form: type[F]) -> tuple[Manifest[F] | None, tuple[Finding, ...]]:
    """Parse a manifest.

    Args:
        text: YAML.
        file: Path relative to the catalog's root, for the findings.
        form: What it must look like.

    Returns:
        The manifest, None when it has not the right form; findings C001 to C004, C007, C016.
    """
    document, findings = located.read(text, file)
    leaked = tuple(secrets(text, file))
    if document is None:
        return None, findings + leaked
    if not isinstance(document.value, dict):
        return None, (*findings, *leaked, _no_mapping(file, form, document))
    try:
        value = form.model_validate(document.value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        wrong = tuple(_finding(detail, file, form, document) for detail in details)
        return None, findings + leaked + wrong
    return Manifest(file=file, form=value, document=document), findings + leaked


def secrets(text: str, file: str) -> Iterator[Finding]:
    """What looks like a secret in the text of `file`: finding C016."""
    for line, what in leaks.in_text(text):
        yield Finding(
            file=file,
            line=line,
            rule="C016",
            message=f"This looks like {what}.",
            remedy="Take it out, and revoke it: it is in the history. Templates read secrets with "
            "{{resolve:secretsmanager:...}}.",
        )


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion to end a remedy with: `Did you mean 'summary'?`, or what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"Known here: {', '.join(names[:12])}." if names else "None is known here."


def _no_mapping(file: str, form: type[Form], document: located.Document) -> Finding:
    needed = ", ".join(name for name, field in form.model_fields.items() if field.is_required())
    what = "empty" if document.value is None else "not a mapping of keys to values"
    return Finding(
        file=file,
        line=1,
        rule="C004",
        message=f"This manifest is {what}.",
        remedy=f"It needs the keys {needed}.",
    )


def _finding(
    error: ErrorDetails, file: str, form: type[Form], document: located.Document
) -> Finding:
    path = tuple(part for part in error["loc"] if part != "[key]")
    of_key = len(path) < len(error["loc"])
    # A union's branches stand in the path (`str`, `list[...]`); only real steps have a mark.
    while path and path not in document.values and error["type"] != "missing":
        path = path[:-1]
    rule, message, remedy = _explain(error, path, form)
    written = of_key or rule == "C002"
    mark = document.key(path) if written or rule == "C004" else document.at(path)
    return Finding(
        file=file,
        line=mark.line,
        column=mark.column,
        rule=rule,
        message=message,
        remedy=remedy,
    )


def _explain(error: ErrorDetails, path: located.Path, form: type[Form]) -> tuple[str, str, str]:
    """Rule, message and remedy of a validation error of pydantic."""
    name = str(path[-1]) if path else ""
    if error["type"] == "missing":
        return "C004", f"The key '{name}' is missing{_inside(path)}.", _described(form, path)
    if error["type"] == "extra_forbidden":
        known = _keys(form, path[:-1])
        return "C002", f"There is no key '{name}'{_inside(path)}.", did_you_mean(name, known)
    shown = f"'{_dotted(path)}'" if path else "This manifest"
    return "C003", f"{shown} {_demand(error)}.", ""


def _inside(path: located.Path) -> str:
    return f" in '{_dotted(path[:-1])}'" if len(path) > 1 else ""


def _dotted(path: located.Path) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


_DEMANDS = {
    "string_type": "must be text; put it in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "list_type": "must be a list, e.g. [a, b]",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "date_type": "must be a date, e.g. 2026-11-20",
    "string_too_long": "is too long: at most {max_length} characters",
    "string_too_short": "is too short: at least {min_length} characters",
    "too_short": "needs at least {min_length} entry",
    "literal_error": "must be {expected}",
    "value_error": "{error}",
}


def _demand(error: ErrorDetails) -> str:
    context: Mapping[str, Any] = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        return "must be " + WORDS.get(context["pattern"], "on one line")
    if error["input"] is None or (error["input"] == "" and context.get("min_length") == 1):
        return "is empty; give it a value or take the key out"
    demand = _DEMANDS.get(error["type"])
    return demand.format(**context) if demand else error["msg"][0].lower() + error["msg"][1:]


def _form_at(form: type[Form], path: located.Path) -> type[Form] | None:
    """The form whose keys stand at `path`, through lists and mappings of forms."""
    here: Any = form
    for part in path:
        here = _step(here, part)
    here = _bare(here)
    return here if _is_form(here) else None


def _step(annotation: Any, part: str | int) -> Any:
    kind = _bare(annotation)
    if _is_form(kind):
        field = kind.model_fields.get(part)
        return field.annotation if field else None
    arguments = getattr(kind, "__args__", ())
    return arguments[-1] if arguments else None


def _bare(annotation: Any) -> Any:
    """An annotation without its `| None`."""
    arguments = getattr(annotation, "__args__", ())
    if type(None) in arguments:
        return next(kind for kind in arguments if kind is not type(None))
    return annotation


def _is_form(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _keys(form: type[Form], path: located.Path) -> list[str]:
    found = _form_at(form, path)
    return list(found.model_fields) if found else []


def _described(form: type[Form], path: located.Path) -> str:
    found = _form_at(form, path[:-1])
    field = found.model_fields.get(str(path[-1])) if found else None
    return field.description or "" if field else ""
