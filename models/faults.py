"""Faults in what a user gave us: collected, said together, never a stack trace."""

from __future__ import annotations

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
