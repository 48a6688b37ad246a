"""Notices: what single people are told, on the page and, where it matters more, by e-mail."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, QuerySet
from django.utils import timezone

from billing.models import Account, Membership, Role, User
from studio.models import UserNotice

log = logging.getLogger("zoetrope.notices")

MOST_TRIES = 8  # over some hours
LEASE = timedelta(minutes=5)
AT_ONCE = 50
KEPT = timedelta(days=90)
# So many are counted.
COUNTED = 99


def managers(account: Account) -> list[User]:
    """Who manages the account."""
    return _users(_members(account).filter(role__in=(Role.OWNER, Role.ADMIN)))


def members(account: Account, *users: User) -> list[User]:
    """Those of them who still belong to it."""
    return _users(_members(account).filter(user__in=users))


def _members(account: Account) -> QuerySet[Membership]:
    return Membership.objects.filter(account=account.pk, user__is_active=True)


def _users(found: QuerySet[Membership]) -> list[User]:
    return [membership.user for membership in found.select_related("user").order_by("id")]


def tell(
    account: Account,
    users: Iterable[User],
    *,
    kind: str,
    title: str,
    text: str = "",
    link: str = "",
    about: str = "",
    client: UUID | None = None,
    mail: bool = False,
) -> None:
    """Write it for each of them, in the transaction in which it happens. With `mail` those who
    have an address get it by e-mail, too."""
    now = timezone.now()
    UserNotice.objects.bulk_create(
        UserNotice(
            account=account,
            client_id=client,
            user=user,
            kind=kind,
            title=title[:200],
            text=text,
            link=link,
            about=about,
            mail_at=now if mail and user.email else None,
            created=now,
        )
        for user in users
    )


# --- on the page ----------------------------------------------------------------------------------


def of(account: Account, user: User) -> QuerySet[UserNotice]:
    """What somebody was told in this account, whomever they work for just now."""
    return UserNotice.objects.for_account(account.widest()).filter(user=user)


def unread(account: Account, user: User) -> str:
    """How many, as a badge says it; empty where there is none."""
    found = of(account, user).filter(read=None)[: COUNTED + 1].count()
    return f"{COUNTED}+" if found > COUNTED else str(found or "")


def seen(found: QuerySet[UserNotice]) -> int:
    return found.filter(read=None).update(read=timezone.now())


def seen_by_all(about: str) -> int:
    """The thing that it is about was looked at: nobody needs to be told of it any more."""
    return seen(UserNotice.objects.filter(about=about))


def forget_old() -> None:
    UserNotice.objects.filter(created__lt=timezone.now() - KEPT).delete()


# --- by e-mail ------------------------------------------------------------------------------------


def _to_mail() -> QuerySet[UserNotice]:
    return UserNotice.objects.filter(mail_at__lte=timezone.now())


def are_waiting() -> bool:
    """Whether an e-mail is to be sent now."""
    return _to_mail().exists()


def send_due() -> int:
    """Send the e-mails that are due: who claims one by its number of tries sends it. How many
    were."""
    done = 0
    for notice in _to_mail().select_related("user", "account").order_by("mail_at")[:AT_ONCE]:
        mine = UserNotice.objects.filter(
            pk=notice.pk, mail_tries=notice.mail_tries, mail_at=notice.mail_at
        )
        if mine.update(mail_tries=F("mail_tries") + 1, mail_at=timezone.now() + LEASE):
            notice.mail_tries += 1
            done += _send(notice)
    return done


def _send(notice: UserNotice) -> bool:
    mine, next_at = UserNotice.objects.filter(pk=notice.pk), None
    link = f"{settings.PUBLIC_URL}{notice.link}" if settings.PUBLIC_URL and notice.link else ""
    text = "\n\n".join(part for part in (notice.text, link, f"({notice.account})") if part)
    try:
        sender = settings.DEFAULT_FROM_EMAIL
        sent = send_mail(notice.title, text, sender, [notice.user.email])
    except Exception as error:
        if not isinstance(error, OSError):
            log.exception("notice %s could not be sent", notice.pk)
        if notice.mail_tries < MOST_TRIES:
            next_at = timezone.now() + timedelta(minutes=2.0**notice.mail_tries)
        mine.update(mail_at=next_at)
        return False
    mine.update(mail_at=None)
    return bool(sent)
