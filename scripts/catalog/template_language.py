"""The language of templates: Jinja whose source is valid YAML.

Values are `${{ … }}`. Statements are comment lines `#@ …`, remarks `#@# …`; both vanish with their
line. Nothing else is Jinja: `{{resolve:ssm:…}}`, `{% … %}` and `{# … #}` pass through untouched.

Templates come from pull requests, so they run in Jinja's sandbox, on a list of filters that all
answer the same every time, with a bounded number of steps.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import Template, TemplateRuntimeError, Undefined, nodes
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.loaders import FunctionLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

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


class Missing(Undefined):
    """A name that is not defined: reported where it is used, so that all are found in one go.

    Printing one, or looking into one, reports and goes on; anything else stops.
    """

    report: Callable[[Missing, str, int], None]

    def __str__(self) -> str:
        self._report()
        return ""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._report()
        return _Reported()

    def _stop(self, *_: object, **__: object) -> Any:
        self._report()
        raise UndefinedError(self._undefined_message)

    def _report(self) -> None:
        frame = sys._getframe(1)
        while frame.f_back and "__jinja_template__" not in frame.f_globals:
            frame = frame.f_back
        template: Template = frame.f_globals["__jinja_template__"]
        line = template.get_corresponding_lineno(frame.f_lineno)
        type(self).report(self, template.filename or "", line)

    @property
    def wanted(self) -> str:
        """The name that is not defined; empty for, say, the first item of an empty list."""
        return str(self._undefined_name or "")

    @property
    def refused(self) -> str:
        """Why the sandbox does not give it; empty when it is simply not there."""
        unsafe = issubclass(self._undefined_exception, SecurityError)
        return self._undefined_message if unsafe else ""

    @property
    def known(self) -> Iterable[str]:
        """The names beside it, when it was looked for in a mapping."""
        holder = self._undefined_obj
        if isinstance(holder, Mapping):
            return holder
        return [name for name in getattr(holder, "__dict__", ()) if not name.startswith("_")]

    @property
    def inside(self) -> bool:
        """Whether it was looked for in another value."""
        return self._undefined_obj is not missing

    __iter__ = __len__ = __bool__ = __eq__ = __ne__ = __hash__ = _stop
    __contains__ = __lt__ = __gt__ = __le__ = __ge__ = __call__ = __getitem__ = _stop


class _Reported(Undefined):
    """What a reported name gives: prints as nothing and is not reported again."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self


class Environment(ImmutableSandboxedEnvironment):
    """Jinja with our delimiters, a sandbox, and a bound.

    Args:
        load: Name as written in a template -> (text, file), or None when there is none.
        report: Called with each undefined name, the file and the line.
    """

    def __init__(
        self,
        load: Callable[[str], tuple[str, str] | None],
        report: Callable[[Missing, str, int], None],
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
