"""The tables of a roster folder as they were read, and how their faults are said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from models.faults import FaultLog
from models.hints import close_name
from models.roster.settings import RosterSettings
from models.yamlfile import YamlFile

MOST_NAMED = 12
"""Names of which all are said where none is close."""
Rows = Iterator[tuple[int, dict[str, object]]]
"""Line and cells of each row of a table; blank cells are None."""


@dataclass(frozen=True, eq=False)
class RosterTables:
    """What was read, before it is put together.

    Attributes
    ----------
    settings : roster.yaml
    source : the file behind it, for the lines of its keys
    frames : tables by name without .csv; one that is not there is missing
    rostered : paid minutes and type of the shift that somebody was to work on a day of leave, by employee and day
    """

    settings: RosterSettings
    source: YamlFile | None
    frames: Mapping[str, pd.DataFrame]
    rostered: Mapping[str, Mapping[int, tuple[float, str]]] = field(default_factory=dict)

    def rows(self, name: str) -> Rows:
        """Line and cells of each row of a table; blank cells are None."""
        frame = self.frames.get(name)
        if frame is not None:
            plain = frame.astype(object).where(frame.notna(), None)
            for line, cells in zip(frame.index.tolist(), plain.to_dict("records"), strict=True):
                yield int(line), {str(key): value for key, value in cells.items()}

    def fault(self, log: FaultLog, path: tuple[str | int, ...], value: object, message: str) -> None:
        """Record a fault of a setting."""
        if self.source is not None:
            log.add(self.source.name, self.source.line(path), self.source.dotted(path), value, message)


def parse_date(text: object) -> dt.date | None:
    """Date of a cell that its schema found good; None where it is blank or was at fault."""
    return None if text is None else dt.date.fromisoformat(str(text))


def listed(text: object) -> tuple[str, ...]:
    """Names of a cell, separated by semicolons."""
    return () if text is None else tuple(part.strip() for part in str(text).split(";") if part.strip())


def no_employee(
    given: RosterTables, log: FaultLog, file: str, line: int, name: object, people: Collection[str]
) -> None:
    """Record that a row names nobody of agents.csv; of very many rows of one name the first only."""
    frame = given.frames[file.removesuffix(".csv")]
    lines = frame.index[frame["employee"] == name].tolist()
    if line != int(lines[0]):
        return
    often = f", in {len(lines)} rows of this file" if len(lines) > 1 else ""
    left = "; who has left stays in agents.csv with last_day, or goes from here too" if len(lines) > 1 else ""
    log.add(file, line, "employee", name, f"is no employee of agents.csv{often}{hint(str(name), people)}{left}")


def hint(name: str, known: Collection[str]) -> str:
    """Words for what was probably meant by an unknown name; empty when nothing is close."""
    close = close_name(name, sorted(known))
    if close:
        return f"; did you mean {close}?"
    return f"; there are {', '.join(sorted(known))}" if 0 < len(known) <= MOST_NAMED else ""
