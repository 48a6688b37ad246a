"""Somebody who uses a running studio through the API."""

from __future__ import annotations

import uuid
from typing import Any

from tests.cluster.harness import ROOT, Answer, Studio, wait_for

PICTURE = (ROOT / "static/samples/coffee.jpg").read_bytes()
SMALL = {"width": "128", "height": "128", "duration": "1", "fps": "24"}


class Person:
    """Somebody with a key of the API."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.key = studio.manage("api_key", "owner").stdout.strip().splitlines()[-1]

    def call(self, method: str, path: str, **kwargs: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.key}", **kwargs.pop("headers", {})}
        return self.studio.request(method, f"/api/v1/{path}", headers=headers, **kwargs)

    def order(self, key: str = "", **params: str) -> Answer:
        """POST jobs/ as a browser or curl -F would."""
        fields = {"operation": "image-to-video", **SMALL, **params}
        line = uuid.uuid4().hex
        parts = [
            f'--{line}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode()
            for n, v in fields.items()
        ]
        head = f'--{line}\r\nContent-Disposition: form-data; name="image"; filename="cup.jpg"\r\n'
        parts.append(head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + PICTURE + b"\r\n")
        headers = {"Content-Type": f"multipart/form-data; boundary={line}"}
        if key:
            headers["Idempotency-Key"] = key
        body = b"".join(parts) + f"--{line}--\r\n".encode()
        return self.call("POST", "jobs/", data=body, headers=headers)

    def job(self, job_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"jobs/{job_id}/").json()
        return found

    def wait(self, job_id: str, seconds: float = 60) -> dict[str, Any]:
        """Until the job has ended."""
        ends = ("succeeded", "failed", "canceled")
        wait_for(lambda: self.job(job_id)["state"] in ends, seconds, f"job {job_id}")
        return self.job(job_id)
