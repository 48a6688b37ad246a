"""What all endpoints of batches share: finding them, and telling what is in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from studio import batches
from studio.api.base import AccountView, find
from studio.api.batches.shapes import batch_data
from studio.api.batches.wishes import MOST_VALUES
from studio.api.errors import Invalid, problem
from studio.api.fields import checked
from studio.jobs import NotPossible
from studio.models import Batch, BatchRow

# What the batches call a model is an offer here.
CALLED = {"model": "offer"}
BIGGEST = 2**31 - 1


def within(field: str) -> Callable[[str], str]:
    """A part of that field, which is called after it."""
    return lambda name: name if name == field else f"{field}.{name}"


class BatchView(AccountView):
    """An endpoint about the batches of the account."""

    most_values = MOST_VALUES

    def batches(self) -> Any:
        return Batch.objects.for_account(self.account).select_related("user")

    def batch(self, pk: UUID) -> Batch:
        return find(self.batches(), pk, "batch")  # type: ignore[no-any-return]

    def row(self, batch: Batch, number: int) -> BatchRow:
        mine = BatchRow.objects.filter(batch=batch)
        found = mine.filter(number=number).first() if number <= BIGGEST else None
        if found is None:
            raise NotFound(f"There is no row {number} in the batch {batch.pk}.")
        return found

    @staticmethod
    def check_new(made: Batch) -> None:
        """What cannot be checked is no batch. Not within a transaction: of thousands of rows it
        takes seconds."""
        try:
            with telling():
                batches.check(made)
        except Exception:
            batches.discard(made)
            raise

    def said(self, serializer: type[Any]) -> dict[str, Any]:
        return checked(serializer, self.sent())

    def told(self, pk: UUID, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """It as it stands now, whatever was changed in this request."""
        data = batch_data(self.batch(pk), self.request)
        return Response(data, status=status, headers=headers)


@contextmanager
def telling(
    field: str = "", status: int = 400, called: Callable[[str], str] | None = None
) -> Iterator[None]:
    """What is in the way, in the words of the API. `field` is what it is about where that is not
    said; `called` gives the field of the request for what the batches call it."""
    try:
        yield
    except batches.Wrong as error:
        name = called(error.field) if called and error.field else error.field
        where = CALLED.get(name, name) or field
        raise Invalid([problem(where, None, error.message)], status) from None
    except batches.Refused as error:
        raise Invalid([problem(field, None, str(error))], status) from None
    except batches.NotNow as error:
        raise NotPossible(str(error)) from None
    except batches.TermsChanged as error:
        words = f"{error} They are “{error.shown}” now: send that as `agreed`, or leave it out."
        raise Invalid([problem("agreed", error.agreed, words)], 409) from None
