"""What builds said (CodeBuild, CloudWatch Logs)."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.aws.session import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Builds:
    """Gateway to one account and region.

    Args:
        codebuild: Client of `codebuild`.
        logs: Client of `logs`.
    """

    codebuild: Service
    logs: Service

    def end_of_log(self, build: str, lines: int) -> tuple[str, ...]:
        """The last lines that a build's commands wrote; none where it has no log.

        CodeBuild's own lines about phases begin with `[Container]` and are left out.

        Args:
            build: `<project>:<uuid>`.
            lines: How many at most.

        Raises:
            ServiceFault: The build or its log may not be read.
        """
        found = self.codebuild.call("batch_get_builds", f"build {build}", ids=[build])["builds"]
        where = found[0].get("logs", {}) if found else {}
        if not where.get("groupName") or not where.get("streamName"):
            return ()
        answer = self.logs.call(
            "get_log_events",
            f"log group {where['groupName']}",
            logGroupName=where["groupName"],
            logStreamName=where["streamName"],
            startFromHead=False,
        )
        written = [event["message"].rstrip() for event in answer["events"]]
        told = [line for line in written if line.strip() and not line.startswith("[Container]")]
        return tuple(told[-lines:])
