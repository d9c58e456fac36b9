"""What a person is paid: base and premiums minute by minute on the wall clock, overtime by its tiers, leave."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from models.verification.clock import in_window, wall_minutes, weekdays
from models.verification.rosters.demands import optional
from models.verification.rosters.folder import Folder
from models.verification.rosters.person import Person

_BREAK = re.compile(r"(\d\d:\d\d)([+-]\d\d:\d\d)?-(\d\d:\d\d)([+-]\d\d:\d\d)? .* (paid|unpaid)")
_MINUTE = dt.timedelta(minutes=1)
Amounts = dict[str, float]


class Pay:
    """Prices of a roster's hours."""

    def __init__(self, folder: Folder) -> None:
        self._folder, pay = folder, folder.section("pay")
        self._premiums = [
            (weekdays(str(one.get("days", "daily"))), wall_minutes(one["from"]), wall_minutes(one["to"]),
             float(one["percent"]))
            for one in pay.get("premiums") or []
        ]  # fmt: skip
        holiday = optional(pay.get("holiday_percent"))
        packs = [optional(pack.get("holiday_percent")) or 0.0 for pack in folder.packs]
        self._holiday = max(packs, default=0.0) if holiday is None else holiday
        self._holidays = {dt.date.fromisoformat(str(day)) for day in folder.settings.get("holidays") or []}
        self._hours = cache(self._hours_of)

    def of(self, person: Person) -> Amounts:
        """Amounts of agents.csv for a person."""
        own = [shift for day, shift in person.on.items() if day >= 0]
        hours = [self._hours(shift.start, shift.end, shift.row.text("breaks")) for shift in own]
        leave_hours = sum(person.credit.values()) / 60
        found = {
            "base": person.wage * sum(paid for paid, _ in hours),
            "premium": person.wage * sum(premium for _, premium in hours),
            "leave": person.wage * leave_hours,
            "leave_hours": leave_hours,
            **self._overtime(person),
        }
        found["pay"] = sum(found[name] for name in ("base", "premium", "overtime", "leave"))
        return found

    def _hours_of(self, start: dt.datetime, end: dt.datetime, breaks: str) -> tuple[float, float]:
        """Paid hours of a shift, and the same weighed with the premiums of each minute."""
        walls = [(start + k * _MINUTE).astimezone(self._folder.zone) for k in range((end - start) // _MINUTE)]
        unpaid: set[int] = set()
        for cell in filter(None, (part.strip() for part in breaks.split(";"))):
            match = _BREAK.fullmatch(cell)
            if match is None:
                raise ValueError(f"{cell!r} is no break")
            if match[5] == "unpaid":
                first = _find(walls, match[1], match[2], 0)
                unpaid.update(range(first, _find(walls, match[3], match[4], first + 1)))
        paid = [wall for minute, wall in enumerate(walls) if minute not in unpaid]
        return len(paid) / 60, sum(self._percent(wall) for wall in paid) / 6000

    def _percent(self, wall: dt.datetime) -> float:
        minute = wall.hour * 60 + wall.minute
        due = sum(percent for days, start, end, percent in self._premiums
                  if in_window(wall.weekday(), minute, days, start, end))  # fmt: skip
        return due + (self._holiday if wall.date() in self._holidays else 0.0)

    def _overtime(self, person: Person) -> Amounts:
        """Hours beyond the first tier of a day, and of a week without these; what the tiers add to the pay."""
        folder, tiers = person.folder, sorted(person.folder.tiers)
        hours = {day: folder.minutes(shift.name) / 60 for day, shift in person.on.items()}
        limit = min((after for each, after, _ in tiers if each == "day"), default=float("inf"))
        spells = {"day": [(0.0, worked) for day, worked in hours.items() if day >= 0], "week": []}
        for first, end in folder.weeks:
            days = range(first, end)
            before = sum(min(hours.get(day, 0.0), limit) for day in days if day < 0)
            spells["week"].append((before, sum(min(hours.get(day, 0.0), limit) for day in days)))
        beyond, cost, paid = 0.0, 0.0, {"day": 0.0, "week": 0.0}
        for each, after, percent in tiers:
            over = sum(max(0.0, worked - after) - max(0.0, before - after) for before, worked in spells[each])
            beyond += over if not paid[each] else 0.0
            cost += person.wage * over * max(0.0, percent - paid[each]) / 100
            paid[each] = max(paid[each], percent)
        return {"overtime_hours": beyond, "overtime": cost}


def _find(walls: list[dt.datetime], clock: str, offset: str | None, least: int) -> int:
    """First minute of a shift, not before another, at which the wall clock shows a time."""
    for minute in range(least, len(walls)):
        wall = walls[minute]
        if f"{wall:%H:%M}" == clock and (offset is None or wall.isoformat()[-6:] == offset):
            return minute
    return len(walls)
