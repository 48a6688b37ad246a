"""Make a key of the API and print it once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billing import access, audit_log
from billing.models import Account, User
from billing.models.team import By


class Command(BaseCommand):
    help = "Makes an API key for a user and prints it. It is shown this once and kept as a digest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the name that they sign in with")
        parser.add_argument("--name", default="command line", help="what it is for, to know it by")
        parser.add_argument("--account", help="the id of the account, when they have several")
        parser.add_argument("--read-only", action="store_true", help="it may look, not change")
        parser.add_argument("--days", type=int, help="it expires after so many days")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user “{options['user']}”.")
        days: int | None = options["days"]
        if days is not None and not 1 <= days <= 3650:
            raise CommandError(f"--days is {days}; give 1 to 3650, or leave it out.")
        try:
            with audit_log.acting(By.OPERATOR, "manage.py"):
                _, secret = access.create_key(
                    self._account(user, options["account"]),
                    user,
                    options["name"],
                    read_only=options["read_only"],
                    expires=timezone.now() + timedelta(days=days) if days else None,
                )
        except PermissionDenied as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)

    @staticmethod
    def _account(user: User, wanted: str | None) -> Account:
        accounts = {str(account.pk): account for account in user.accounts.order_by("created")}
        if not accounts:
            raise CommandError(f"{user} is not a member of any account.")
        if wanted is None and len(accounts) == 1:
            return next(iter(accounts.values()))
        if wanted not in accounts:
            known = "; ".join(f"{pk} ({account})" for pk, account in accounts.items())
            raise CommandError(f"Name an account of {user} with --account: {known}.")
        return accounts[wanted]
