"""Questions about the accounts: which roles must be there, and which are. Pure.

Every account of the shares is looked into by the hub, so it needs the reader role. A launch role is
needed in the hub, and in each account where somebody can launch: a role there is a principal of the
portfolio, or the target's foundation brings the launch role to the account.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.doctor.facts import Facts, Held, Unseen
from catalog.doctor.verdicts import Verdict, missing, unknown, well
from catalog.state import Principal
from catalog.studio.visibility import admits
from catalog.targets import Deployment


def shared(facts: Facts) -> dict[str, dict[str, frozenset[Principal]]]:
    """Account -> launch role -> principals of the portfolios that bring its products there.

    The hub is in it with every launch role, whoever is a principal.
    """
    found: dict[str, dict[str, frozenset[Principal]]] = {}
    for portfolio in facts.needs.desired.portfolios.values():
        roles = {facts.needs.launch_roles[name] for name in portfolio.products}
        accounts = {facts.target.account} | {
            account for node in portfolio.shares for account in _under(facts, node)
        }
        for account in accounts:
            held = found.setdefault(account, {})
            for role in roles:
                held[role] = held.get(role, frozenset()) | portfolio.principals
    return found


def roles(facts: Facts) -> Iterator[Verdict]:
    """The roles each account needs, one verdict for an account that has them all."""
    for account, wanted in sorted(shared(facts).items()):
        subject = f"roles in {account}"
        match facts.roles.get(account):
            case None:
                continue
            case Unseen() as unseen:  # without the reader role, nobody can tell
                lost = brought(facts, facts.target.reader_role, account)
                command = f"make bootstrap TARGET={facts.target.name}" if lost else ""
                yield unknown(subject, unseen, command)
            case Held() as held:
                verdicts = [*_of(facts, account, wanted, held)]
                yield from verdicts or [well(subject, ", ".join(sorted(held.ours)))]


def _of(
    facts: Facts, account: str, wanted: Mapping[str, frozenset[Principal]], held: Held
) -> Iterator[Verdict]:
    reader = facts.target.reader_role
    if account != facts.target.account and reader not in held.ours:
        yield _absent(facts, account, reader, "the hub cannot see what runs there")
    for role, principals in sorted(wanted.items()):
        if role in held.ours:
            continue
        needed = account == facts.target.account or brought(facts, role, account)
        if not needed and isinstance(held.arns, Unseen):
            yield unknown(f"role {role} in {account}", held.arns)
        elif needed or _launches(principals, held.arns):
            yield _absent(facts, account, role, "launches there fail")


def _launches(principals: frozenset[Principal], arns: frozenset[str] | Unseen) -> bool:
    """Whether a role of an account is a principal."""
    assert not isinstance(arns, Unseen)  # noqa: S101 - looked at before
    return any(admits(principal, arn) for principal in principals for arn in arns)


def _absent(facts: Facts, account: str, role: str, why: str) -> Verdict:
    name = facts.target.name
    command = f"make bootstrap TARGET={name}"
    if not brought(facts, role, account):
        makers = ", ".join(sorted(facts.needs.makers.get(role, ()))) or "no foundation product yet"
        why = (
            f"{why}; add a product that makes it ({makers}) for this account to "
            f"targets.{name}.foundation in catalog.yaml, then"
        )
    return missing(f"role {role} in {account}", why, command)


def brought(facts: Facts, role: str, account: str) -> bool:
    """Whether the target's foundation brings a role to an account."""
    makers = facts.needs.makers.get(role, frozenset())
    for entry in facts.target.foundation:
        reached = (
            entry.account == account
            if isinstance(entry, Deployment)
            else account in _under(facts, entry.unit)
        )
        if entry.product in makers and reached:
            return True
    return False


def _under(facts: Facts, node: str) -> frozenset[str]:
    for alias, known in facts.target.ous.items():
        accounts = facts.units.get(alias)
        if known == node and accounts is not None and not isinstance(accounts, Unseen):
            return accounts - {facts.boss}
    return frozenset()
