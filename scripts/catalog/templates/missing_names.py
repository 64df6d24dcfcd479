"""Names a template uses and nobody defined: all are found in one rendering, each at its line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import Template, Undefined
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.utils import missing


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
