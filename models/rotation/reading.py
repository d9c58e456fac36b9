"""Reading a rotation: a folder with rotation.yaml and shifts.csv, or the text format of the public benchmark.

Benchmark: N. Musliu, J. Gaertner and W. Slany, "Efficient generation of rotating workforce schedules", Discrete Applied
Mathematics 118 (2002); its file gives figures in a fixed order between comments.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandera.pandas as pa

from models.columns import IS_NAME, between, each, number, text
from models.csvtable import read_table
from models.faults import FaultLog
from models.hints import close_name
from models.rotation.records import OFF, RotatingShift, RotationCase, RotationPrices, Span
from models.section_file import read_section
from models.settings_base import Section, field
from models.textfile import read_text
from models.wallclock import DAY_MIN, DAY_NAMES, parse_time
from models.yamlfile import YamlFile

SETTINGS_FILE = "rotation.yaml"
MAX_WEEKS, MAX_BLOCK = 2_000, 31
MAX_BYTES = 1_000_000
_MISSING: Any = ...


class SpanSettings(Section):
    """Bounds of a stretch."""

    least: int = field(1, "least days in a row", unit="days", ge=1, le=MAX_BLOCK)
    most: int = field(_MISSING, "most days in a row", unit="days", ge=1, le=MAX_BLOCK)


class PriceSettings(Section):
    """What people like, at a price."""

    weekend_worked: float = field(0.0, "each week with work on Saturday or Sunday", ge=0, le=1e6)
    single_day_off: float = field(0.0, "each day off between two days of work", ge=0, le=1e6)
    change: float = field(0.0, "each change of shift from one day of work to the next", ge=0, le=1e6)


class RotationSettings(Section):
    """Everything in rotation.yaml."""

    name: str = field(_MISSING, "what the rotation is called")
    weeks: int = field(
        _MISSING, "weeks of the rotation, as many as people: each is one week further", unit="weeks", ge=1, le=MAX_WEEKS
    )
    days_of_work: SpanSettings = field(_MISSING, "days of work in a row")
    days_off: SpanSettings = field(_MISSING, "days off in a row")
    forbidden: tuple[tuple[str, ...], ...] = field(
        (), "successions of two or three days that may not occur: shifts, and off for a day off"
    )
    prices: PriceSettings = field(PriceSettings, "what people like; with none of them any rotation will do")
    seed: int = field(1, "same input and seed: same rotation", ge=0, le=2**31 - 1)
    time_limit_s: float = field(60.0, "time for the search", unit="s", gt=0, le=86400)


def _is_start(value: Any) -> bool:
    try:
        return parse_time(str(value)) < DAY_MIN
    except ValueError:
        return False


_WHOLE = pa.Check(lambda values: values % 1 == 0, error="must be a whole number")


def _days(meaning: str, default: str) -> pa.Column:
    return number(meaning, "days", default, between(1, MAX_BLOCK, f"must lie between 1 and {MAX_BLOCK}"), _WHOLE)


SHIFTS = pa.DataFrameSchema(
    {
        "shift": text("name of the shift", "required", IS_NAME, unique=True),
        "start": text("start by the wall clock, HH:MM", "required", each(_is_start, "must be a time, 00:00 to 23:59")),
        "length_min": number(
            "from start to end", "min", "required", between(1, DAY_MIN, "must lie between 1 and 1440"), _WHOLE,
            required=True,
        ),
        "min_block": _days("least days in a row on this shift", "1"),
        "max_block": _days("most days in a row on this shift", "most days of work"),
        **{
            day: number(f"people on {day}", "people", "0", between(0, MAX_WEEKS, "must be 0 or more"), _WHOLE)
            for day in DAY_NAMES
        },
    },
    strict=True,
    name="shifts.csv",
    description="Shifts of a rotation, one a row, with the people that each weekday needs.",
)  # fmt: skip


def is_rotation(folder: str | Path) -> bool:
    """Say whether a folder holds a rotation: whether there is a rotation.yaml."""
    return (Path(folder) / SETTINGS_FILE).is_file()


def read_rotation(folder: str | Path) -> tuple[RotationCase, RotationSettings]:
    """Read a folder with a rotation.

    Raises
    ------
    InputFaults
        With every fault of both files.
    """
    place, log = Path(folder), FaultLog()
    if not place.is_dir():
        log.add(str(folder), None, None, "", "is no folder; `servopt init rotation DIR` makes an example of a rotation")
        log.raise_if_any()
    settings, source = read_section(place / SETTINGS_FILE, RotationSettings, log)
    table = read_table(place / "shifts.csv", SHIFTS, log)
    rows = [] if table is None else [(int(str(line)), row) for line, row in table.iterrows()]
    if settings is None or source is None:
        log.raise_if_any()
        raise AssertionError("settings that cannot be read leave a fault")
    for key, span in (("days_of_work", settings.days_of_work), ("days_off", settings.days_off)):
        if span.least > span.most:
            log.add(source.name, source.line((key,)), key, span.least, f"least is above most, {span.most}")
    for line, row in rows:
        least, most = _or(row["min_block"], 1), _or(row["max_block"], settings.days_of_work.most)
        if least > most:
            log.add("shifts.csv", line, "min_block", f"{least:g}", f"is above the most days in a row, {most:g}")
    if table is not None and not rows:
        log.add("shifts.csv", None, None, "", "has no rows; name the shifts")
    _check_successions(settings, source, {str(row["shift"]) for _, row in rows}, log)
    log.raise_if_any()
    shifts = tuple(
        RotatingShift(
            str(row["shift"]), parse_time(str(row["start"])), int(row["length_min"]),
            Span(_or(row["min_block"], 1), _or(row["max_block"], settings.days_of_work.most)),
            tuple(_or(row[day], 0) for day in DAY_NAMES),
        )
        for _, row in rows
    )  # fmt: skip
    forbidden = tuple(tuple(OFF if day == "off" else day for day in days) for days in settings.forbidden)
    prices = RotationPrices(**settings.prices.model_dump())
    work, off = settings.days_of_work, settings.days_off
    case = RotationCase(
        settings.name, settings.weeks, shifts, Span(work.least, work.most), Span(off.least, off.most), forbidden, prices
    )
    return case, settings


def _or(value: Any, blank: int) -> int:
    return blank if value != value else int(value)


def _check_successions(settings: RotationSettings, source: YamlFile, names: set[str], log: FaultLog) -> None:
    for place, days in enumerate(settings.forbidden):
        path = ("forbidden", place)
        if len(days) not in (2, 3):
            log.add(source.name, source.line(path), "forbidden", " ".join(days), "must have two or three days")
        for day in days:
            if day != "off" and day not in names and names:
                close = close_name(day, sorted(names))
                hint = f"; did you mean {close}?" if close else ""
                log.add(source.name, source.line(path), "forbidden", day, f"is no shift and not off{hint}")


def read_rotation_benchmark(path: Path) -> RotationCase:
    """Read an instance of the public benchmark.

    Raises
    ------
    InputFaults
        With the first figure that cannot be read, and its line.
    """
    log = FaultLog()
    content = read_text(path, MAX_BYTES, log)
    log.raise_if_any()
    lines = [
        (number_, line.split())
        for number_, line in enumerate((content or "").splitlines(), start=1)
        if line.strip() and not line.strip().startswith("#")
    ]
    reader = _Benchmark(lines)
    try:
        return reader.case(path.stem)
    except (ValueError, IndexError) as problem:
        log.add(path.name, reader.line, None, "", f"does not read as the benchmark's format here: {problem}")
        log.raise_if_any()
        raise AssertionError from problem


class _Benchmark:
    """Figures in the order of the format."""

    def __init__(self, lines: list[tuple[int, list[str]]]) -> None:
        self._lines, self._next = lines, 0

    @property
    def line(self) -> int | None:
        """Line that was read last."""
        return self._lines[min(self._next, len(self._lines)) - 1][0] if self._lines and self._next else None

    def _cells(self) -> list[str]:
        self._next += 1
        return self._lines[self._next - 1][1]

    def case(self, name: str) -> RotationCase:
        days, weeks, count = (int(self._cells()[0]) for _ in range(3))
        if days != len(DAY_NAMES):
            raise ValueError(f"a schedule of {days} days; only weeks of 7 are read")
        need = [tuple(int(cell) for cell in self._cells()) for _ in range(count)]
        shifts = []
        for people in need:
            shift, start, length, least, most = self._cells()
            shifts.append(RotatingShift(shift, int(start), int(length), Span(int(least), int(most)), people))
        off, work = (Span(*(int(cell) for cell in self._cells())) for _ in range(2))
        forbidden = [tuple(self._cells()) for _ in range(sum(int(cell) for cell in self._cells()))]
        return RotationCase(name, weeks, tuple(shifts), work, off, tuple(forbidden))
