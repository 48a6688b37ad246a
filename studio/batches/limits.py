"""How large a sheet may be, and how it is said that one is not."""

from __future__ import annotations

MOST_ROWS = 10_000
MOST_COLUMNS = 200
MOST_BYTES = 32 * 1024**2
MOST_LETTERS = 32 * 1024**2  # of all cells: a packed file may say one long text a million times
LONGEST_CELL = 20_000
# As many rows as a spreadsheet has, with something in them or not.
LAST_ROW = 1_048_576


class Refused(ValueError):
    """A sheet, mapping or window that cannot be used. The words say what, why and the way out."""


def too_many_rows(about: int = 0) -> Refused:
    """`about` is how many lines there are, where that is known without reading them."""
    many = f"about {about:,}" if about > MOST_ROWS else f"more than {MOST_ROWS:,}"
    return Refused(
        f"The sheet has {many} rows; the most is {MOST_ROWS:,}. Divide it into several files."
    )


def too_many_columns(found: int) -> Refused:
    return Refused(
        f"The sheet has {found:,} columns; the most is {MOST_COLUMNS}. "
        "Leave out those that are not needed."
    )


def too_large(what: str, size: int, most: int) -> Refused:
    return Refused(
        f"{what} has {size / 1024**2:,.1f} MB; the most is {most // 1024**2} MB. "
        "Divide it into several files."
    )


def letter(at: int) -> str:
    """What a spreadsheet calls the column: 0 → A, 26 → AA."""
    name = ""
    while at >= 0:
        at, rest = divmod(at, 26)
        name, at = chr(65 + rest) + name, at - 1
    return name
