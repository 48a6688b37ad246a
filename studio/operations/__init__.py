"""WHAT can be asked: files, each with a tuple OPERATIONS."""

from __future__ import annotations

import importlib
import pkgutil

from studio.spec import Operation

# The order of the modules, wherever they are listed.
ORDER = ("transform", "avatar", "create", "edit", "story", "film", "upscale", "control", "social")


def declared() -> list[Operation]:
    """All operations, in the order of the modules and of their declaration."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name[0] != "_")
    files = [importlib.import_module(f"{__name__}.{name}") for name in names]
    found = [operation for file in files for operation in file.OPERATIONS]
    return sorted(found, key=lambda operation: ORDER.index(operation.module))
