"""What people find in their inbox."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.rehearsing.people import Actor, NotYet


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtInbox(Actor):
    """Verbs of whoever gets mail."""

    def confirms_subscription(self, address: str) -> None:
        """Follow the link in the mail with which a topic asks whether it may write."""
        with self.step(f"confirms that {address} wants mail"):
            self.scene.ground.confirm_mail(address)

    def expects_mail(self, address: str, says: str) -> None:
        """Wait for a mail that contains a text."""
        with self.step(f"gets mail at {address}: “{says}”"):

            def look() -> str | NotYet:
                mails = self.scene.ground.inbox(address)
                found = next((mail for mail in reversed(mails) if says in mail), None)
                return found or NotYet(f"{len(mails)} other mails came, the last: {mails[-1:]}")

            self.waits(f"a mail that says “{says}”", look)
