"""A product's folder to its CloudFormation template: text, the origin of each line, or findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import yaml
from jinja2 import TemplateNotFound, UndefinedError

from catalog.findings import Finding
from catalog.manifests.manifest import did_you_mean
from catalog.model import Bundle, ProductFolder, Rendered, Settings, SourceLine
from catalog.templates import source_map
from catalog.templates.files import TemplateFiles
from catalog.templates.language import MAX_TEXT, Endless, Environment
from catalog.templates.missing_names import Missing
from catalog.templates.template_checks import column_of, own_names, yaml_error
from catalog.templates.yaml_text import composed

TEMPLATE = "template.yaml.j2"


def render(
    folder: ProductFolder,
    *,
    settings: Settings,
    bundles: Iterable[Bundle],
    templates: Mapping[str, str],
) -> tuple[Rendered | None, tuple[Finding, ...]]:
    """Render a product's template.

    Args:
        folder: The product.
        settings: Whose values every template may use.
        bundles: The product's packed code, whose keys the template names.
        templates: Every `*.j2` file under `products/`, relative to the root -> text.

    Returns:
        The template, None when it cannot be rendered; findings C101 to C110.
    """
    files = TemplateFiles(folder=folder.path, templates=templates)
    includes, findings = files.check(TEMPLATE)
    if findings or not includes:
        return None, findings
    job = _Job(files=files, context=context(folder, settings, bundles))
    text, findings = job.run()
    if findings:
        return None, findings
    rendered = Rendered(
        product=folder.product.name,
        text=text,
        source=job.origins(text),
        includes=tuple(sorted(includes)),
    )
    findings = tuple(_rendered_wrong(rendered))
    return (None if findings else rendered), findings


def context(
    folder: ProductFolder, settings: Settings, bundles: Iterable[Bundle]
) -> Mapping[str, object]:
    """What a template may name: product, values, seed and function.

    Title, summary and owner are left out: they belong to the product and may change at any time, a
    version's template may not.
    """
    product = folder.product
    keys: dict[str, dict[str, Mapping[str, str]]] = {"seed": {}, "function": {}}
    for bundle in bundles:
        keys[bundle.kind][bundle.name] = {"key": bundle.key}
    return {
        "product": {
            "name": product.name,
            "kind": product.kind.value,
            "version": product.version,
            "launch_role": product.launch_role,
        },
        "values": settings.values,
        **keys,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    """One rendering of one product."""

    files: TemplateFiles
    context: Mapping[str, object]

    def run(self) -> tuple[str, tuple[Finding, ...]]:
        """The text, or why there is none."""
        findings: list[Finding] = []
        environment = Environment(
            self.files.load,
            lambda name, file, line: findings.append(self._missing(name, file, line)),
        )
        text = ""
        try:
            text = self._text(environment)
        except UndefinedError as error:
            if not findings:  # else it follows from a name that was reported
                findings.append(self._failed(error))
        except Exception as error:  # a template can make a filter raise anything
            findings.append(self._failed(error))
        return text, tuple(sorted(set(findings)))

    def origins(self, plain: str) -> tuple[SourceLine, ...]:
        """Where each line of the text was written."""
        environment = Environment(self.files.load, lambda *_: None, marked=True)
        try:
            marked = self._text(environment)
        except Exception:  # a filter that cannot bear the markers costs the map, not the template
            marked = plain
        return source_map.origins(plain, marked, f"{self.files.folder}/{TEMPLATE}")

    def _text(self, environment: Environment) -> str:
        text = environment.get_template(TEMPLATE).render(self.context)
        if len(text) > MAX_TEXT:
            raise Endless("it makes more text than a template may have")
        return text

    def _missing(self, missing: Missing, file: str, line: int) -> Finding:
        name = missing.wanted
        if missing.refused or not name:
            return _computed(file, line, missing.refused or "there is no such value")
        text = self.files.templates.get(file, "")
        known = missing.known if missing.inside else {*self.context, *own_names(text)}
        return Finding(
            file=file,
            line=line,
            column=column_of(text, line, f".{name}" if missing.inside else name),
            rule="C103",
            message=f"'{name}' is not defined.",
            remedy=did_you_mean(name, known),
        )

    def _failed(self, error: Exception) -> Finding:
        file, line = self._place(error)
        if isinstance(error, TemplateNotFound):
            return self.files.no_file(file, line, str(error.name))
        if isinstance(error, Endless | RecursionError | MemoryError):
            why = str(error) if isinstance(error, Endless) else "it takes itself in without end"
            return Finding(
                file=file,
                line=line,
                rule="C108",
                message=f"Rendering was stopped: {why}.",
                remedy="Make the loop shorter, or end the recursion.",
            )
        return _computed(file, line, str(error))

    def _place(self, error: Exception) -> tuple[str, int]:
        """The innermost line of a template on the way to an error."""
        place, frame = (f"{self.files.folder}/{TEMPLATE}", 0), error.__traceback__
        while frame:
            if frame.tb_frame.f_code.co_filename in self.files.templates:
                place = frame.tb_frame.f_code.co_filename, frame.tb_lineno
            frame = frame.tb_next
        return place


def _computed(file: str, line: int, why: str) -> Finding:
    message = f"This cannot be computed: {why.rstrip('.')}."
    return Finding(file=file, line=line, rule="C107", message=message)


def _rendered_wrong(rendered: Rendered) -> Iterator[Finding]:
    """What is wrong with a rendered text, at the source."""
    error = yaml_error(rendered.text)
    if error:
        line, _, reason = error
        source = rendered.source[min(max(line, 1), len(rendered.source)) - 1]
        written = rendered.text.split("\n")[line - 1].strip() if line else ""
        yield Finding(
            file=source.file,
            line=source.line,
            rule="C106",
            message=f"Rendered, this is not YAML: {reason}.",
            remedy=f"The rendered line is: {written[:120]}",
        )
        return
    odd = _odd(composed(rendered.text))
    if odd:
        source, message = rendered.source[odd[0] - 1], f"Rendered, this {odd[1]}."
        yield Finding(file=source.file, line=source.line, rule="C106", message=message)
    line = _line_of_own_mapping(rendered.text)
    if line:
        source = rendered.source[line - 1]
        yield Finding(
            file=source.file,
            line=source.line,
            rule="C109",
            message="The template declares the mapping Catalog.",
            remedy="Take it out: the publisher adds it, with the bucket of each region.",
        )


def _odd(top: yaml.Node | None) -> tuple[int, str] | None:
    """Line and reason why a document cannot be a template, although it is YAML."""
    if not isinstance(top, yaml.MappingNode):
        return 1, "is not a mapping of sections, as a template is"
    waiting: list[yaml.Node] = [top]
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        children = [pair[1] for pair in node.value] if _is_map(node) else node.value
        for key, _ in node.value if _is_map(node) else ():
            if not isinstance(key, yaml.ScalarNode):
                return key.start_mark.line + 1, "has a key that is not text"
        waiting += [child for child in children if isinstance(child, yaml.CollectionNode)]
    return None


def _is_map(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode)


def _line_of_own_mapping(text: str) -> int:
    """Line of `Mappings.Catalog` in a template; 0 when it has none, as it should."""
    if not re.search(r"\bCatalog\b\"?'? *:", text):
        return 0
    for key, value in getattr(composed(text), "value", ()):
        if key.value == "Mappings" and isinstance(value, yaml.MappingNode):
            for name, _ in value.value:
                if name.value == "Catalog":
                    return int(name.start_mark.line) + 1
    return 0
