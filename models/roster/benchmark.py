"""Reading a case in the text format of the public shift-scheduling benchmark: every fault at once, with its line.

Format and meaning: T. Curtois and R. Qu, "Computational results on new staff scheduling benchmark instances", 2014
(schedulingbenchmarks.org/nrp). Sections begin with a line ``SECTION_...``, lines with ``#`` are comments, cells are
separated by commas. The horizon begins on a Monday.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from models.faults import FaultLog
from models.hints import close_name
from models.roster.case import RosterCase
from models.roster.records import Cover, Employee, Measure, Rule, ShiftType, Wish
from models.textfile import read_text

MAX_BYTES = 20_000_000
MAX_DAYS = 3_660
SECTIONS = {
    "HORIZON": ("days",),
    "SHIFTS": ("shift", "length_min", "not_followed_by"),
    "STAFF": (
        "employee", "max_shifts", "max_minutes", "min_minutes", "max_days_in_a_row", "min_days_in_a_row",
        "min_days_off_in_a_row", "max_weekends",
    ),
    "DAYS_OFF": ("employee", "day"),
    "SHIFT_ON_REQUESTS": ("employee", "day", "shift", "weight"),
    "SHIFT_OFF_REQUESTS": ("employee", "day", "shift", "weight"),
    "COVER": ("day", "shift", "need", "weight_under", "weight_over"),
}  # fmt: skip
"""Sections of the format, in the order in which they refer to each other, with their columns."""
REQUIRED = ("HORIZON", "SHIFTS", "STAFF")


@dataclass
class _Row:
    """One line of a section, with what is needed to say what is wrong in it."""

    file: str
    line: int
    section: str
    cells: list[str]
    log: FaultLog

    def fault(self, place: int, message: str) -> None:
        columns = SECTIONS[self.section]
        self.log.add(self.file, self.line, columns[min(place, len(columns) - 1)], self.cells[place], message)

    def whole(self, place: int, least: int = 0, most: int | None = None) -> int | None:
        """Return the whole number of a cell, or record a fault."""
        text = self.cells[place]
        if not (text.isascii() and text.isdecimal()) or int(text) < least or (most is not None and int(text) > most):
            span = f"from {least} to {most}" if most is not None else f"of at least {least}"
            self.fault(place, f"must be a whole number {span}")
            return None
        return int(text)

    def known(self, place: int, names: set[str], what: str) -> str | None:
        """Return the name in a cell, or record that nothing of that name was declared."""
        name = self.cells[place]
        if name in names:
            return name
        close = close_name(name, sorted(names))
        self.fault(place, f"is no {what} of this file" + (f"; did you mean {close}?" if close else ""))
        return None


@dataclass
class _Parts:
    """What was read so far."""

    days: int = 0
    shift_names: set[str] = field(default_factory=set)
    shifts: dict[str, ShiftType] = field(default_factory=dict)
    employees: dict[str, Employee] = field(default_factory=dict)
    wishes: dict[tuple[str, int, str | None, bool], Wish] = field(default_factory=dict)
    cover: dict[tuple[int, str], Cover] = field(default_factory=dict)

    @property
    def last_day(self) -> int:
        """Last day of the horizon; one that refuses nothing where the horizon itself is at fault."""
        return (self.days or MAX_DAYS) - 1


def read_benchmark(path: Path) -> RosterCase:
    """Read a benchmark instance.

    Parameters
    ----------
    path : Path
        The text file.

    Returns
    -------
    RosterCase
        Contract rules and days off are hard, requests and cover have the prices of the file.

    Raises
    ------
    InputFaults
        With every fault of the file.
    """
    log = FaultLog()
    text = read_text(path, MAX_BYTES, log)
    log.raise_if_any()
    rows = _sections(path.name, text or "", log)
    for name in REQUIRED:
        if not rows[name]:
            log.add(path.name, None, None, "", f"SECTION_{name} is missing or empty; add it")
    parts = _Parts()
    parts.shift_names = {row.cells[0] for row in rows["SHIFTS"]}
    for name, read in _READERS.items():
        for row in rows[name]:
            read(row, parts)
    log.raise_if_any()
    weekends = tuple((day, day + 1) for day in range(5, parts.days - 1, 7))
    return RosterCase(
        path.stem, parts.days, tuple(parts.shifts.values()), tuple(parts.employees.values()),
        tuple(parts.wishes.values()), tuple(parts.cover.values()), weekends,
    )  # fmt: skip


def _sections(file: str, text: str, log: FaultLog) -> dict[str, list[_Row]]:
    """Rows of each section; faults for what stands in none and for rows of the wrong length."""
    rows: dict[str, list[_Row]] = {name: [] for name in SECTIONS}
    section = ""
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("SECTION_"):
            section = line.removeprefix("SECTION_")
            if section not in SECTIONS:
                close = (close_name(section, [name.lower() for name in SECTIONS]) or "").upper()
                log.add(file, number, None, line, f"is no section{f'; did you mean SECTION_{close}?' if close else ''}")
            continue
        if section not in SECTIONS:
            if not section:
                log.add(file, number, None, line, "stands before the first section; put it below a line SECTION_...")
            continue
        cells = [cell.strip() for cell in line.split(",")]
        if section == "DAYS_OFF":
            cells = [cell for cell in cells if cell]
        columns = SECTIONS[section]
        fits = len(cells) >= 1 if section == "DAYS_OFF" else len(cells) == len(columns)
        if fits:
            rows[section].append(_Row(file, number, section, cells, log))
        else:
            log.add(file, number, None, line, f"needs the {len(columns)} cells {', '.join(columns)}", kind=section)
    return rows


def _read_horizon(row: _Row, parts: _Parts) -> None:
    if parts.days:
        row.fault(0, "the horizon was given already; remove one of them")
    parts.days = parts.days or row.whole(0, 1, MAX_DAYS) or 0


def _read_shift(row: _Row, parts: _Parts) -> None:
    if row.cells[0] in parts.shifts:
        row.fault(0, "stands here twice; remove one of them")
    length = row.whole(1, 1)
    after = [name.strip() for name in row.cells[2].split("|") if name.strip()]
    for name in after:
        if name not in parts.shift_names:
            row.fault(2, f"{name} is no shift of this file")
    parts.shifts[row.cells[0]] = ShiftType(
        row.cells[0], length or 1, tuple(filter(parts.shift_names.__contains__, after))
    )


def _read_employee(row: _Row, parts: _Parts) -> None:
    if row.cells[0] in parts.employees:
        row.fault(0, "stands here twice; remove one of them")
    figures = [row.whole(place) for place in range(2, 8)]
    limits = _shift_limits(row, list(parts.shifts))
    if figures[0] is not None and figures[1] is not None and figures[1] > figures[0]:
        row.fault(3, f"is above the most minutes, {figures[0]}")
    if figures[2] is not None and figures[3] is not None and figures[3] > figures[2]:
        row.fault(5, f"is above the most days in a row, {figures[2]}")
    most_min, least_min, most_run, least_run, least_off, weekends = (figure or 0 for figure in figures)
    rules = [
        *(Rule("max_shifts", Measure.SHIFTS, 0, most, shifts=(name,)) for name, most in limits.items()),
        Rule("minutes", Measure.MINUTES, min(least_min, most_min), most_min),
        Rule("days_in_a_row", Measure.DAYS_IN_A_ROW, min(least_run, most_run), most_run),
        Rule("min_days_off_in_a_row", Measure.DAYS_OFF_IN_A_ROW, least_off),
        Rule("max_weekends", Measure.WEEKENDS, 0, weekends),
    ]
    parts.employees[row.cells[0]] = Employee(row.cells[0], tuple(rules))


def _shift_limits(row: _Row, names: list[str]) -> dict[str, int]:
    """Most shifts of each type; a type that is not listed may not be worked."""
    limits = dict.fromkeys(names, 0)
    for part in filter(None, (part.strip() for part in row.cells[1].split("|"))):
        name, _, most = (cell.strip() for cell in part.partition("="))
        if name not in names or not (most.isascii() and most.isdecimal()):
            row.fault(1, f"{part} is no limit of the form SHIFT=NUMBER with a shift of this file")
        else:
            limits[name] = int(most)
    return limits


def _read_days_off(row: _Row, parts: _Parts) -> None:
    employee = row.known(0, set(parts.employees), "employee")
    for place in range(1, len(row.cells)):
        day = row.whole(place, 0, parts.last_day)
        if employee is not None and day is not None:
            parts.wishes[employee, day, None, False] = Wish(employee, day, None, False, None)


def _read_request(wanted: bool) -> Callable[[_Row, _Parts], None]:
    def read(row: _Row, parts: _Parts) -> None:
        employee = row.known(0, set(parts.employees), "employee")
        day = row.whole(1, 0, parts.last_day)
        shift = row.known(2, set(parts.shifts), "shift")
        weight = row.whole(3)
        if employee is None or day is None or shift is None or weight is None:
            return
        if (employee, day, shift, wanted) in parts.wishes:
            row.fault(0, f"has this request for day {day} twice; remove one of them")
        parts.wishes[employee, day, shift, wanted] = Wish(employee, day, shift, wanted, weight)

    return read


def _read_cover(row: _Row, parts: _Parts) -> None:
    day = row.whole(0, 0, parts.last_day)
    shift = row.known(1, set(parts.shifts), "shift")
    need, under, over = row.whole(2), row.whole(3), row.whole(4)
    if day is None or shift is None or need is None or under is None or over is None:
        return
    if (day, shift) in parts.cover:
        row.fault(1, f"has its cover on day {day} twice; remove one of them")
    parts.cover[day, shift] = Cover(day, shift, need, under, over)


_READERS: dict[str, Callable[[_Row, _Parts], None]] = {
    "HORIZON": _read_horizon,
    "SHIFTS": _read_shift,
    "STAFF": _read_employee,
    "DAYS_OFF": _read_days_off,
    "SHIFT_ON_REQUESTS": _read_request(wanted=True),
    "SHIFT_OFF_REQUESTS": _read_request(wanted=False),
    "COVER": _read_cover,
}
