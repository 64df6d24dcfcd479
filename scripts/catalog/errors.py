"""Every exception the tool raises on purpose: a broken world, never a contributor's mistake.

A mistake in a file is a `catalog.findings.Finding`: collected, numbered, at its line. An exception
here stops the run; it says what is wrong and what to do next, and the command line prints exactly
that, without a traceback.

    CatalogError
    ├── UsageError         the command was called in a way that cannot work (exit 2)
    ├── EnvironmentFault   credentials, account, tool or server: the world around us is not ready
    ├── Refused            the tool will not do this, and says what would make it safe
    │   ├── StalePlan      the catalog moved since the plan was made
    │   └── Locked         another publisher is at work
    └── ServiceFault       an AWS service refused or failed a call
"""

INTERRUPTED = "Interrupted. Nothing is lost: run it again."
"""What is said when somebody presses Ctrl-C."""


class CatalogError(Exception):
    """Root of the tree.

    Args:
        what: What went wrong and where, one sentence.
        remedy: What the reader can do next, one sentence; empty when there is nothing to add.
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  {self.remedy}" if self.remedy else self.what


class UsageError(CatalogError):
    """The command was called in a way that cannot work."""

    exit_code = 2


class EnvironmentFault(CatalogError):
    """Credentials, account, tool or server: the world around the tool is not ready."""


class Refused(CatalogError):
    """The tool will not do this; the remedy says what would make it safe."""


class StalePlan(Refused):
    """The catalog moved since the plan was made."""


class Locked(Refused):
    """Another publisher holds the lock of this catalog."""


class ServiceFault(CatalogError):
    """An AWS service refused or failed a call.

    Args:
        what: Operation, subject and the service's own message.
        remedy: What to do next.
        code: The service's error code, e.g. `ResourceNotFoundException`.
        operation: `service:Operation`, e.g. `servicecatalog:CreateProduct`.
    """

    def __init__(self, what: str, remedy: str = "", *, code: str = "", operation: str = "") -> None:
        super().__init__(what, remedy)
        self.code = code
        self.operation = operation
