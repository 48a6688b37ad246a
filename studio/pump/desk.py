"""The side of the pump that knows the tables: what to send, to ask and to find out, and what comes
of it. Every decision is one transaction that also renews the lease; without it nothing is written.
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections import Counter, deque
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import Error, transaction
from django.utils import timezone

from assets import services as assets
from studio import catalogue, jobs, keys
from studio.failpoints import point
from studio.jobs.remote import Way
from studio.keys import Access
from studio.models import Health, Job, State
from studio.pump import health, notices, uploads
from studio.pump.courier import Courier
from studio.pump.errands import (
    Answer,
    Ask,
    Brought,
    Go,
    Heard,
    HookKeys,
    LearnHookKeys,
    News,
    Ready,
    Send,
)
from studio.pump.lease import Held
from studio.pump.parcel import handle_of, is_hooked, packed, watched
from studio.spec import ErrorKind, ProviderError, Status, Update

log = logging.getLogger("zoetrope.pump")

MANY = 1000
REF_MOST = 200  # characters
ASK_AGAIN = timedelta(seconds=5)
# A wish to stop that was heard and not yet granted is repeated after so long.
STOP_AGAIN = timedelta(seconds=15)
NAMELESS = "The provider took it without a name that it can be asked by."
BROKEN = "Something went wrong on our side. It is in the log under this job's id."


class Desk:
    """Works for one slice, under one lease."""

    def __init__(self, held: Held, courier: Courier) -> None:
        self.held, self.courier = held, courier
        self.elsewhere = [p.key for p in catalogue.providers().values() if not p.local]
        self.sending: Counter[str] = Counter()
        self.claimed: deque[Job] = deque()
        # Until when (time.monotonic) not again.
        self.asked: dict[UUID, float] = {}
        self._health: dict[str, tuple[float, Health]] = {}
        self._learned: set[str] = set()
        self._progress: dict[UUID, Answer] = {}

    # --- what there is to do ------------------------------------------------------------------

    def adopt(self) -> None:
        """Take over from whoever worked before: what was being sent is unclear, what is at work is
        asked about."""
        mine = Job.objects.filter(provider__in=self.elsewhere).select_related("own_key")
        for job in mine.filter(state=State.SUBMITTING).exclude(epoch=self.held.epoch):
            with transaction.atomic():
                self.held.renew()
                if job.handed:
                    jobs.lost(job)
                else:
                    jobs.lay_back(job)
        at_work = mine.filter(state__in=(State.RUNNING, State.REVIEW)).exclude(provider_ref="")
        for job in at_work.iterator(MANY):
            self.watch(job, spread=True)

    def look(self, *, sends: bool) -> None:
        """Everything that is new in the tables."""
        self._take_notices()
        self._return_to()
        self._stop()
        self._find_out()
        self._learn_anew()
        self._lead_on()
        if sends and not self.claimed:
            self._claim()
        while self.claimed:  # what stumbles on the way is there at the next look
            self._hand_over(self.claimed[0])
            self.claimed.popleft()
            self.held.keep()

    def _way(self, job: Job) -> Access:
        return keys.access(catalogue.remote(job.provider), job.own_key)

    def watch(self, job: Job, *, soon: bool = False, spread: bool = False) -> None:
        try:
            access = self._way(job)
        except ProviderError as error:
            log.warning("job %s cannot be asked about: %s", job.pk, error)
            return
        hooked = is_hooked(access.provider)
        self.courier.post(watched(job, access, hooked=hooked, soon=soon, spread=spread))

    def _take_notices(self) -> None:
        for job in notices.take(self.held):
            self.watch(job, soon=True)

    def _return_to(self) -> None:
        """Work that is to be asked about and is not: its result has to be asked for anew."""
        mine = Job.objects.filter(provider__in=self.elsewhere, next_at__lte=timezone.now())
        for job in mine.filter(state=State.RUNNING).select_related("own_key")[:MANY]:
            Job.objects.filter(pk=job.pk, state=State.RUNNING, fence=job.fence).update(
                next_at=timezone.now() + jobs.WATCHED
            )
            if not self.courier.is_watching(job.pk):
                self.watch(job, soon=True)

    def _stop(self) -> None:
        """Work that somebody wants to be stopped."""
        wanted = Job.objects.filter(cancel_requested=True, provider__in=self.elsewhere)
        states = (State.RUNNING, State.REVIEW, State.FAILED)  # failed: given up, and still at work
        known = wanted.filter(state__in=states).exclude(provider_ref="")
        asked = [pk for pk, until in self.asked.items() if until > time.monotonic()]
        for job in known.exclude(pk__in=asked).select_related("own_key")[:MANY]:
            self.asked[job.pk] = math.inf
            self._ask("cancel", job)

    def _ask(self, verb: str, job: Job) -> None:
        try:
            access = self._way(job)
        except ProviderError as error:
            log.warning("job %s: %s", job.pk, error)
            return
        handle = handle_of(job, catalogue.all_offers().get(job.offer))
        self.courier.post(Ask(verb, job.pk, job.fence, access, handle))  # type: ignore[arg-type]

    def _find_out(self) -> None:
        """Work of which nobody knows whether it was accepted."""
        mine = Job.objects.filter(provider__in=self.elsewhere, state=State.UNKNOWN)
        due = mine.filter(next_at__lte=timezone.now())
        for job in due.select_related("account", "own_key")[:MANY]:
            Job.objects.filter(pk=job.pk, state=State.UNKNOWN, fence=job.fence).update(
                next_at=timezone.now() + ASK_AGAIN
            )
            match catalogue.remote(job.provider).reconcile:
                case "idempotency_key":
                    if job.pk not in self.asked:
                        self.asked[job.pk] = math.inf
                        self._hand_over(job)
                case "lookup":
                    self._ask("lookup", job)
                case "webhook":
                    self._wait_for_news(job)
                case _:
                    self._review(job, "its provider cannot tell whether it was accepted")

    def _wait_for_news(self, job: Job) -> None:
        """A webhook may still come, as long as the work may take."""
        offer = catalogue.all_offers().get(job.offer)
        patience = settings.SETTLE_SECONDS
        if is_hooked(catalogue.remote(job.provider)):
            patience += offer.deadline if offer else 900
        over = (job.unclear_since or timezone.now()) + timedelta(seconds=patience)
        if over <= timezone.now():
            self._review(job, "no news of it came from its provider")
        else:
            Job.objects.filter(pk=job.pk, state=State.UNKNOWN).update(next_at=over)

    def _review(self, job: Job, note: str) -> None:
        with transaction.atomic():
            self.held.renew()
            jobs.review(job, note)

    def _lead_on(self) -> None:
        """Who waits for a provider that does not answer, and could be served by another."""
        waiting = Job.objects.filter(state=State.QUEUED, provider__in=self.elsewhere)
        for job in waiting.exclude(alternatives=[]).select_related("account", "own_key")[:MANY]:
            name = f"{job.provider}:{job.own_key_id}" if job.own_key_id else job.provider
            if self._health_of(job.provider, name).is_open:
                with transaction.atomic():
                    self.held.renew()
                    label = catalogue.remote(job.provider).label
                    jobs.fall_over(job, f"{label} does not answer.")

    # --- sending ------------------------------------------------------------------------------

    def _claim(self) -> None:
        with transaction.atomic():
            self.held.renew()
            chosen = jobs.claim(self.held.epoch, self.elsewhere, self._free)
        if chosen:
            point("claimed")
        self.claimed.extend(chosen)

    def _free(self, way: Way, busy: int) -> int:
        provider, own_key = way
        name = f"{provider}:{own_key}" if own_key else provider
        slots = keys.slots(catalogue.remote(provider))
        return health.places(self._health_of(provider, name), slots, busy, self.sending[name])

    def _health_of(self, provider: str, name: str) -> Health:
        read, found = self._health.get(name, (0.0, None))
        if found is None or time.monotonic() - read > 1.0:
            found = Health.objects.filter(pk=name).first() or Health(name=name, provider=provider)
            self._health[name] = (time.monotonic(), found)
        return found

    def _hand_over(self, job: Job) -> None:
        """Give a claimed job to the courier; what cannot be sent at all fails here."""
        try:
            send = self._errand(job)
        except ProviderError as error:
            self._not_sent(job, error)
        except (assets.Refused, assets.Gone, OSError) as error:
            self._not_sent(job, ProviderError(str(error), ErrorKind.INPUT))
        except Error:
            raise
        except Exception:
            log.exception("job %s could not be made ready", job.pk)
            self._not_sent(job, ProviderError(BROKEN))
        else:
            self.sending[send.access.name] += 1
            self.courier.post(send)

    def _not_sent(self, job: Job, error: ProviderError) -> None:
        if job.state == State.UNKNOWN:  # an earlier try may have been accepted
            self._review(job, error.message)
        else:
            jobs.fail(job, error)

    def _errand(self, job: Job) -> Send:
        access = self._way(job)
        webhook = ""
        if is_hooked(access.provider):
            webhook = f"{settings.PUBLIC_URL}/hooks/{job.provider}/{job.hook}"
            self._learn(access)
        return packed(job, access, webhook)

    def _learn(self, access: Access) -> None:
        if access.name not in self._learned and health.must_learn(keys.health(access)):
            self._learned.add(access.name)
            self.courier.post(LearnHookKeys(access))

    def _learn_anew(self) -> None:
        """What did not fit the last signature may be out of date."""
        stale = Health.objects.filter(hook_keys_at=None).exclude(hook_keys="")
        for found in stale.select_related("own_key"):
            if found.provider in self.elsewhere and found.name not in self._learned:
                with contextlib.suppress(ProviderError):
                    self._learn(keys.access_of(found))

    # --- what came of it ----------------------------------------------------------------------

    def take_in(self, news: News) -> None:
        """Write down what the courier brought; doing it twice does no harm. Raises Fenced."""
        match news:
            case Answer(verb="poll", update=Update(status=Status.QUEUED | Status.RUNNING)):
                self._progress[news.job] = news
            case Ready():
                self._let_go(news)
            case Answer():
                self._progress.pop(news.job, None)
                self._answer(news)
            case Brought():
                uploads.remember(news)
            case Heard():
                health.heard(news)
                self._health.pop(news.access.name, None)
            case HookKeys():
                health.learned(news)
                self._learned.discard(news.access.name)

    def done_with(self, news: News) -> None:
        """It was taken in, or never will be."""
        if isinstance(news, Answer) and news.verb == "submit":
            self.sending[news.access.name] -= 1

    def _let_go(self, ready: Ready) -> None:
        """Commit that it is handed over, then say so."""
        with transaction.atomic():
            self.held.renew()
            mine = Job.objects.filter(pk=ready.job, state=State.SUBMITTING, fence=ready.fence)
            waits = self._health_of(ready.access.provider.key, ready.access.name).is_paused
            ok = not waits and mine.filter(cancel_requested=False).update(handed=timezone.now())
        point("handed")
        self.courier.post(Go(ready.job, ready.access, bool(ok)))

    def write_progress(self) -> None:
        """How far everything is, all of it in one transaction: no decision, so it may be late."""
        with transaction.atomic():
            self.held.renew()
            for answer in self._progress.values():
                assert answer.update
                mine = Job.objects.filter(pk=answer.job, state=State.RUNNING, fence=answer.fence)
                mine.update(**jobs.progress(answer.update))
        self._progress.clear()

    def leave_word(self, news: list[News]) -> None:
        """What this process still knows when another one works the pump."""
        self.claimed.clear()
        for one in news:
            if isinstance(one, Answer) and one.verb == "submit":
                self.sending[one.access.name] -= 1
                notices.leave(one)

    def is_sending(self) -> bool:
        return bool(self.claimed) or any(self.sending.values())

    def _answer(self, answer: Answer) -> None:
        with transaction.atomic():
            self.held.renew()
            job = Job.objects.select_related("account", "own_key").filter(pk=answer.job).first()
            watch = False
            if job is None or job.fence != answer.fence or job.is_terminal:
                self.courier.drop(answer.job)
                self._left_behind(answer)
            else:
                watch = self._decide(job, answer)
        if answer.verb == "submit":
            health.submitted(answer)
            self._health.pop(answer.access.name, None)
        point("noted")
        if watch and job:
            self.watch(job)

    def _decide(self, job: Job, answer: Answer) -> bool:
        """Take one answer in; whether the job is to be asked about from now on."""
        match answer.verb:
            case "submit":
                self.asked.pop(job.pk, None)
                return self._submitted(job, answer)
            case "poll":
                self._polled(job, answer)
            case "cancel":
                self._stopped(job, answer)
            case "lookup":
                return self._looked_up(job, answer)
            case "late":
                jobs.still_waiting(job)
            case "overdue" if job.state == State.RUNNING:
                jobs.review(job, "it takes far longer than it should")
        return False

    def _submitted(self, job: Job, answer: Answer) -> bool:
        if job.state not in (State.SUBMITTING, State.UNKNOWN):
            return False
        error = answer.error
        if error and answer.cached and error.kind in (ErrorKind.INPUT, ErrorKind.REFUSED):
            # The files that it had may be gone there: once more, with files brought anew.
            uploads.forget(answer.access, answer.cached)
            error = ProviderError(error.message, ErrorKind.LATER, detail=error.detail)
        update = answer.update or Update(Status.FAILED, error=error)
        is_named = 0 < len(update.ref) <= REF_MOST
        if update.status in (Status.QUEUED, Status.RUNNING) and not is_named:
            update = Update(Status.FAILED, error=ProviderError(NAMELESS, ErrorKind.UNCLEAR))
        jobs.apply(job, update)
        return job.state == State.RUNNING

    def _polled(self, job: Job, answer: Answer) -> None:
        if answer.update and job.state in (State.RUNNING, State.REVIEW):
            jobs.apply(job, answer.update)

    def _stopped(self, job: Job, answer: Answer) -> None:
        update, error = answer.update, answer.error
        if update and update.status not in (Status.QUEUED, Status.RUNNING):
            self.courier.drop(job.pk)
            jobs.apply(job, update)
        elif error and error.kind not in (ErrorKind.LATER, ErrorKind.UNCLEAR):
            self.asked.pop(job.pk, None)
            Job.objects.filter(pk=job.pk, fence=job.fence).update(
                cancel_requested=False, stage="cannot be stopped any more"
            )
        else:
            wait = ASK_AGAIN if error else STOP_AGAIN
            self.asked[job.pk] = time.monotonic() + wait.total_seconds()

    def _left_behind(self, answer: Answer) -> None:
        """Work that was given up is stopped where it goes on, as far as its provider does so."""
        waits = answer.error and answer.error.kind in (ErrorKind.LATER, ErrorKind.UNCLEAR)
        if answer.verb == "cancel" and not waits:
            Job.objects.filter(pk=answer.job).update(cancel_requested=False)
        elif answer.verb == "cancel":
            self.asked[answer.job] = time.monotonic() + STOP_AGAIN.total_seconds()

    def _looked_up(self, job: Job, answer: Answer) -> bool:
        if job.state != State.UNKNOWN or answer.error:
            return False
        if answer.update is None:
            jobs.absent(job)
            return False
        jobs.apply(job, answer.update)
        return job.state == State.RUNNING
