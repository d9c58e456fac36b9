"""A roster's folder as the verifier reads it: its inputs, the shifts worked, and what they are made of."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from models.verification.clock import weekdays
from models.verification.files import Row, read_json, read_settings, read_table
from models.verification.findings import Log

RECORD, SHIFTS_WORKED, PEOPLE, COVER, RULES = "roster.json", "roster.csv", "agents.csv", "cover.csv", "rules.csv"
FAIRNESS, SPREAD = "fairness.csv", "spread.csv"
INPUTS, PUBLISHED = "inputs", "published.csv"
NEEDED = (RECORD, SHIFTS_WORKED, PEOPLE, COVER, RULES, FAIRNESS, f"{INPUTS}/roster.yaml", f"{INPUTS}/agents.csv")
NIGHT, LATE, EARLY = 3 * 60, 20 * 60, 9 * 60
"""A shift of a schedule at work at 03:00 is a night, another that ends after 20:00 late, one before 09:00 early."""
_PACKS = Path(__file__).resolve().parents[2] / "roster" / "packs"


@dataclass(frozen=True)
class Shift:
    """One shift that somebody works, or worked before the horizon."""

    row: Row
    employee: str
    date: dt.date
    name: str
    start: dt.datetime
    end: dt.datetime


class Folder:
    """Inputs and rows of a roster, read once."""

    def __init__(self, place: Path, log: Log) -> None:
        self.log, self.place = log, place
        self.record = read_json(place / RECORD)
        self.settings = read_settings(place / INPUTS / "roster.yaml")
        self.zone = ZoneInfo(str(self.settings["time_zone"]))
        self.first = dt.date.fromisoformat(str(self.settings["first_day"]))
        self.days = int(self.settings.get("days", 28))
        self.weekend = weekdays(str(self.settings.get("weekend") or "sat,sun"))
        self.types = {row.text("shift"): row for row in self.table("shifts.csv")}
        self.agents = {row.text("employee"): row for row in self.table("agents.csv")}
        self.contracts = {row.text("contract"): row for row in self.table("contracts.csv")}
        columns = ("employee", "date", "shift", "start", "end", "paid_min")
        self.worked = [self._shift(row) for row in read_table(place / SHIFTS_WORKED, SHIFTS_WORKED, columns, log)]
        self.before = [self._earlier(row) for row in self.table("history.csv") if row.text("shift") in self.types]

    def table(self, name: str) -> list[Row]:
        """Rows of an input; none where the roster had no such file."""
        if name not in self.record.get("inputs", ()):
            return []
        return read_table(self.place / INPUTS / name, f"{INPUTS}/{name}", (), self.log)

    def of_people(self, name: str) -> dict[str, list[Row]]:
        """Rows of an input by employee."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.table(name):
            found[row.text("employee")].append(row)
        return found

    def _shift(self, row: Row) -> Shift:
        start, end = (dt.datetime.fromisoformat(row.text(name)) for name in ("start", "end"))
        date = dt.date.fromisoformat(row.text("date"))
        return Shift(row, row.text("employee"), date, row.text("shift"), start, end)

    def _earlier(self, row: Row) -> Shift:
        date, name = dt.date.fromisoformat(row.text("date")), row.text("shift")
        start = self.start(date, name)
        return Shift(row, row.text("employee"), date, name, start, start + self.span(name))

    def start(self, date: dt.date, name: str) -> dt.datetime:
        """Instant at which a type of shift starts on a day."""
        hour, minute = (int(part) for part in self.types[name].text("start").split(":"))
        local = dt.datetime.combine(date, dt.time(hour, minute), self.zone)
        return local.astimezone(dt.UTC)

    def span(self, name: str) -> dt.timedelta:
        """Time from the start of a type of shift to its end."""
        row = self.types[name]
        return dt.timedelta(minutes=float(row.text("span_min") or row.text("paid_min")))

    def minutes(self, name: str) -> float:
        """Paid minutes of a type of shift."""
        if name not in self._minutes:
            self._minutes[name] = (
                self.types[name].figure("paid_min", self.log)
                if name in self.types
                else next(shift.row.figure("paid_min", self.log) for shift in self.worked if shift.name == name)
            )
        return self._minutes[name]

    @cached_property
    def _minutes(self) -> dict[str, float]:
        return {}

    def dates(self) -> list[dt.date]:
        """Days of the horizon."""
        return [self.first + dt.timedelta(days=day) for day in range(self.days)]

    def day(self, date: dt.date) -> int:
        """Day of a date, 0 the first of the horizon."""
        return (date - self.first).days

    def weekday(self, day: int) -> int:
        """Weekday of a day, 0 = Monday."""
        return (self.first + dt.timedelta(days=day)).weekday()

    def midnight(self, day: int) -> dt.datetime:
        """Instant at which a day begins."""
        return dt.datetime.combine(self.first + dt.timedelta(days=day), dt.time(), self.zone).astimezone(dt.UTC)

    def named(self, text: str) -> set[str]:
        """Types of shift for a name or a kind."""
        return {name for name, kind in self.kinds.items() if text in (name, kind)}

    @cached_property
    def kinds(self) -> dict[str, str]:
        """What each type of shift counts as; empty where it is its own kind."""
        kinds = {name: row.text("kind") for name, row in self.types.items()}
        for shift in self.worked if not self.types else ():
            local = shift.start.astimezone(self.zone)
            start = local.hour * 60 + local.minute
            end = start + round((shift.end - shift.start).total_seconds() / 60)
            night = start <= NIGHT < end or end > 1440 + NIGHT
            kinds[shift.name] = "night" if night else "late" if end > LATE else "early" if start < EARLY else "day"
        return kinds

    def section(self, name: str) -> dict[str, Any]:
        """Return a section of roster.yaml."""
        return dict(self.settings.get(name) or {})

    @cached_property
    def packs(self) -> list[dict[str, Any]]:
        """Packs of rules in use, as they stand in the installed package."""
        names = [str(rule["pack"]) for rule in self.settings.get("rules") or [] if "pack" in rule]
        return [read_settings(_PACKS / f"{name}.yaml") for name in names]

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """Rules of roster.yaml with those of its packs."""
        found: list[dict[str, Any]] = []
        packs = iter(self.packs)
        for rule in self.settings.get("rules") or []:
            if "pack" in rule:
                found += [one for one in next(packs).get("rules") or [] if one["name"] not in rule.get("leave_out", [])]
            else:
                found.append(rule)
        return found

    @cached_property
    def tiers(self) -> list[tuple[str, float, float]]:
        """Overtime as (each, hours, percent): that of roster.yaml, else of its packs."""
        own = self.section("pay").get("overtime") or [one for pack in self.packs for one in pack.get("overtime") or []]
        return [(str(one.get("each", "week")), float(one["after_hours"]), float(one["percent"])) for one in own]

    @cached_property
    def weeks(self) -> list[tuple[int, int]]:
        """Weeks that reach into the horizon, first day and day after the last."""
        (begins,) = weekdays(str(self.settings.get("week_start", "mon")))
        first = -((self.weekday(0) - begins) % 7)
        return [(day, day + 7) for day in range(first, self.days, 7)]

    @cached_property
    def weekends(self) -> list[list[int]]:
        """Weekends, the days of each that lie in the horizon."""
        found: list[list[int]] = []
        for day in range(self.days):
            if self.weekday(day) not in self.weekend:
                continue
            second = (self.weekday(day) - 1) % 7 in self.weekend
            if second and found and found[-1] == [day - 1]:
                found[-1].append(day)
            else:
                found.append([day])
        return found

    @cached_property
    def balances(self) -> dict[tuple[str, str], float]:
        """What each rule of each person counted before the history."""
        rows = self.table("balances.csv")
        return {(row.text("employee"), row.text("rule")): row.figure("amount", self.log) for row in rows}

    @cached_property
    def published(self) -> dict[tuple[str, int], str]:
        """Shifts of the roster that this one repairs, by person and day."""
        days = {
            (row.text("employee"), self.day(dt.date.fromisoformat(row.text("date")))): row.text("shift")
            for row in self.table(PUBLISHED)
        }
        return {key: shift for key, shift in days.items() if key[0] in self.agents and 0 <= key[1] < self.days}
