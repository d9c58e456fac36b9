"""Faults in what a user gave us: collected, said together, never a stack trace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in the input, where it stands, and what to do about it.

    Parameters
    ----------
    file : str
        Name of the file (or folder, or option) that holds the fault.
    row : int or None
        1-based line as an editor shows it; the header of a table is line 1. None when no line applies.
    column : str or None
        Column of a table, or the dotted key of a setting (``service.target``). None when neither applies.
    value : str
        The offending value as it was written; empty when there is none.
    message : str
        What is wrong and what to do, in the user's words.
    """

    file: str
    row: int | None
    column: str | None
    value: str
    message: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.row, self.column) if part not in (None, ""))
        shown = self.value if len(self.value) <= 80 else self.value[:77] + "..."
        parts = [place] if place else []
        if shown:
            parts.append(repr(shown))
        return ": ".join([*parts, self.message])


class InputFaults(Exception):  # noqa: N818 - it carries faults, and says so
    """Every fault that was found in the input, together.

    Parameters
    ----------
    faults : iterable of Fault
        At least one fault.

    Raises
    ------
    ValueError
        If there is no fault: an empty list would be an error that says nothing.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        if not self.faults:
            raise ValueError("InputFaults needs at least one fault")
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


class FaultLog:
    """Collects faults while reading goes on; the same fault on very many rows is shown often enough, then counted.

    Parameters
    ----------
    same_fault : int
        How many faults of one kind (same file, column and kind) are kept one by one.
    """

    def __init__(self, same_fault: int = 50) -> None:
        self._same_fault = same_fault
        self._kept: list[Fault] = []
        self._count: Counter[tuple[str, str | None, str]] = Counter()

    def __len__(self) -> int:
        return sum(self._count.values())

    def add(
        self, file: str, row: int | None, column: str | None, value: object, message: str, kind: str | None = None
    ) -> None:
        """Record a fault; `kind` groups faults whose messages differ only in detail (default: the message)."""
        key = (file, column, kind or message)
        self._count[key] += 1
        if self._count[key] <= self._same_fault:
            self._kept.append(Fault(file, row, column, "" if value is None else str(value), message))

    def said(self, file: str, row: int, column: str) -> bool:
        """Say whether a fault of this cell was recorded and is shown (of very many alike only the first are)."""
        return any((fault.file, fault.row, fault.column) == (file, row, column) for fault in self._kept)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What was found: by file in the order of reading, by row within a file, then what was only counted."""
        order = {file: place for place, file in enumerate(dict.fromkeys(fault.file for fault in self._kept))}
        kept = sorted(self._kept, key=lambda fault: (order[fault.file], fault.row or 0))
        more = [
            Fault(file, None, column, "", f"and {count - self._same_fault:,} more rows: {kind}")
            for (file, column, kind), count in self._count.items()
            if count > self._same_fault
        ]
        return (*kept, *more)

    def raise_if_any(self) -> None:
        """Raise what was found.

        Raises
        ------
        InputFaults
            If there is at least one fault.
        """
        if self._kept:
            raise InputFaults(self.faults)
