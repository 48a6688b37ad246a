"""What a job looks like on its way to a provider."""

from __future__ import annotations

from django.conf import settings

from assets import services as assets
from billing.pricing import Free
from studio import catalogue, cuts, jobs
from studio.jobs.render import folder_of
from studio.keys import Access
from studio.models import Job, State
from studio.providers import Remote
from studio.pump import uploads
from studio.pump.errands import Send, Source, Watch
from studio.spec import Handle, Offer, ProviderError


def packed(job: Job, access: Access, webhook: str) -> Send:
    """A claimed job with everything that goes with it. Raises ProviderError, and what is wrong with
    its files."""
    offer = catalogue.all_offers().get(job.offer)
    if offer is None:
        raise ProviderError(f"“{job.offer}” is not offered any more. Choose another model.")
    folder = folder_of(job)
    folder.mkdir(parents=True, exist_ok=True)
    return Send(
        job=job.pk,
        fence=job.fence,
        access=access,
        offer=offer,
        params=job.params,
        sources=_sources(job, offer, access),
        ref=_ref(job),
        folder=folder,
        webhook=webhook,
        again=job.state == State.UNKNOWN,
    )


def _sources(job: Job, offer: Offer, access: Access) -> dict[str, Source]:
    params = {p.name: p for p in offer.params(catalogue.operations()[job.operation])}
    found = {}
    for param, asset in jobs.source_assets(job, offer).items():
        if param in offer.here:
            continue
        limits, part = params[param].limits, cuts.part(params[param], job.params, asset)
        name = uploads.name_of(asset, limits, part)
        found[param] = Source(
            path=assets.local_copy(asset, folder_of(job)),
            name=name,
            mime=asset.mime,
            limits=limits,
            part=part,
            known=uploads.known(access, name) if access.provider.uploads else "",
        )
    return found


def watched(job: Job, access: Access, *, hooked: bool, soon: bool, spread: bool) -> Watch:
    """A job that is to be asked about from now on."""
    offer = catalogue.all_offers().get(job.offer)
    return Watch(
        job=job.pk,
        fence=job.fence,
        access=access,
        handle=handle_of(job, offer),
        since=(job.started or job.created).timestamp(),
        deadline=float(offer.deadline if offer else 900),
        hooked=hooked,
        soon=soon,
        spread=spread,
    )


def is_hooked(provider: Remote) -> bool:
    """Whether it can send news here."""
    return bool(settings.PUBLIC_URL and provider.webhooks)


def handle_of(job: Job, offer: Offer | None) -> Handle:
    """What its provider is asked by; also when the offer is gone."""
    known = offer or Offer(job.offer, job.provider, job.operation, job.offer, {}, Free())
    return Handle(known, _ref(job), job.provider_ref, job.links)


def _ref(job: Job) -> str:
    """Our reference for a start."""
    return f"{job.pk}.{job.fence}"
