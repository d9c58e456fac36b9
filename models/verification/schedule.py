"""schedule.csv as shifts on the time line."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from models.verification.clock import DAY, Clock, read_instant
from models.verification.files import FILES, Row, read_table
from models.verification.findings import Log

SCHEDULE = "schedule.csv"
COLUMNS = ("pool", "date", "shift", "start", "end", "paid_min", "breaks", "count", "cost_each")
_BREAK = re.compile(r"(\d\d):(\d\d)([+-]\d\d:\d\d)?-(\d\d):(\d\d)([+-]\d\d:\d\d)? (.+) (paid|unpaid)")


@dataclass(frozen=True)
class TakenBreak:
    """A break as it is written: minutes after the start of its shift."""

    begin: int
    end: int
    name: str
    paid: bool


@dataclass(frozen=True)
class Shift:
    """A row of schedule.csv; start and end are instants in minutes, `column` holds the pool (or agent group)."""

    row: Row
    pool: str
    shift: str
    start: int
    end: int
    paid_min: float
    breaks: tuple[TakenBreak, ...]
    count: int
    cost_each: float
    column: str = "pool"

    @property
    def span(self) -> int:
        """Minutes from start to end."""
        return self.end - self.start

    @property
    def unpaid(self) -> int:
        """Minutes of unpaid breaks."""
        return sum(item.end - item.begin for item in self.breaks if not item.paid)


def read_shifts_worked(folder: Path, clock: Clock, log: Log, *, column: str = "pool") -> list[Shift]:
    """Read schedule.csv, of pools or of agent groups; a row that cannot be read is a finding and is left out."""
    found = []
    for row in read_table(folder / SCHEDULE, SCHEDULE, (column, *COLUMNS[1:]), log):
        start, end = (read_instant(row.text(name)) for name in ("start", "end"))
        count = row.figure("count", log)
        good = start is not None and end is not None and end > start
        log.holds(FILES, good, row.place("end"), "an end after the start", row.text("end"))
        log.holds(FILES, count >= 1 and count % 1 == 0, row.place("count"), "people, at least 1", row.text("count"))
        if start is None or end is None or not good or not count >= 1:
            continue
        breaks = _breaks(row, clock, start, end, log)
        found.append(
            Shift(
                row, row.text(column), row.text("shift"), start, end, row.figure("paid_min", log), breaks, int(count),
                row.figure("cost_each", log), column,
            )
        )  # fmt: skip
    return found


def _breaks(row: Row, clock: Clock, start: int, end: int, log: Log) -> tuple[TakenBreak, ...]:
    found = []
    for part in filter(None, (piece.strip() for piece in row.text("breaks").split(";"))):
        match = _BREAK.fullmatch(part)
        log.holds(FILES, match is not None, row.place("breaks"), "HH:MM-HH:MM name paid|unpaid", part)
        if match is None:
            continue
        hour, minute, offset, to_hour, to_minute, to_offset, name, paid = match.groups()
        begin = _next(clock, start, int(hour) * 60 + int(minute), offset)
        stop = None if begin is None else _next(clock, begin + 1, int(to_hour) * 60 + int(to_minute), to_offset)
        inside = begin is not None and stop is not None and stop <= end
        log.holds(FILES, inside, row.place("breaks"), "a break within its shift", part)
        if begin is not None and stop is not None and inside:
            found.append(TakenBreak(begin - start, stop - start, name, paid == "paid"))
    return tuple(sorted(found, key=lambda item: item.begin))


def _next(clock: Clock, earliest: int, minute: int, offset: str | None) -> int | None:
    """First instant from `earliest` on at which the wall clock shows a minute of the day, with an offset if given."""
    here = clock.local(earliest)
    guess = earliest + (minute - here.hour * 60 - here.minute) % DAY
    there = clock.local(guess)
    if offset is None and there.utcoffset() == here.utcoffset():
        before = clock.local(guess - DAY // 2)
        if before.utcoffset() == there.utcoffset():
            return guess
    for date in (here.date(), here.date() + dt.timedelta(days=1)):
        if offset is None:
            found = clock.instant(date, minute)
        else:
            found = read_instant(f"{date}T{minute // 60:02d}:{minute % 60:02d}:00{offset}")
        if found is not None and found >= earliest:
            return found
    return None
