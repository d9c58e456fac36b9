"""A rotation: people on each weekday, stretches, successions and cost, from rotation.csv and the rules beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.verification.clock import WEEKDAYS
from models.verification.files import known, read_json, read_table
from models.verification.findings import Log

RECORD, TABLE = "rotation.json", "rotation.csv"
NEEDED = (RECORD, TABLE)
COVER, RULES, TOTALS, COST = "rotation cover", "rotation rules", "rotation totals", "cost"
OFF = ""


def check_rotation(place: Path, log: Log) -> None:
    """Check the folder of `servopt rotate`."""
    content = read_json(place / RECORD)
    rules = content["rules"]
    shifts = {one["name"]: one for one in rules["shifts"]}
    days: list[str] = []
    hours = 0.0
    rows = read_table(place / TABLE, TABLE, ("week", *WEEKDAYS, "hours", "days_off"), log)
    log.holds(TOTALS, len(rows) == rules["weeks"], (TABLE, None, "week"), f"{rules['weeks']} weeks", len(rows))
    for number, row in enumerate(rows, 1):
        week = [row.text(day) for day in WEEKDAYS]
        for day, name in zip(WEEKDAYS, week, strict=True):
            log.holds(RULES, name == OFF or name in shifts, row.place(day), "a shift of the rotation, or blank", name)
        worked = sum(shifts[name]["length_min"] for name in week if name in shifts) / 60
        log.equal(TOTALS, row.place("week"), float(number), row.figure("week", log))
        log.equal(TOTALS, row.place("hours"), worked, row.figure("hours", log))
        log.equal(TOTALS, row.place("days_off"), float(week.count(OFF)), row.figure("days_off", log))
        days += week
        hours += worked
    _check_people(shifts, days, log)
    _check_stretches(rules, shifts, days, log)
    _check_successions(rules, days, log)
    _check_totals(content, rules, days, hours, log)


def _check_people(shifts: dict[str, Any], days: list[str], log: Log) -> None:
    for name, shift in shifts.items():
        for weekday, need in enumerate(shift["need"]):
            present = days[weekday :: len(WEEKDAYS)].count(name)
            log.holds(COVER, present == need, (TABLE, None, WEEKDAYS[weekday]), f"{need} on {name}", present)


def _stretches(days: list[str]) -> list[tuple[int, int]]:
    """First day and length of each stretch of the same, round the end."""
    begins = [place for place in range(len(days)) if days[place] != days[place - 1]]
    if not begins:
        return [(0, len(days))]
    ends = [*begins[1:], begins[0] + len(days)]
    return [(begin, end - begin) for begin, end in zip(begins, ends, strict=True)]


def _check_stretches(rules: dict[str, Any], shifts: dict[str, Any], days: list[str], log: Log) -> None:
    def hold(begin: int, length: int, span: dict[str, int], what: str) -> None:
        place = (TABLE, begin // len(WEEKDAYS) + 2, WEEKDAYS[begin % len(WEEKDAYS)])
        expected = f"{span['least']} to {span['most']} {what} in a row"
        log.holds(RULES, span["least"] <= length <= span["most"], place, expected, length)

    for begin, length in _stretches(days):
        if days[begin] in shifts:
            hold(begin, length, shifts[days[begin]]["block"], f"days of {days[begin]}")
    for begin, length in _stretches(["off" if day == OFF else "on" for day in days]):
        kind = ("days off", "off") if days[begin] == OFF else ("days of work", "work")
        hold(begin, length, rules[kind[1]], kind[0])


def _check_successions(rules: dict[str, Any], days: list[str], log: Log) -> None:
    for forbidden in rules["forbidden"]:
        wanted = [OFF if day == "-" else day for day in forbidden]
        for place in range(len(days)):
            found = [days[(place + step) % len(days)] for step in range(len(wanted))]
            where = (TABLE, place // len(WEEKDAYS) + 2, WEEKDAYS[place % len(WEEKDAYS)])
            log.holds(RULES, found != wanted, where, f"never {' '.join(forbidden)}", " ".join(forbidden))


def _check_totals(content: dict[str, Any], rules: dict[str, Any], days: list[str], hours: float, log: Log) -> None:
    weeks = [days[begin : begin + len(WEEKDAYS)] for begin in range(0, len(days), len(WEEKDAYS))]
    free = sum(week[-2:] == [OFF, OFF] for week in weeks)
    singles = sum(length == 1 and days[begin] == OFF for begin, length in _stretches(days))
    pairs = zip(days, [*days[1:], *days[:1]], strict=True)
    changes = sum(OFF not in pair and pair[0] != pair[1] for pair in pairs)
    prices, result = rules["prices"], content["result"]
    cost = (
        prices["weekend_worked"] * (len(weeks) - free) + prices["single_day_off"] * singles + prices["change"] * changes
    )
    log.equal(TOTALS, (RECORD, None, "hours_per_week"), hours / max(len(weeks), 1), known(content["hours_per_week"]))
    log.equal(TOTALS, (RECORD, None, "weekends_off"), float(free), known(content["weekends_off"]))
    log.equal(COST, (RECORD, None, "result.cost"), float(cost), known(result["cost"]), 1e-9)
    bound = known(result["bound"])
    fine = bound is None or bound <= cost + 1e-6 * max(1.0, cost)
    log.holds(COST, fine, (RECORD, None, "result.bound"), f"at most {cost:g}", bound)
