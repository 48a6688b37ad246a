"""Ten thousand rows through the API, as a program sends them: a CSV becomes a draft, its plan is
read, it is begun, and looked at while it is at work. BATCH_ROWS says another number of rows."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from tests.benchmarks.batch import ROWS, _databases, _measure, _sheet, _spelled
from tests.benchmarks.common import MEDIA, table

PROMISED = {
    "POST batches/ (CSV: read, stored, checked, priced)": "< 10 s",
    "GET plan/": "",
    "POST start/": "< 20 s",
    "GET the batch": "< 150 ms",
    "GET batches/": "< 150 ms",
    "GET rows/, 100 from the middle": "< 150 ms",
    "GET results.csv": "",
    "POST batches/ (the same as JSON rows)": "< 10 s",
}


def run() -> None:
    told: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as stack:
        for name, env in _databases(stack).items():
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.batch_api"],
                env=env,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            told[name] = json.loads(done.stdout.splitlines()[-1])
    rows = [
        (case, *(_spelled(measured[case]) for measured in told.values()), PROMISED[case])
        for case in PROMISED
    ]
    title = f"{ROWS:,} rows over the API: seconds (of this processor), MB more, statements"
    table(title, rows, ("case", *told, "promised"))


# --- in a process of its own, on that database --------------------------------------------------


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(dict(_cases())))


def _program() -> Any:
    """A client with a key, in an account with fifty pictures."""
    from django.test import Client

    from assets import services as assets
    from billing import access
    from billing.models import Account, Membership, Role, User

    user = User.objects.create_user("bench")
    account = Account.objects.create(name="bench")
    Membership.objects.create(account=account, user=user, role=Role.OWNER)
    for number in range(50):
        path = MEDIA / "astronaut.jpg"
        assets.ingest(path, account=account, filename=f"astronaut-{number}.jpg", user=user)
    _, secret = access.create_key(account, user, "bench")
    headers = {"Authorization": f"Bearer {secret}", "Host": "localhost"}
    return Client(headers=headers, raise_request_exception=True)


def _cases() -> Iterator[tuple[str, list[float]]]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from studio import jobs
    from studio.batches.cells import csv_lines

    program, sheet, names = _program(), _sheet(), iter(PROMISED)
    v1 = "/api/v1/batches/"
    whole = b"".join(csv_lines(sheet.columns, (row.cells for row in sheet.rows)))
    mapping = {"picture": "image", "move": "motion", "strength": "strength", "seconds": "duration"}
    said: dict[str, Any] = {"operation": "image-to-video", "offer": "local-motion"}

    def good(answer: Any) -> Any:
        assert answer.status_code in (200, 201), answer.content[:2000]
        return answer

    def form() -> Any:
        file = SimpleUploadedFile("many.csv", whole)
        fields = {**said, "mapping": json.dumps(mapping)}
        return good(program.post(v1, {"file": file, **fields})).json()

    def sent(address: str, body: Any) -> Any:
        return good(program.post(address, body, content_type="application/json")).json()

    def results() -> bytes:
        return b"".join(good(program.get(f"{one}results.csv")).streaming_content)

    took, batch = _measure(form)
    assert batch["rows"]["ready"] == ROWS, batch["rows"]
    yield next(names), took
    one = f"{v1}{batch['id']}/"
    took, plan = _measure(lambda: good(program.get(f"{one}plan/")).json())
    yield next(names), took
    yield next(names), _measure(lambda: sent(f"{one}start/", {"agreed": plan["agreed"]}))[0]
    jobs.dispatch()
    yield next(names), _measure(lambda: good(program.get(one)))[0]
    yield next(names), _measure(lambda: good(program.get(v1)))[0]
    address = f"{one}rows/?page_size=100"
    for _ in range(ROWS // 200):
        time.sleep(0.05)  # no faster than a program may ask
        address = good(program.get(address)).json()["next"] or address
    yield next(names), _measure(lambda: good(program.get(address)))[0]
    yield next(names), _measure(results)[0]
    rows = [dict(zip(sheet.columns, row.cells, strict=True)) for row in sheet.rows]
    body = {**said, "mapping": mapping, "rows": rows}
    yield next(names), _measure(lambda: sent(v1, body))[0]


if __name__ == "__main__":
    main()
