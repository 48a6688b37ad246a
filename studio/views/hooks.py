"""News that providers send. It is believed as far as its signature goes: it says whom to ask."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from studio import catalogue, jobs, secrets
from studio.models import Health, Job, Notice
from studio.providers import Remote
from studio.spec import Delivery, ProviderError

log = logging.getLogger("zoetrope.hooks")

MOST: Final = 256 * 1024
# Keys of theirs that are older than this may have been changed.
FRESH = timedelta(minutes=10)


@csrf_exempt
@require_POST
def hook(request: HttpRequest, provider: str, token: str) -> HttpResponse:
    """A delivery. 200 also for what is unknown, old or a repeat; 400 for what is forged."""
    sender = catalogue.providers().get(provider)
    if not isinstance(sender, Remote) or not sender.webhooks:
        return HttpResponse(status=404)
    if int(request.headers.get("Content-Length") or 0) > MOST or len(request.body) > MOST:
        return HttpResponse(status=413)
    job = Job.objects.filter(hook=token, provider=provider).first()
    if job is None or job.is_terminal:
        return HttpResponse()
    name = f"{provider}:{job.own_key_id}" if job.own_key_id else provider
    health = Health.objects.filter(pk=name).exclude(hook_keys="").first()
    if health is None:
        return _later()
    try:
        delivery = _read(sender, request, health)
    except (ProviderError, RecursionError, ValueError) as error:
        log.warning("job %s: a delivery that %s did not sign: %s", job.pk, provider, error)
        return _not_theirs(health)
    _note(job, delivery)
    return HttpResponse()


def _read(sender: Remote, request: HttpRequest, health: Health) -> Delivery:
    headers = {name.lower(): value for name, value in request.headers.items()}
    keys = secrets.decrypt(health.hook_keys)
    return sender.read_webhook(headers, request.body, keys, timezone.now().timestamp())


def _not_theirs(health: Health) -> HttpResponse:
    """Forged; unless it is we who know old keys only."""
    if health.hook_keys_at is None or health.hook_keys_at > timezone.now() - FRESH:
        return HttpResponse(status=400)
    Health.objects.filter(pk=health.pk).update(hook_keys_at=None)
    return _later()


def _later() -> HttpResponse:
    return HttpResponse(status=503, headers={"Retry-After": "30"})


def _note(job: Job, delivery: Delivery) -> None:
    """Once per delivery, and only about the work that the address was given to."""
    if job.provider_ref and delivery.ref != job.provider_ref:
        return
    _, is_new = Notice.objects.get_or_create(
        provider=job.provider,
        delivery=delivery.id[:200],
        defaults={"job": job, "ref": delivery.ref[:200]},
    )
    if is_new:
        jobs.dispatch()
