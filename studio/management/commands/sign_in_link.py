"""Print a link that signs somebody in once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from billing.access import make_sign_in_link, set_up_owner
from billing.models import User
from studio.supervisor.listener import address_of


class Command(BaseCommand):
    help = "Prints a link that signs a user in once; without a name, the owner of the studio."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", nargs="?", help="the name that they sign in with")
        parser.add_argument("--days", type=int, default=7, help="how long it is valid (1 to 30)")
        parser.add_argument("--base", help="where the studio is reached, e.g. https://studio.lan")

    def handle(
        self, *args: Any, user: str | None, days: int, base: str | None, **options: Any
    ) -> None:
        if not 1 <= days <= 30:
            raise CommandError(f"--days is {days}; give 1 to 30.")
        token = make_sign_in_link(_person(user), timedelta(days=days))
        base = base or address_of(settings.HOST, settings.PORT)
        self.stdout.write(base.rstrip("/") + reverse("sign-in-link", args=[token]))


def _person(name: str | None) -> User:
    if name is None:
        return set_up_owner()
    found = User.objects.filter(username=name).first()
    if found is None:
        raise CommandError(f"There is no user “{name}”.")
    if not found.is_active:
        raise CommandError(f"“{name}” is not active; make them active in the admin first.")
    return found
