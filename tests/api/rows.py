"""What requests are about, there (again) whatever was done to the last one."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from assets import services
from assets.models import (
    Archive,
    Asset,
    BulkChange,
    Collection,
    Import,
    PartUpload,
    Tag,
)
from billing.models import Account, Budget, Invitation, Membership, User
from billing.models import Client as Customer
from studio import secrets
from studio.hooks import signing
from studio.models import (
    Batch,
    BatchMapping,
    BatchTemplate,
    Job,
    WebhookDelivery,
    WebhookTarget,
)
from tests.api.batching import STATES, batch_of, in_state, kept_of, renamed
from tests.api.endpoints import (
    ARCHIVE,
    BATCH,
    BUDGET,
    BULK,
    CLIENT,
    COLLECTION,
    DELIVERY,
    HOOK,
    IMPORT,
    INVITATION,
    MAPPING,
    MEMBER,
    TAG,
    TEMPLATE,
    UPLOAD,
)


def begun(account: Account, content: bytes, whole: bool) -> None:
    """An upload of Alice's account, with its part there or not; the last one is gone."""
    PartUpload.objects.filter(pk=UPLOAD).delete()
    upload = services.begin_upload(account=account, user=None, name="a.png", size=len(content))
    PartUpload.objects.filter(pk=upload.pk).update(id=UPLOAD)
    if whole:
        services.take_part(PartUpload.objects.get(pk=UPLOAD), 1, BytesIO(content))


def organized(account: Account, cat: Asset) -> dict[str, Any]:
    """One of each that orders a library, there (again) whatever was done to the last one."""
    BulkChange.objects.filter(pk=BULK).delete()
    BulkChange.objects.create(id=BULK, account=account, verb="rate", changed=1, cells={})
    box = {"account": account, "name": "Box", "key": "box"}
    Collection.objects.get_or_create(id=COLLECTION, **box)[0].assets.add(cat)
    Tag.objects.filter(account=account).delete()
    Tag.objects.create(pk=TAG, account=account, name="sea")
    Archive.objects.filter(account=account, state="waiting").delete()
    if not Archive.objects.filter(pk=ARCHIVE).exists():
        later = timezone.now() + timedelta(1)
        file = default_storage.save("archives/a.zip", ContentFile(b"PK"))
        row = {"state": "ready", "count": 1, "size": 2, "file": file, "expires": later}
        Archive.objects.create(id=ARCHIVE, account=account, **row)
    Customer.objects.get_or_create(id=CLIENT, account=account, name="Zed")
    if not Membership.objects.filter(pk=MEMBER).exists():
        somebody, _ = User.objects.get_or_create(username="somebody")
        Membership.objects.create(pk=MEMBER, account=account, user=somebody)
    Import.objects.filter(account=account, state="waiting").delete()
    kept = {"name": "a.zip", "size": 2, "state": "done", "expires": timezone.now() + timedelta(1)}
    Import.objects.get_or_create(id=IMPORT, account=account, defaults=kept)
    asked = {"email": "z@example.com", "role": "viewer", "digest": "z"}
    week = {"expires": timezone.now() + timedelta(7), "revoked": None}
    Invitation.objects.update_or_create(id=INVITATION, account=account, defaults={**asked, **week})
    Budget.objects.get_or_create(pk=BUDGET, account=account, of="client", client_id=CLIENT)
    more = {
        "client": CLIENT,
        "member": MEMBER,
        "budget": BUDGET,
        "import": IMPORT,
        "invitation": INVITATION,
    }
    more |= told(account)
    return {"bulk": BULK, "collection": COLLECTION, "tag": TAG, "archive": ARCHIVE, **more}


def told(account: Account) -> dict[str, Any]:
    """A webhook and what it was told."""
    said = {"account": account, "secret": secrets.encrypt(signing.new_secret())}
    hook, _ = WebhookTarget.objects.get_or_create(id=HOOK, defaults=said)
    said = {"target": hook, "event": uuid.uuid4(), "type": "webhook.test", "body": "{}"}
    WebhookDelivery.objects.get_or_create(id=DELIVERY, defaults=said)
    return {"hook": HOOK, "delivery": DELIVERY}


def batched(name: str, job: Job, cat: Asset) -> dict[str, Any]:
    """A batch that is so that one may ask this of it, there (again); and what is kept."""
    if not name.startswith("batch"):
        return {"batch": BATCH, "template": TEMPLATE, "mapping": MAPPING}
    account, user = job.account, job.user
    assert user
    Job.objects.filter(batch__isnull=False).update(batch=None, row=None)
    Batch.objects.filter(account=account).delete()
    for kept in (BatchTemplate, BatchMapping):
        kept.objects.filter(account=account).delete()
    kept_of(account, BatchTemplate=TEMPLATE, BatchMapping=MAPPING)
    made = renamed(batch_of(account, user, cat), BATCH)
    in_state(made, STATES.get(name, made.state))
    if name == "batch-zip":
        row = made.rows.get()
        made.rows.update(state="done")
        done = {"state": "succeeded", "outputs": [str(cat.pk)]}
        Job.objects.filter(pk=job.pk).update(batch=made, row=row, **done)
    return {"batch": BATCH, "template": TEMPLATE, "mapping": MAPPING}
