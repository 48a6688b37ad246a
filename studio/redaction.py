"""What a provider says, without what is a secret in it."""

from __future__ import annotations

import re

# An address in a provider's message is theirs: it may carry a key, and it dies. Some write the
# slashes as JSON may, some leave the scheme out.
REST = r'[^\s"<>]+'
ADDRESS = re.compile(
    rf"(?:[a-z][\w+.-]*:)?(?:\\?/){{2}}{REST}"
    rf"|\bdata:\w+/{REST}"
    rf"|\b(?:[\w-]+\.)+[a-z]{{2,}}(?::\d+)?\\?/{REST}",
    re.IGNORECASE,
)
# What follows such a word and has a digit in it is taken for a secret.
SECRET = re.compile(
    r"""(?<![a-z])((?:bearer|basic|key|token|secret|signature)["']?[\s:=]+["']?)"""
    r"(?=[a-z._~+/=-]*\d)[\w.~+/=-]{12,}",
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """Words of a provider as anybody may read them.

    >>> redacted("GET https://cdn.example/a.mp4?sig=1: 403, key fal_0123456789ab")
    'GET … 403, key …'
    """
    return SECRET.sub(r"\1…", ADDRESS.sub("…", text))
