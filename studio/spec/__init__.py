"""The vocabulary of the studio as pure data: what can be asked, who can do it, what came of it.

A feature that seems to need another word here should be thought about twice.
"""

from studio.spec.answered import (
    Call,
    Delivery,
    ErrorKind,
    Handle,
    Output,
    ProviderError,
    Status,
    Update,
    Uploaded,
)
from studio.spec.asked import (
    ASSET_KINDS,
    Counts,
    Depends,
    FileLimits,
    Known,
    Makes,
    Offer,
    Operation,
    Param,
    ParamKind,
    Sizes,
)

__all__ = [
    "ASSET_KINDS",
    "Call",
    "Counts",
    "Delivery",
    "Depends",
    "ErrorKind",
    "FileLimits",
    "Handle",
    "Known",
    "Makes",
    "Offer",
    "Operation",
    "Output",
    "Param",
    "ParamKind",
    "ProviderError",
    "Sizes",
    "Status",
    "Update",
    "Uploaded",
]
