"""Who works the pump. Of two that believe it, the database knows one."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from studio.models import Lease
from studio.processes import HOST

NAME = "pump"
SECONDS = 10.0
# Nothing is sent in the last seconds of a lease that was not renewed in time.
MARGIN = 3.0


class Fenced(Exception):
    """Somebody newer works the pump; whatever this process still wants to write is void."""


class Held:
    """A lease that is held. `epoch` rises with every owner."""

    def __init__(self, owner: str, epoch: int, begun: float) -> None:
        self.owner, self.epoch = owner, epoch
        self.left = False
        self._sure_until = begun + SECONDS - MARGIN

    def renew(self) -> None:
        """Prolong it; part of every transaction that writes news. Raises Fenced."""
        begun = time.monotonic()
        mine = Lease.objects.filter(name=NAME, owner=self.owner, epoch=self.epoch)
        if not mine.update(until=timezone.now() + timedelta(seconds=SECONDS)):
            raise Fenced
        self._sure_until = begun + SECONDS - MARGIN

    def keep(self) -> None:
        """Renew it when that is nearly due, in work that takes long."""
        if time.monotonic() > self._sure_until - (SECONDS - MARGIN) / 2:
            self.renew()

    def is_sure(self) -> bool:
        """Whether nobody else can have it yet; asked right before anything is sent."""
        return time.monotonic() < self._sure_until

    def is_leaving(self) -> bool:
        """Whether its owner was asked to end."""
        return Lease.objects.filter(name=NAME, epoch=self.epoch, leaving=True).exists()

    def give_back(self) -> None:
        """The next one need not wait."""
        mine = Lease.objects.filter(name=NAME, owner=self.owner, epoch=self.epoch)
        mine.update(until=timezone.now(), owner="")


def take() -> Held | None:
    """The lease, if nobody has it."""
    begun, now = time.monotonic(), timezone.now()
    owner = f"{HOST}:{os.getpid()}"
    with transaction.atomic():
        Lease.objects.get_or_create(name=NAME, defaults={"until": now})
        free = Lease.objects.filter(name=NAME, until__lte=now)
        until = now + timedelta(seconds=SECONDS)
        if not free.update(owner=owner, epoch=F("epoch") + 1, until=until, leaving=False):
            return None
        return Held(owner, Lease.objects.get(name=NAME).epoch, begun)


def void_dead() -> int:
    """Free it when its owner was a process of this host that is gone: nobody need wait then."""
    mine = Lease.objects.filter(name=NAME, owner__startswith=f"{HOST}:").first()
    if mine is None or _is_alive(int(mine.owner.rpartition(":")[2])):
        return 0
    return Lease.objects.filter(name=NAME, epoch=mine.epoch).update(until=timezone.now(), owner="")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def ask_to_leave(host: str) -> None:
    """Have the pump end soon, if it is worked on this host."""
    Lease.objects.filter(name=NAME, owner__startswith=f"{host}:").update(leaving=True)
