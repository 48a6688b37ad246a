"""What is left out of a provider's words."""

from __future__ import annotations

import pytest

from studio.told import redacted

KEPT = [
    "The prompt is too long: 1,201 of 1,000 characters.",
    "422 {'error': 'duration must be 5 or 10'}",
    "request 3f0c8a52-6f1e-4f34-9a0e-2a1b3c4d5e6f was refused",
    "used 1.5/2.0 GB and/or more // nothing",
    "The key authentication failed for this token.",
    "api.acme.example did not answer.",
]
ADDRESSES = [
    "https://cdn.acme.example/out.mp4?token=hush",
    "wss://acme.example/hush",
    r"https:\/\/cdn.acme.example\/hush.mp4",
    "//cdn.acme.example/hush",
    "cdn.acme.example/v1/hush.mp4",
    "cdn.acme.example:8443/hush",
    "data:image/png;base64,hushhush",
    "HTTPS://ACME.EXAMPLE/hush",
]
SECRETS = [
    "Bearer hush0123456789abcdef",
    "Incorrect key: hush-0123-4567-89ab",
    '{"api_key": "hush0123456789abcdef"}',
    "token=hush.0123456789.abcdef",
]


@pytest.mark.parametrize("text", KEPT)
def test_plain_words_stay(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("text", ADDRESSES)
def test_no_address_gets_through(text: str) -> None:
    assert redacted(text) == "…"
    assert redacted(f'{{"url": "{text}", "code": 7}}') == '{"url": "…", "code": 7}'


@pytest.mark.parametrize("text", SECRETS)
def test_what_looks_like_a_key_does_not_get_through(text: str) -> None:
    assert "hush" not in redacted(text)
    assert "…" in redacted(text)
