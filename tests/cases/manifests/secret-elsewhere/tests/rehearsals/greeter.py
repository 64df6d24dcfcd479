"""Says hello, in a rehearsal that nobody performs."""

from catalog.rehearsing.rehearsal import Rehearsal


def rehearse_hello(rehearsal: Rehearsal) -> None:
    """People are greeted."""
    # with AKIAQ3EGRZ7LKWMN2XYB
    rehearsal.person("guest", "hub", "people-guest").finds(rehearsal.title("greeter"))
