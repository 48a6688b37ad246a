"""`manage.py rotate_keys`: encrypt all secrets anew, with a new key.

Each step leaves everything readable, so that it may be cut off anywhere and run again: first the
new key is kept beside the old ones, then every secret is encrypted with it, then the old ones go.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from studio import secrets
from studio.models import Batch, Health, ProviderKey, WebhookTarget

SECRETS: tuple[tuple[type[Model], str], ...] = (
    (ProviderKey, "cipher"),
    (Health, "hook_keys"),
    (Batch, "secret"),
    (WebhookTarget, "secret"),
    (WebhookTarget, "old_secret"),
)


class Command(BaseCommand):
    help = (
        "Makes a new encryption key, encrypts what is secret anew, and drops the old keys. Copies "
        "of the database from before need the key file from before."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with secrets.alone():
                self._rotate()
        except BlockingIOError:
            raise CommandError(
                "The keys are being changed already; wait for that to end."
            ) from None

    def _rotate(self) -> None:
        outside = list(settings.ENCRYPTION_KEYS)
        fresh = outside[:1] or [secrets.new()]
        if not outside:
            secrets.write([*fresh, *secrets.keys()])
        self.stdout.write(f"{self._encrypt_anew()} secrets were encrypted with the newest key.")
        if outside:
            self._advise(len(outside))
        else:
            secrets.write(fresh)
            self.stdout.write("The old keys are gone.")

    def _encrypt_anew(self) -> int:
        """Until nothing is left: a program that is running may still have used an older key."""
        count, unreadable = encrypt_anew()
        while more := encrypt_anew()[0]:
            count += more
        for words in unreadable:
            self.stderr.write(f"{words} cannot be read with any key and was left as it is.")
        return count

    def _advise(self, count: int) -> None:
        if count > 1:
            self.stdout.write(
                "ENCRYPTION_KEYS names more than one key. All but the first may go from it now, "
                f"and the file {secrets.FILE} from {settings.DATA_DIR}, if it is there."
            )
            return
        self.stdout.write(
            "ENCRYPTION_KEYS is set, so the new key must be set there too. Put this one in front, "
            "with a comma after it, restart the studio everywhere, and run this command again:\n"
            f"{secrets.new()}"
        )


def encrypt_anew() -> tuple[int, list[str]]:
    """Encrypt with the newest key what is not: how many, and what could not be read."""
    changed, unreadable = 0, []
    for model, column in SECRETS:
        for row in model._default_manager.exclude(**{column: ""}):
            cipher = getattr(row, column)
            try:
                fresh = secrets.rotate(cipher)
            except secrets.Unreadable:
                unreadable.append(f"{model._meta.verbose_name} {row}".capitalize())
                continue
            if fresh != cipher:
                # Not over what was written meanwhile.
                mine = model._default_manager.filter(pk=row.pk, **{column: cipher})
                changed += mine.update(**{column: fresh})
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN):
        changed += _encrypt_within(authenticator, unreadable)
    return changed, unreadable


def _encrypt_within(authenticator: Any, unreadable: list[str]) -> int:
    """The secret of an authenticator app, or what recovery codes are made from, within its data."""
    before = authenticator.data
    try:
        kept = {name: secrets.rotate(before[name]) for name in ("secret", "seed") if name in before}
    except secrets.Unreadable:
        unreadable.append(f"The second step of {authenticator.user}")
        return 0
    fresh = {**before, **kept}
    if fresh == before:
        return 0
    mine = Authenticator.objects.filter(pk=authenticator.pk, data=before)
    return int(mine.update(data=fresh))
