"""Cover of a roster: what cover.csv of the inputs or the schedule asks for, who is there, and what is missed."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict

from models.verification.clock import weekdays
from models.verification.files import read_table
from models.verification.rosters.folder import COVER, Folder

COVERED, LEGAL = "roster cover", "roster rules"
Need = dict[tuple[str, str, str], tuple[float, float, float]]
"""By date, shift and skill: people, price of each too few, of each too many."""


def check_cover(folder: Folder, costs: dict[tuple[str, str], float]) -> float:
    """Hold cover.csv against the needs and the shifts worked; add its cost; return the hours that nobody covers."""
    log, hours = folder.log, 0.0
    columns = ("date", "shift", "skill", "need", "rostered", "under", "over", "uncovered_hours")
    present: Counter[tuple[str, str, str]] = Counter()
    for shift in folder.worked:
        skills = folder.agents[shift.employee].text("skills") if shift.employee in folder.agents else ""
        for skill in ("", *filter(None, (part.strip() for part in skills.split(";")))):
            present[shift.date.isoformat(), shift.name, skill] += 1
    needs, seen = _needs(folder), set()
    for row in read_table(folder.place / COVER, COVER, columns, log):
        key = row.text("date"), row.text("shift"), row.text("skill")
        which = " ".join(filter(None, key))
        seen.add(key)
        need, under_price, over_price = needs.get(key, (0.0, 0.0, 0.0))
        log.equal(COVERED, (COVER, row.line, f"need, {which}"), need, row.figure("need", log))
        under, over = max(0.0, need - present[key]), max(0.0, present[key] - need)
        log.equal(COVERED, (COVER, row.line, f"rostered, {which}"), float(present[key]), row.figure("rostered", log))
        log.equal(COVERED, (COVER, row.line, f"under, {which}"), under, row.figure("under", log))
        log.equal(COVERED, (COVER, row.line, f"over, {which}"), over, row.figure("over", log))
        missing = under * folder.minutes(key[1]) / 60 if under or key[1] in folder.types else 0.0
        log.equal(COVERED, row.place("uncovered_hours"), missing, row.figure("uncovered_hours", log))
        hours += 0.0 if key[2] else missing
        costs["people short", ""] += under * under_price
        costs["people over", ""] += over * over_price
    for key in sorted(set(needs) - seen):
        log.holds(COVERED, False, (COVER, None, " ".join(filter(None, key))), "a row", "none")
    opened = {date for (date, _, _), (need, _, _) in needs.items() if need > 0}
    for shift in folder.worked:
        log.holds(LEGAL, shift.date.isoformat() in opened, shift.row.place("date"), "a day with cover", shift.name)
    return hours


def _needs(folder: Folder) -> Need:
    """People that are needed: a date comes before weekdays; nobody on the other types of a day with cover."""
    prices = folder.section("cover")
    under, over = float(prices.get("under", 1000.0)), float(prices.get("over", 10.0))
    found: Need = {}
    dated: set[tuple[str, str, str]] = set()
    dates = [date.isoformat() for date in folder.dates()]
    for row in folder.table("cover.csv"):
        shift, skill, text = row.text("shift"), row.text("skill"), row.text("day")
        is_date = text in dates
        days = [text] if is_date else [one for one in dates if dt.date.fromisoformat(one).weekday() in weekdays(text)]
        low, high = row.number("under_price", folder.log), row.number("over_price", folder.log)
        beyond = (0.0 if skill else over) if high is None else high
        for date in days:
            key = date, shift, skill
            if is_date or key not in dated:
                found[key] = row.figure("need", folder.log), under if low is None else low, beyond
            dated |= {key} if is_date else set()
    if "schedule.csv" in folder.record.get("inputs", ()):
        found = _of_schedule(folder, under, over)
    types = list(folder.types) or sorted({shift for _, shift, _ in found})
    for date in {date for (date, _, _), (need, _, _) in found.items() if need > 0}:
        for name in types:
            found.setdefault((date, name, ""), (0.0, under, over))
    return {key: need for key, need in found.items() if key[2] == "" or key[0] in dates}


def _of_schedule(folder: Folder, under: float, over: float) -> Need:
    """People of each type and day as cover.csv of the roster names them: types of a schedule have no table."""
    asked: dict[str, float] = defaultdict(float)
    dates = {date.isoformat() for date in folder.dates()}
    for row in folder.table("schedule.csv"):
        if row.text("date") in dates:
            asked[row.text("date")] += math.ceil(row.figure("count", folder.log) - 1e-9)
    found: Need = {}
    said: dict[str, float] = defaultdict(float)
    for row in read_table(folder.place / COVER, COVER, ("date", "shift", "need"), folder.log):
        need = row.figure("need", folder.log)
        found[row.text("date"), row.text("shift"), row.text("skill")] = need, under, over
        said[row.text("date")] += need
    for date, count in sorted(asked.items()):
        folder.log.equal(COVERED, (COVER, None, f"need, {date}"), count, said[date])
    return found
