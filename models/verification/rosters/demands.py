"""Rules of a person as the files give them: of the contract, of roster.yaml and its packs, of overtime."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models.verification.clock import weekdays
from models.verification.rosters.folder import Folder
from models.verification.rosters.person import Person

Period = tuple[int, int]


@dataclass(frozen=True)
class Demand:
    """One rule of one person, in the words and units of roster.yaml.

    Attributes
    ----------
    counts : what roster.yaml calls it
    price : None where the rule is hard
    periods : first day and day after the last; empty for the whole horizon
    before : what the first period counted before the history
    names : types of shift that count
    on : weekdays that count; None for all
    """

    name: str
    counts: str
    least: float = 0.0
    most: float = math.inf
    price: float | None = None
    periods: tuple[Period, ...] = ()
    before: float = 0.0
    names: frozenset[str] = frozenset()
    on: frozenset[int] | None = None
    after: int = 1
    growing: bool = False

    def cost(self, miss: float) -> float:
        """Cost of a miss of a rule with a price."""
        price = self.price or 0.0
        return price * (miss * (miss + 1) / 2 if self.growing else miss)


def optional(value: Any) -> float | None:
    """Figure of a setting; None where it is null."""
    return None if value in (None, "", "null", "~", "Null", "NULL") else float(value)


def demands(person: Person) -> Iterator[Demand]:
    """Every rule of a person but fairness."""
    yield from _of_contract(person)
    for rule in person.folder.rules:
        if not rule.get("contracts") or person.contract.text("contract") in rule["contracts"]:
            yield from _of_rule(person, rule)
    yield from _of_overtime(person)


def _of_contract(person: Person) -> Iterator[Demand]:
    folder, row, log = person.folder, person.contract, person.folder.log
    prices = folder.section("contract_hours")
    under = optional(prices["under_per_hour"]) if "under_per_hour" in prices else 20.0
    over = optional(prices.get("over_per_hour"))
    share, credit = 1 - len(person.outside) / folder.days, sum(person.credit.values()) / 60
    if least := row.number("min_hours", log):
        yield Demand("fewest contract hours", "hours", max(0.0, least * share - credit), price=under)
    if (most := row.number("max_hours", log)) is not None:
        yield Demand("most contract hours", "hours", 0, max(0.0, most * share - credit), over)
    for first, end in folder.weeks:
        days = range(max(first, 0), min(end, folder.days))
        credit = sum(person.credit.get(day, 0.0) for day in days) / 60
        period = ((first, min(end, folder.days)),)
        least = row.number("min_hours_per_week", log)
        if least and end <= folder.days and first >= person.first:
            part = 1 - sum(day in person.outside for day in days) / 7
            yield Demand(
                "fewest hours of a week", "hours", max(0.0, least * part - credit), price=under, periods=period
            )
        if (most := row.number("max_hours_per_week", log)) is not None:
            yield Demand("most hours of a week", "hours", 0, max(0.0, most - credit), over, period)
    least, most = row.number("min_days_in_a_row", log), row.number("max_days_in_a_row", log)
    if (least or 0) > 1 or most is not None:
        yield Demand("days in a row", "days in a row", max(1, least or 0), math.inf if most is None else most)
    if ((least := row.number("min_days_off_in_a_row", log)) or 0) > 1:
        yield Demand("days off in a row", "days off in a row", least or 0)
    if (most := row.number("max_weekends", log)) is not None:
        yield Demand("most weekends", "weekends", 0, most)
    for limit in filter(None, (part.strip() for part in row.text("max_shifts").split(";"))):
        name, _, number = (part.strip() for part in limit.partition("="))
        names = frozenset(folder.named(name))
        yield Demand(f"most shifts of {name}", "shifts", 0, float(number), names=names)


def _of_rule(person: Person, rule: dict[str, Any]) -> Iterator[Demand]:
    """Return the demands of an entry of roster.yaml or of a pack; bounds of a week that is cut have no least."""
    folder, name = person.folder, str(rule["name"])
    names = frozenset(one for text in rule.get("shifts") or () for one in folder.named(str(text)))
    if rule.get("shifts") and not names:
        return
    least, most = optional(rule.get("least")) or 0.0, optional(rule.get("most"))
    bounds = least, math.inf if most is None else most
    common: dict[str, Any] = {
        "price": optional(rule.get("price")),
        "names": names,
        "on": weekdays(str(rule["days"])) if optional_text(rule.get("days")) else None,
        "after": int(rule.get("after", 1)),
    }
    weeks = optional(rule.get("average_over_weeks"))
    if weeks is not None:
        before = folder.balances.get((person.name, name))
        first = folder.days - 7 * int(weeks)
        first = max(first, person.first) if before is None else first
        long = (folder.days - first) / 7
        period = ((first, folder.days),)
        yield Demand(
            name, rule["counts"], bounds[0] * long, bounds[1] * long, periods=period, before=before or 0.0, **common
        )
    elif rule.get("each", "horizon") == "horizon":
        yield Demand(name, rule["counts"], *bounds, **common)
    else:
        for first, end in folder.weeks:
            whole = end <= folder.days and first >= person.first
            period = ((first, min(end, folder.days)),)
            yield Demand(name, rule["counts"], bounds[0] if whole else 0.0, bounds[1], periods=period, **common)


def optional_text(value: Any) -> str:
    """Text of a setting; empty where it is null."""
    return "" if value in (None, "", "null", "~") else str(value)


def _of_overtime(person: Person) -> Iterator[Demand]:
    """One demand a tier, at what it adds to the pay."""
    folder = person.folder
    paid = {"day": 0.0, "week": 0.0}
    for each, hours, percent in sorted(folder.tiers):
        price = person.wage * max(0.0, percent - paid[each]) / 100
        paid[each] = percent
        name = f"overtime above {hours:g} h a {each}"
        if each == "day":
            yield Demand(name, "hours in a day", 0, hours, price)
        else:
            for first, end in folder.weeks:
                yield Demand(name, "hours", 0, hours, price, ((first, min(end, folder.days)),))


def may_have(person: Person, given: dict[str, Any]) -> bool:
    """Say whether contract, skills, leave and settled days leave a person any part in a burden."""
    folder = person.folder
    barred = {part.split("=")[0].strip() for part in person.contract.text("max_shifts").split(";") if _none(part)}
    never = {
        (folder.day(dt.date.fromisoformat(one.text("date"))), one.text("shift"))
        for one in person.settled
        if one.text("works") == "never"
    }
    skills = _cell(person.row.text("skills"))
    on = weekdays(str(given["days"])) if optional_text(given.get("days")) else range(7)
    days = [day for day in range(folder.days) if folder.weekday(day) in on and day not in person.away]
    for name in {one for text in given.get("shifts") or () for one in folder.named(str(text))} or folder.kinds:
        needs = _cell(folder.types[name].text("skills")) if name in folder.types else set()
        free = any(never.isdisjoint({(day, name), (day, "")}) for day in days)
        if free and needs <= skills and barred.isdisjoint({name, folder.kinds[name]}):
            return True
    return False


def _cell(text: str) -> set[str]:
    return {part.strip() for part in text.split(";")} - {""}


def _none(limit: str) -> bool:
    return limit.partition("=")[2].strip() == "0"


def fair_demands(
    folder: Folder, people: list[Person], shares: dict[tuple[str, str], tuple[float, float]]
) -> Iterator[tuple[Person, Demand]]:
    """Each person's part of each burden, with the shares that fairness.csv gives."""
    for given in folder.settings.get("fairness") or []:
        name = str(given["name"])
        names = frozenset(one for text in given.get("shifts") or () for one in folder.named(str(text)))
        on = weekdays(str(given["days"])) if optional_text(given.get("days")) else None
        for person in people:
            if (name, person.name) in shares:
                least, most = shares[name, person.name]
                before = folder.balances.get((person.name, name), 0.0)
                for day, shift in person.fallen_out.items():
                    if on is None or folder.weekday(day) in on:
                        before += shift in names if given["counts"] == "shifts" else 0.0
                        before += folder.minutes(shift) / 60 if given["counts"] == "hours" else 0.0
                yield person, Demand(
                    name, given["counts"], least, most, float(given.get("price", 1.0)), (), before, names, on,
                    growing=True,
                )  # fmt: skip
