"""Two accounts with everything that one can have, and everybody who may ask for it.

The first account works for two clients and has things of its own besides. All that belongs to one
of these sets has the set's own word in it and ids that are noted, so that a look at any answer
tells whether something of it got there. The files are the same in all sets, and nobody is told of
the copies of others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from billing import clients
from billing.budgets import set_budget
from billing.models import Budget, BudgetOf, Client, Invitation, Membership, Role
from billing.scope import EVERYTHING, Scope
from tests.access.furnish import contents, cross, furnish
from tests.access.people import Person, account_of, everybody, join, person_named
from tests.access.stand import Set, Stand, state


@dataclass
class World:
    """`before` is how the sets stand at the beginning of each test."""

    sets: dict[str, Set]
    people: dict[str, Person]
    before: dict[str, Stand] = field(default_factory=dict)
    pointing: dict[str, Stand] = field(default_factory=dict)

    def name_of(self, of: Set) -> str:
        return next(name for name, one in self.sets.items() if one is of)

    def is_as_before(self, of: Set) -> bool:
        return state(of) == self.before[self.name_of(of)]

    def is_not_joined(self, of: Set) -> bool:
        return of.pointed_at() == self.pointing[self.name_of(of)]


def _budget(of: Set) -> Budget:
    """One that nothing runs into."""
    client = Client.objects.filter(pk=of.client).first()
    kind = BudgetOf.CLIENT if client else BudgetOf.ACCOUNT
    return set_budget(of.account, kind, client=client, soft=10**15)


def build(files: Path) -> World:
    """All of it. Inside a transaction that is rolled back."""
    alice, ada = person_named("alice"), person_named("ada")
    account = account_of(alice)
    join(account, ada, Role.ADMIN)
    charlie = person_named("charlie")
    other = account_of(charlie)
    acme, zen = clients.make(account, "Qacme"), clients.make(account, "Qzen")
    away = clients.make(other, "Qtheirs")
    content = contents(files)
    sets = {
        "acme": furnish("qacme", account.seen(Scope(acme.pk)), alice, content),
        "zen": furnish("qzen", account.seen(Scope(zen.pk)), alice, content),
        "free": furnish("qfree", account.seen(EVERYTHING), alice, content),
        "theirs": furnish("qtheirs", other, charlie, content),
    }
    for name, client in (("acme", acme), ("zen", zen), ("theirs", away)):
        sets[name].note(client=client)
    cross(sets["acme"], sets["zen"])
    people = dict(everybody(account, [alice, ada], charlie, acme))
    for of in sets.values():
        last = Membership.objects.filter(account=of.account).order_by("pk").last()
        of.here["member"] = last.pk if last else None
        of.here["budget"] = _budget(of).pk
        asked, _ = Invitation.objects.get_or_create(
            account=of.account,
            defaults={
                "email": f"{of.word}@example.com",
                "role": Role.VIEWER,
                "digest": of.word,
                "expires": timezone.now() + timedelta(7),
            },
        )
        of.note(invitation=asked)
    world = World(sets, people)
    world.before = {name: state(of) for name, of in sets.items()}
    world.pointing = {name: of.pointed_at() for name, of in sets.items()}
    return world
