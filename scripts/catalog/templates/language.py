"""The language of templates: Jinja whose source is valid YAML.

Values are `${{ … }}`. Statements are comment lines `#@ …`, remarks `#@# …`; both vanish with their
line. Nothing else is Jinja: `{{resolve:ssm:…}}`, `{% … %}` and `{# … #}` pass through untouched.

Templates come from pull requests, so they run in Jinja's sandbox, on a list of filters that all
answer the same every time, with a bounded number of steps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Template, TemplateRuntimeError, Undefined, nodes
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.exceptions import UndefinedError
from jinja2.loaders import FunctionLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from catalog.templates.missing_names import Missing
from catalog.templates.source_map import Marking

BLOCK_START, BLOCK_END, COMMENT_START, COMMENT_END = "\ue010", "\ue011", "\ue012", "\ue013"
RESERVED = re.compile("[\ue000-\ue013\ue100-\ue1ff]")
"""Characters of the private use area that stand for delimiters and markers while rendering."""

STATEMENT = re.compile(r"[ \t]*#@(?!#)(.*)")
REMARK = re.compile(r"[ \t]*#@#.*")

MAX_STEPS = 20_000
"""Loop turns, calls and includes of one rendering. Our largest template needs some hundred."""

MAX_TEXT = 2_000_000
"""Characters one expression may make; a template may have one million bytes."""

FILTERS = frozenset(
    [
        "abs",
        "batch",
        "capitalize",
        "default",
        "d",
        "dictsort",
        "first",
        "float",
        "groupby",
        "indent",
        "int",
        "items",
        "join",
        "last",
        "length",
        "count",
        "list",
        "lower",
        "map",
        "max",
        "min",
        "reject",
        "rejectattr",
        "replace",
        "reverse",
        "round",
        "select",
        "selectattr",
        "slice",
        "sort",
        "string",
        "sum",
        "title",
        "trim",
        "unique",
        "upper",
    ]
)


class Endless(TemplateRuntimeError):
    """A template took more steps, or made more text, than any honest one."""


class Environment(ImmutableSandboxedEnvironment):
    """Jinja with our delimiters, a sandbox, and a bound.

    Args:
        load: Name as written in a template -> (text, file), or None when there is none.
        report: Called with each undefined name, the file and the line.
        marked: Whether lines carry the markers of `catalog.templates.source_map`.
    """

    def __init__(
        self,
        load: Callable[[str], tuple[str, str] | None],
        report: Callable[[Missing, str, int], None],
        *,
        marked: bool = False,
    ) -> None:
        super().__init__(
            block_start_string=BLOCK_START,
            block_end_string=BLOCK_END,
            comment_start_string=COMMENT_START,
            comment_end_string=COMMENT_END,
            variable_start_string="${{",
            variable_end_string="}}",
            trim_blocks=True,
            keep_trailing_newline=True,
            undefined=type("Missing", (Missing,), {"report": staticmethod(report)}),
            loader=FunctionLoader(lambda name: _with_freshness(load(name))),
        )
        if marked:
            self.add_extension(Marking)
        self.bytecode_cache: Compiled = _MARKED if marked else _PLAIN
        self.steps = 0
        self.filters = {name: self.filters[name] for name in FILTERS} | {"tojson": _json}
        self.globals = {"range": self.globals["range"], "namespace": self.globals["namespace"]}

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Statement lines become Jinja blocks; line numbers stay."""
        return super().preprocess(delimited(source), name, filename)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            count = nodes.EnvironmentAttribute("counted")
            loop.iter = nodes.Call(count, [loop.iter], [], None, None, lineno=loop.lineno)
        return tree

    def compile_checked(self, tree: nodes.Template, text: str, file: str) -> None:
        """Compile a parsed template, and keep the code for its rendering.

        Raises:
            TemplateSyntaxError: It uses a filter or test that there is not.
        """
        bucket = self.bytecode_cache.get_bucket(self, file, file, text)
        bucket.code = self.compile(tree, name=file, filename=file)
        self.bytecode_cache.set_bucket(bucket)

    def counted(self, items: Iterable[object]) -> Iterator[object]:
        """The items of a loop, each a step."""
        for item in items:
            self._step()
            yield item

    def get_template(self, *args: Any, **kwargs: Any) -> Template:
        """A template that is included or imported: a step."""
        self._step()
        return super().get_template(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """A call of a macro or function: a step."""
        self._step()
        return super().call(*args, **kwargs)

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiplication that cannot fill the memory."""
        sizes = [len(side) for side in (left, right) if isinstance(side, str | list | tuple)]
        times = [side for side in (left, right) if isinstance(side, int)]
        if (sizes and times and sizes[0] * times[0] > MAX_TEXT) or (
            operator == "**" and len(times) == 2 and times[1] > 64
        ):
            raise Endless("it makes more text than a template may have")
        return super().call_binop(context, operator, left, right)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a mapping before its methods, so that `values.items` is the value `items`."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def _step(self) -> None:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise Endless(f"it takes more than {MAX_STEPS} steps")


class Compiled(BytecodeCache):
    """Compiled templates of this process, by content: a shared macro is compiled once."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """A template is known by its file, whatever the name it is included by."""
        return filename or name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in the code, when it is known."""
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code."""
        self._codes[bucket.key, bucket.checksum] = bucket.code


_PLAIN, _MARKED = Compiled(), Compiled()


def delimited(source: str) -> str:
    """Source with its statement and remark lines between Jinja's delimiters, line by line."""
    lines = source.replace("\r\n", "\n").split("\n")
    return "\n".join(_delimited_line(line) for line in lines)


def _delimited_line(line: str) -> str:
    if REMARK.fullmatch(line):
        return f"{COMMENT_START}{COMMENT_END}"
    statement = STATEMENT.fullmatch(line)
    return f"{BLOCK_START} {statement[1]} {BLOCK_END}" if statement else line


def _with_freshness(found: tuple[str, str] | None) -> Any:
    return found and (*found, lambda: True)


def _json(value: object) -> str:
    if isinstance(value, Undefined):
        raise UndefinedError(value._undefined_message)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=dict)
