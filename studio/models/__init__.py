"""The tables of the studio."""

from studio.models.batch import (
    Batch,
    BatchFile,
    BatchMapping,
    BatchNews,
    BatchRow,
    BatchState,
    BatchTemplate,
    RowState,
)
from studio.models.job import LIVE, TERMINAL, Attempt, Event, Job, JobQuerySet, State, _token
from studio.models.prompt import Persona, SavedPrompt, SavedSettings
from studio.models.provider import Health, Notice, ProviderKey, Upload, Workflow
from studio.models.running import Beat, Lease
from studio.models.social import SocialFormat, SocialPlatform
from studio.models.story import Scene, Shot, Story, StoryQuerySet, Take
from studio.models.switch import OfferSwitch
from studio.models.telling import UserNotice, WebhookDelivery, WebhookTarget

__all__ = [
    "LIVE",
    "TERMINAL",
    "Attempt",
    "Batch",
    "BatchFile",
    "BatchMapping",
    "BatchNews",
    "BatchRow",
    "BatchState",
    "BatchTemplate",
    "Beat",
    "Event",
    "Health",
    "Job",
    "JobQuerySet",
    "Lease",
    "Notice",
    "OfferSwitch",
    "Persona",
    "ProviderKey",
    "RowState",
    "SavedPrompt",
    "SavedSettings",
    "Scene",
    "Shot",
    "SocialFormat",
    "SocialPlatform",
    "State",
    "Story",
    "StoryQuerySet",
    "Take",
    "Upload",
    "UserNotice",
    "WebhookDelivery",
    "WebhookTarget",
    "Workflow",
    "_token",  # named by a migration
]
