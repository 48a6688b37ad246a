"""The examples for receivers in the docs believe our calls and nobody else's."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.hooks import signing
from tests import needs

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
BODY = '{"type": "job.succeeded", "data": {"title": "Kätzchen"}}'.encode()
Judge = Callable[[str, dict[str, str], bytes], bool]


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.S | re.M)
    return str(found)


def in_python(secret: str, headers: dict[str, str], body: bytes) -> bool:
    names: dict[str, Any] = {}
    exec(block("python"), names)
    return bool(names["is_ours"](secret, headers, body))


def in_javascript(secret: str, headers: dict[str, str], body: bytes) -> bool:
    node = needs.node_path()
    if node is None:
        pytest.skip("Node is not installed; `make test` brings one, or install it")
    said = json.dumps([secret, headers, body.decode()])
    ask = f"{block('js')}\nconsole.log(isOurs(...{said}));"
    made = [node, "--input-type=module", "-e", ask]
    answer = subprocess.run(made, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.strip() == "true"


@pytest.mark.parametrize("judge", [in_python, in_javascript], ids=["python", "js"])
def test_a_receiver_believes_us_alone(judge: Judge) -> None:
    secret, other = signing.new_secret(), signing.new_secret()
    now = int(time.time())
    ours = signing.headers([secret], "msg_1", now, BODY)
    assert judge(secret, ours, BODY)
    assert judge(secret, signing.headers([other, secret], "msg_1", now, BODY), BODY), "changing"
    assert not judge(secret, ours, BODY.replace(b"succeeded", b"failed")), "other words"
    assert not judge(secret, signing.headers([other], "msg_1", now, BODY), BODY), "forged"
    assert not judge(secret, {**ours, "webhook-id": "msg_2"}, BODY), "another id"
    assert not judge(secret, signing.headers([secret], "msg_1", now - 900, BODY), BODY), "old"
