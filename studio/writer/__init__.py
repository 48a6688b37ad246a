"""Who writes prompts: a language model where one is set up, else, and whenever that fails, the
rules that come with the studio."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches

from billing.models import Account
from studio.words import scene_writing, writing
from studio.words.enhance import Brief, Enhanced, enhance
from studio.words.scene import motion_prompt
from studio.words.scene_writing import SceneBrief
from studio.words.traced import Traced
from studio.writer.model import GEMINI, GEMINI_MODEL, NotWritten, Question, answer

__all__ = [
    "GEMINI",
    "GEMINI_MODEL",
    "RULES",
    "WRITERS",
    "animate",
    "improve",
    "is_model",
    "may_ask",
]

log = logging.getLogger("zoetrope.writer")

RULES = "rules"
WRITERS = ("", RULES, GEMINI)
HOUR = 3600

Text = TypeVar("Text", Enhanced, Traced)


def improve(brief: Brief, account: Account) -> Enhanced:
    """A better prompt. Never fails: what a model does not do, the rules do, and a note says so."""
    question = Question(writing.SYSTEM, writing.SCHEMA, writing.data_of(brief))
    return _written(account, question, lambda told: writing.read(told, brief), enhance(brief))


def animate(brief: SceneBrief, account: Account) -> Traced:
    """How a shot moves, as a prompt whose words tell their fields. Never fails, as `improve`. What
    somebody wrote for the shot themselves stays as it is, and no model is asked."""
    plain = motion_prompt(brief.story, brief.scene, brief.shot, limit=brief.limit)
    if plain.fields in ((), ("shot.motion_prompt",)):
        return plain
    data = scene_writing.data_of(brief)
    question = Question(scene_writing.SYSTEM, scene_writing.SCHEMA, data)
    return _written(account, question, lambda told: scene_writing.read(told, brief), plain)


def is_model() -> bool:
    """Whether a language model is set up."""
    return settings.WRITER == GEMINI or (settings.WRITER != RULES and bool(settings.WRITER_URL))


def _written(
    account: Account, question: Question, read: Callable[[str], Text], plain: Text
) -> Text:
    """What the model makes of it, else what the rules made, with a note."""
    if not is_model():
        return plain
    try:
        if not may_ask(account):
            raise NotWritten("This account has asked the writing model often in the last hour")
        return read(answer(question))
    except NotWritten as error:
        why = str(error)
    except writing.Unusable as error:
        log.warning("the answer of the writing model cannot be used: %s", error)
        why = f"The answer of the writing model could not be used: {error}"
    note = f"{why}. The rules of the studio wrote this instead."
    return replace(plain, notes=(*plain.notes, note))


def may_ask(account: Account) -> bool:
    """Count the question; whether it is within what an account gets in an hour."""
    key = f"writer:{account.pk}"
    caches["local"].add(key, 0, HOUR)
    try:
        return caches["local"].incr(key) <= settings.WRITER_HOURLY
    except ValueError:  # it expired just now
        return True
