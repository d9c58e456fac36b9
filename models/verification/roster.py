"""A roster: who works when, against leave, settled days, skills, rests, stretches and hours; cover, totals and cost.

Nothing here is shared with what made the roster but the words of its files. Rules at a price are held against rules.csv
only where their cost is a plain sum: people too few and too many, requests, and what the record adds up.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from models.verification.files import Row, read_json, read_settings, read_table
from models.verification.findings import Log

RECORD, SHIFTS_WORKED, PEOPLE, COVER, RULES = "roster.json", "roster.csv", "agents.csv", "cover.csv", "rules.csv"
INPUTS = "inputs"
NEEDED = (RECORD, SHIFTS_WORKED, PEOPLE, COVER, RULES, f"{INPUTS}/roster.yaml", f"{INPUTS}/agents.csv")
WORKED, LEGAL, COVERED, TOTALS, RECORDED = "roster", "roster rules", "roster cover", "roster people", "roster record"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class _Shift:
    """One shift that somebody works, or worked before the horizon."""

    row: Row
    employee: str
    date: dt.date
    name: str
    start: dt.datetime
    end: dt.datetime


class _Folder:
    """Inputs and rows of a roster, read once."""

    def __init__(self, place: Path, log: Log) -> None:
        self.log, self.place = log, place
        self.record = read_json(place / RECORD)
        self.settings = read_settings(place / INPUTS / "roster.yaml")
        self.zone = ZoneInfo(str(self.settings["time_zone"]))
        self.first = dt.date.fromisoformat(str(self.settings["first_day"]))
        self.days = int(self.settings.get("days", 28))
        weekend = str(self.settings.get("weekend", "sat,sun"))
        self.weekend = {DAYS.index(day) for day in weekend.split(",") if day in DAYS} or {5, 6}
        self.types = {row.text("shift"): row for row in self.table("shifts.csv")}
        self.agents = {row.text("employee"): row for row in self.table("agents.csv")}
        self.contracts = {row.text("contract"): row for row in self.table("contracts.csv")}
        columns = ("employee", "date", "shift", "start", "end", "paid_min")
        self.worked = [self._shift(row) for row in read_table(place / SHIFTS_WORKED, SHIFTS_WORKED, columns, log)]
        self.before = [self._earlier(row) for row in self.table("history.csv") if row.text("shift") in self.types]
        self.away = self._away()

    def table(self, name: str) -> list[Row]:
        """Rows of an input; none where the roster had no such file."""
        if name not in self.record.get("inputs", ()):
            return []
        return read_table(self.place / INPUTS / name, f"{INPUTS}/{name}", (), self.log)

    def _shift(self, row: Row) -> _Shift:
        start, end = (dt.datetime.fromisoformat(row.text(name)) for name in ("start", "end"))
        date = dt.date.fromisoformat(row.text("date"))
        return _Shift(row, row.text("employee"), date, row.text("shift"), start, end)

    def _earlier(self, row: Row) -> _Shift:
        date, name = dt.date.fromisoformat(row.text("date")), row.text("shift")
        start = self.start(date, name)
        return _Shift(row, row.text("employee"), date, name, start, start + self.span(name))

    def start(self, date: dt.date, name: str) -> dt.datetime:
        """Instant at which a type of shift starts on a day."""
        hour, minute = (int(part) for part in self.types[name].text("start").split(":"))
        local = dt.datetime.combine(date, dt.time(hour, minute), self.zone)
        return local.astimezone(dt.UTC)

    def span(self, name: str) -> dt.timedelta:
        """Time from the start of a type of shift to its end."""
        row = self.types[name]
        return dt.timedelta(minutes=float(row.text("span_min") or row.text("paid_min")))

    def _away(self) -> set[tuple[str, dt.date]]:
        """Days of leave, and outside the employment."""
        away = set()
        for row in self.table("leave.csv"):
            day = dt.date.fromisoformat(row.text("first_day"))
            last = dt.date.fromisoformat(row.text("last_day") or row.text("first_day"))
            while day <= last:
                away.add((row.text("employee"), day))
                day += dt.timedelta(days=1)
        for name, row in self.agents.items():
            for day in self.dates():
                first, last_text = row.text("first_day"), row.text("last_day")
                if (first and day < dt.date.fromisoformat(first)) or (
                    last_text and day > dt.date.fromisoformat(last_text)
                ):
                    away.add((name, day))
        return away

    def dates(self) -> list[dt.date]:
        """Days of the horizon."""
        return [self.first + dt.timedelta(days=day) for day in range(self.days)]

    def named(self, text: str) -> set[str]:
        """Types of shift for a name or a kind."""
        return {name for name, row in self.types.items() if text in (name, row.text("kind"))}


def check_roster(place: Path, log: Log) -> None:
    """Check the files of a roster."""
    folder = _Folder(place, log)
    _check_rows(folder)
    _check_days(folder)
    _check_rests(folder)
    _check_contracts(folder)
    short = _check_cover(folder)
    _check_people(folder)
    _check_record(folder, short)


def _check_rows(folder: _Folder) -> None:
    """Known people and shifts, one a day, at the times that the type of shift has."""
    log, seen = folder.log, set()
    for shift in folder.worked:
        place = shift.row.place("date")
        log.holds(WORKED, shift.employee in folder.agents, shift.row.place("employee"), "an employee", shift.employee)
        log.holds(WORKED, shift.date in folder.dates(), place, "a day of the horizon", shift.date)
        log.holds(WORKED, (shift.employee, shift.date) not in seen, place, "one shift a day", "a second one")
        seen.add((shift.employee, shift.date))
        local = shift.start.astimezone(folder.zone)
        log.holds(WORKED, local.date() == shift.date, shift.row.place("start"), f"on {shift.date}", local)
        if shift.name in folder.types:
            start = folder.start(shift.date, shift.name)
            log.holds(WORKED, shift.start == start, shift.row.place("start"), start, shift.start)
            log.holds(WORKED, shift.end - shift.start == folder.span(shift.name), shift.row.place("end"),
                      folder.span(shift.name), shift.end - shift.start)  # fmt: skip
            paid = float(folder.types[shift.name].text("paid_min"))
            log.equal(WORKED, shift.row.place("paid_min"), paid, shift.row.figure("paid_min", log))


def _check_days(folder: _Folder) -> None:
    """Leave, settled days and skills."""
    log = folder.log
    on = {(shift.employee, shift.date): shift for shift in folder.worked}
    for (employee, date), shift in on.items():
        log.holds(LEGAL, (employee, date) not in folder.away, shift.row.place("date"), "leave", shift.name)
        if shift.name in folder.types and employee in folder.agents:
            needs = _names(folder.types[shift.name].text("skills"))
            lacking = needs - _names(folder.agents[employee].text("skills"))
            log.holds(LEGAL, not lacking, shift.row.place("shift"), "the skills it needs", ", ".join(sorted(lacking)))
    for row in folder.table("fixed.csv"):
        worked = on.get((row.text("employee"), dt.date.fromisoformat(row.text("date"))))
        wanted = row.text("shift")
        is_it = worked is not None and (not wanted or worked.name == wanted)
        must = row.text("works") != "never"
        log.holds(LEGAL, is_it == must, row.place("date"), f"{'must' if must else 'never'} {wanted or 'any shift'}",
                  "off" if worked is None else worked.name)  # fmt: skip


def _names(text: str) -> set[str]:
    return {part.strip() for part in text.split(";") if part.strip()}


def _check_rests(folder: _Folder) -> None:
    """Successions and the hard rests between two shifts, from the end of the one to the start of the next."""
    log = folder.log
    hours = [float(rule["least"]) for rule in _rules(folder) if rule.get("counts") == "rest" and _hard(rule)]
    forbidden = {
        (first, second)
        for name, row in folder.types.items()
        for other in _names(row.text("not_followed_by"))
        for first in (name,)
        for second in folder.named(other)
    }
    for before, after in dict(folder.settings.get("forbidden") or {}).items():
        forbidden |= {(a, b) for name in after for a in folder.named(before) for b in folder.named(name)}
    people: dict[str, list[_Shift]] = defaultdict(list)
    for shift in [*folder.before, *folder.worked]:
        people[shift.employee].append(shift)
    for shifts in people.values():
        for one, other in pairwise(sorted(shifts, key=lambda shift: shift.start)):
            if other.date < folder.first:
                continue
            rest = (other.start - one.end).total_seconds() / 3600
            for least in hours:
                log.holds(LEGAL, rest >= least, other.row.place("start"), f"{least:g} h of rest", f"{rest:g} h")
            if (other.date - one.date).days == 1:
                fine = (one.name, other.name) not in forbidden
                log.holds(LEGAL, fine, other.row.place("shift"), f"not after {one.name}", other.name)


def _rules(folder: _Folder) -> list[dict[str, Any]]:
    """Rules of roster.yaml for everybody, those of its packs with them."""
    found: list[dict[str, Any]] = []
    for rule in folder.settings.get("rules") or []:
        if "pack" in rule:
            pack = read_settings(Path(__file__).resolve().parent.parent / "roster" / "packs" / f"{rule['pack']}.yaml")
            found += [one for one in pack.get("rules") or [] if one["name"] not in rule.get("leave_out", [])]
        elif not rule.get("contracts"):
            found.append(rule)
    return found


def _hard(rule: dict[str, Any]) -> bool:
    return rule.get("price") in (None, "", "null", "~")


def _check_contracts(folder: _Folder) -> None:
    """Stretches, weekends and shifts of a type that contracts allow at most."""
    log = folder.log
    days: dict[str, set[dt.date]] = defaultdict(set)
    names: dict[str, list[str]] = defaultdict(list)
    for shift in [*folder.before, *folder.worked]:
        days[shift.employee].add(shift.date)
    for shift in folder.worked:
        names[shift.employee].append(shift.name)
    for employee, agent in folder.agents.items():
        contract = folder.contracts[agent.text("contract")]
        place = contract.place("contract")[0], agent.line, employee
        worked = [day for day in folder.dates() if day in days[employee]]
        if most := contract.number("max_days_in_a_row", log):
            for day in worked:
                run = [day - dt.timedelta(days=k) in days[employee] for k in range(int(most) + 1)]
                log.holds(LEGAL, not all(run), place, f"at most {most:g} days in a row", f"more, to {day}")
        if (most := contract.number("max_weekends", log)) is not None:
            count = len(_weekends(folder, worked))
            log.holds(LEGAL, count <= most, place, f"at most {most:g} weekends", count)
        for limit in _names(contract.text("max_shifts")):
            name, _, number = limit.partition("=")
            count = sum(one in folder.named(name.strip()) for one in names[employee])
            log.holds(LEGAL, count <= int(number), place, f"at most {limit}", count)


def _weekends(folder: _Folder, worked: list[dt.date]) -> set[dt.date]:
    """First days of the weekends with work."""
    found = set()
    for day in worked:
        if day.weekday() in folder.weekend:
            earlier = day - dt.timedelta(days=1)
            found.add(earlier if earlier.weekday() in folder.weekend and earlier >= folder.first else day)
    return found


def _check_cover(folder: _Folder) -> float:
    """People on each shift, from roster.csv; returns the hours that nobody covers."""
    log, hours = folder.log, 0.0
    columns = ("date", "shift", "skill", "need", "rostered", "under", "over", "uncovered_hours")
    present: Counter[tuple[str, str, str]] = Counter()
    minutes: dict[str, float] = {name: float(row.text("paid_min")) for name, row in folder.types.items()}
    for shift in folder.worked:
        minutes.setdefault(shift.name, shift.row.figure("paid_min", log))
        skills = _names(folder.agents[shift.employee].text("skills")) if shift.employee in folder.agents else set()
        for skill in ("", *skills):
            present[shift.date.isoformat(), shift.name, skill] += 1
    for row in read_table(folder.place / COVER, COVER, columns, log):
        count = float(present[row.text("date"), row.text("shift"), row.text("skill")])
        need, under = row.figure("need", log), row.figure("under", log)
        log.equal(COVERED, row.place("rostered"), count, row.figure("rostered", log))
        log.equal(COVERED, row.place("under"), max(0.0, need - count), under)
        log.equal(COVERED, row.place("over"), max(0.0, count - need), row.figure("over", log))
        missing = row.figure("uncovered_hours", log)
        if row.text("shift") in minutes:
            log.equal(COVERED, row.place("uncovered_hours"), under * minutes[row.text("shift")] / 60, missing)
        hours += 0.0 if row.text("skill") else missing
    return hours


def _check_people(folder: _Folder) -> None:
    """Totals of each person in agents.csv."""
    log = folder.log
    on = {(shift.employee, shift.date): shift for shift in folder.worked}
    asked = folder.table("requests.csv")
    for row in read_table(folder.place / PEOPLE, PEOPLE, ("employee", "shifts", "hours", "weekends", "pay"), log):
        own = [shift for shift in folder.worked if shift.employee == row.text("employee")]
        log.equal(TOTALS, row.place("shifts"), float(len(own)), row.figure("shifts", log))
        hours = sum(shift.row.figure("paid_min", log) for shift in own) / 60
        log.equal(TOTALS, row.place("hours"), hours, row.figure("hours", log))
        weekends = len(_weekends(folder, [shift.date for shift in own]))
        log.equal(TOTALS, row.place("weekends"), float(weekends), row.figure("weekends", log))
        refused = 0
        for wish in asked:
            if wish.text("employee") == row.text("employee"):
                shift = on.get((wish.text("employee"), dt.date.fromisoformat(wish.text("date"))))
                has = shift is not None and wish.text("shift") in ("", shift.name)
                refused += has != (wish.text("wants") == "on")
        log.equal(TOTALS, row.place("refused_requests"), float(refused), row.figure("refused_requests", log))
        parts = sum(row.figure(name, log) for name in ("base", "premium", "overtime", "leave"))
        log.money(TOTALS, row.place("pay"), parts, row.figure("pay", log))


def _check_record(folder: _Folder, uncovered: float) -> None:
    """What roster.json adds up, and how its proof fits together."""
    log, record = folder.log, folder.record
    costs: dict[str, float] = defaultdict(float)
    broken = 0
    for row in read_table(folder.place / RULES, RULES, ("rule", "cost", "hard"), log):
        costs[row.text("rule")] += row.figure("cost", log)
        broken += row.text("hard") == "True"
    result = record["result"]
    log.holds(RECORDED, broken == 0, (RULES, None, "hard"), "no hard rule broken", broken)
    log.money(RECORDED, (RECORD, None, "result.cost"), sum(costs.values()), result["cost"])
    for rule, cost in record["cost_by_rule"].items():
        log.money(RECORDED, (RECORD, None, f"cost_by_rule.{rule}"), costs[rule], cost)
    log.equal(RECORDED, (RECORD, None, "uncovered_hours"), uncovered, record["uncovered_hours"])
    log.equal(RECORDED, (RECORD, None, "shifts"), float(len(folder.worked)), float(record["shifts"]))
    if result["bound"] is not None:
        fine = result["bound"] <= result["cost"] + 1e-6 * max(1.0, abs(result["cost"]))
        log.holds(RECORDED, fine, (RECORD, None, "result.bound"), "no more than the cost", result["bound"])
