"""Sums over a part of the jobs, by a column."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce

from studio.models import Job


def by(column: str) -> Coalesce:
    """The column as something to group by. Of the bare column SQLite would take any index that
    begins with it, and read all jobs there are in its order, instead of the few that are asked for.
    """
    field: Any = Job._meta.get_field(column)
    return Coalesce(F(column), F(column), output_field=getattr(field, "target_field", field))
