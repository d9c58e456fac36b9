"""One person of a roster: the contract, the shifts by day, days away, and what leave credits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cached_property

from models.verification.files import Row
from models.verification.rosters.folder import Folder, Shift

WORKDAYS = 5


def people_of(folder: Folder) -> list[Person]:
    """Everybody of agents.csv."""
    shifts: dict[str, list[Shift]] = {name: [] for name in folder.agents}
    for shift in [*folder.before, *folder.worked]:
        if shift.employee in shifts:
            shifts[shift.employee].append(shift)
    history, leave = folder.of_people("history.csv"), folder.of_people("leave.csv")
    requests, settled = folder.of_people("requests.csv"), folder.of_people("fixed.csv")
    return [
        Person(
            folder,
            name,
            shifts[name],
            history.get(name, []),
            leave.get(name, []),
            requests.get(name, []),
            settled.get(name, []),
        )
        for name in folder.agents
    ]


class Person:
    """What the files say of a person.

    Attributes
    ----------
    on : shift of each day with one, those before the horizon too
    first : first day that is known, 0 without a history
    requests, settled : rows of requests.csv and fixed.csv
    """

    def __init__(
        self, folder: Folder, name: str, shifts: list[Shift], history: list[Row], leave: list[Row],
        requests: list[Row], settled: list[Row],
    ) -> None:  # fmt: skip
        self.folder, self.name, self.row = folder, name, folder.agents[name]
        self.contract = folder.contracts[self.row.text("contract")]
        self.on = {folder.day(shift.date): shift for shift in shifts}
        self.first = min([0, *(folder.day(dt.date.fromisoformat(row.text("date"))) for row in history)])
        self.requests, self.settled, self._leave = requests, settled, leave

    def worked(self, day: int) -> bool:
        """Say whether there is a shift on a day."""
        return day in self.on

    @cached_property
    def outside(self) -> frozenset[int]:
        """Days of the horizon outside the employment."""
        first, last = self.row.text("first_day"), self.row.text("last_day")
        return frozenset(
            self.folder.day(day)
            for day in self.folder.dates()
            if (first and day < dt.date.fromisoformat(first)) or (last and day > dt.date.fromisoformat(last))
        )

    def spells(self) -> Iterator[tuple[list[int], bool]]:
        """Days of the horizon of each leave, and whether it is paid."""
        folder = self.folder
        for row in self._leave:
            first = folder.day(dt.date.fromisoformat(row.text("first_day")))
            last = folder.day(dt.date.fromisoformat(row.text("last_day") or row.text("first_day")))
            yield [*range(max(0, first), min(folder.days, last + 1))], row.text("paid") != "no"

    @cached_property
    def away(self) -> frozenset[int]:
        """Days of leave, and outside the employment."""
        return self.outside | {day for days, _ in self.spells() for day in days}

    @cached_property
    def fallen_out(self) -> dict[int, str]:
        """Published shifts on days of leave."""
        days = {day for days, _ in self.spells() for day in days} - self.outside
        found = {day: self.folder.published.get((self.name, day)) for day in sorted(days)}
        return {day: name for day, name in found.items() if name is not None}

    @cached_property
    def credit(self) -> dict[int, float]:
        """Minutes that paid leave credits: the published shifts it falls on, else a fifth of a week each weekday."""
        folder, found = self.folder, dict[int, float]()
        week = self.contract.figure("hours_per_week", folder.log) * 60
        for days, paid in self.spells():
            rostered = {day: folder.minutes(name) for day, name in self.fallen_out.items() if day in days}
            for day in days if paid else ():
                if rostered:
                    found[day] = rostered.get(day, 0.0)
                elif day not in self.outside and folder.weekday(day) not in folder.weekend:
                    found[day] = week / WORKDAYS
        return found

    @property
    def wage(self) -> float:
        """Wage of an hour."""
        log = self.folder.log
        own = self.row.number("wage_per_hour", log) or self.contract.number("wage_per_hour", log)
        return own or float(self.folder.section("pay")["wage_per_hour"])

    def refusals(self) -> Iterator[tuple[Row, int, bool]]:
        """Each request, its day, and whether it is refused."""
        for row in self.requests:
            day = self.folder.day(dt.date.fromisoformat(row.text("date")))
            shift = self.on.get(day)
            has = shift is not None and row.text("shift") in ("", shift.name)
            yield row, day, has != (row.text("wants") == "on")
