"""A roster: who works when, against every rule that it was made from, hard and soft; cover, pay, totals and cost.

Nothing here is shared with what made the roster but the words of its files.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from models.verification.files import Row, read_table
from models.verification.findings import Log
from models.verification.rosters.counts import misses
from models.verification.rosters.cover import check_cover
from models.verification.rosters.demands import demands, fair_demands, may_have
from models.verification.rosters.folder import FAIRNESS, PEOPLE, RECORD, RULES, SPREAD, Folder
from models.verification.rosters.pay import Pay
from models.verification.rosters.person import Person, people_of

WORKED, LEGAL, TOTALS, RECORDED = "roster", "roster rules", "roster people", "roster record"
SOFT, FAIR = "roster cost", "roster fairness"
Costs = dict[tuple[str, str], float]
"""Cost of each rule for each person, "" for the cover."""


def check_roster(place: Path, log: Log) -> None:
    """Check the files of a roster."""
    folder = Folder(place, log)
    people = people_of(folder)
    _check_rows(folder)
    _check_days(folder, people)
    _check_successions(folder, people)
    costs: Costs = defaultdict(float)
    _check_demands(people, costs)
    short = check_cover(folder, costs)
    _add_wishes(folder, people, costs)
    _check_fairness(folder, people, costs)
    _check_people(folder, people, costs)
    _check_costs(folder, costs)
    _check_record(folder, short)


def _check_rows(folder: Folder) -> None:
    """Known people and shifts, one a day, at the times that the type of shift has."""
    log, seen = folder.log, set()
    dates = set(folder.dates())
    for shift in folder.worked:
        place = shift.row.place("date")
        log.holds(WORKED, shift.employee in folder.agents, shift.row.place("employee"), "an employee", shift.employee)
        log.holds(WORKED, shift.date in dates, place, "a day of the horizon", shift.date)
        log.holds(WORKED, (shift.employee, shift.date) not in seen, place, "one shift a day", "a second one")
        seen.add((shift.employee, shift.date))
        local = shift.start.astimezone(folder.zone)
        log.holds(WORKED, local.date() == shift.date, shift.row.place("start"), f"on {shift.date}", local)
        if shift.name in folder.types:
            start = folder.start(shift.date, shift.name)
            log.holds(WORKED, shift.start == start, shift.row.place("start"), start.astimezone(folder.zone), local)
            log.holds(WORKED, shift.end - shift.start == folder.span(shift.name), shift.row.place("end"),
                      folder.span(shift.name), shift.end - shift.start)  # fmt: skip
            paid = folder.minutes(shift.name)
            log.equal(WORKED, shift.row.place("paid_min"), paid, shift.row.figure("paid_min", log))
        else:
            log.holds(WORKED, not folder.types, shift.row.place("shift"), "a type of shift", shift.name)


def _check_days(folder: Folder, people: list[Person]) -> None:
    """Leave, settled days and skills."""
    log, on = folder.log, {person.name: person.on for person in people}
    for person in people:
        for day, shift in person.on.items():
            if day < 0:
                continue
            log.holds(LEGAL, day not in person.away, shift.row.place("date"), "leave", shift.name)
            if shift.name in folder.types:
                lacking = names(folder.types[shift.name].text("skills")) - names(person.row.text("skills"))
                log.holds(LEGAL, not lacking, shift.row.place("shift"), "the skills it needs", ", ".join(lacking))
    for row in folder.table("fixed.csv"):
        worked = on.get(row.text("employee"), {}).get(folder.day(dt.date.fromisoformat(row.text("date"))))
        wanted = row.text("shift")
        is_it = worked is not None and (not wanted or worked.name == wanted)
        must = row.text("works") != "never"
        log.holds(LEGAL, is_it == must, row.place("date"), f"{'must' if must else 'never'} {wanted or 'any shift'}",
                  "off" if worked is None else worked.name)  # fmt: skip


def names(text: str) -> set[str]:
    """Names in a cell, separated by semicolons."""
    return {part.strip() for part in text.split(";") if part.strip()}


def _check_successions(folder: Folder, people: list[Person]) -> None:
    """Shifts that may not be worked on the day after another."""
    forbidden = {
        (name, other)
        for name, row in folder.types.items()
        for text in names(row.text("not_followed_by"))
        for other in folder.named(text)
    }
    for before, after in dict(folder.settings.get("forbidden") or {}).items():
        forbidden |= {(a, b) for name in after for a in folder.named(before) for b in folder.named(name)}
    for person in people:
        for one, other in pairwise(sorted(person.on)):
            first, second = person.on[one], person.on[other]
            if other == one + 1 and other >= 0:
                fine = (first.name, second.name) not in forbidden
                folder.log.holds(LEGAL, fine, second.row.place("shift"), f"not after {first.name}", second.name)


def _check_demands(people: list[Person], costs: Costs) -> None:
    """Judge every rule: hard ones are kept, soft ones have their cost."""
    for person in people:
        for demand in demands(person):
            for count, miss, day in misses(person, demand):
                if demand.price is not None:
                    costs[demand.name, person.name] += demand.cost(miss)
                    continue
                date = person.folder.first + dt.timedelta(days=day)
                place = RULES, None, f"{demand.name}, {person.name}, from {date}"
                bound = f"at least {demand.least:g}" if count < demand.least else f"at most {demand.most:g}"
                person.folder.log.holds(LEGAL, miss <= 1e-6, place, f"{bound} ({demand.counts})", f"{count:g}")


def _add_wishes(folder: Folder, people: list[Person], costs: Costs) -> None:
    """Add what refused requests cost, and the changes of a published roster."""
    price = float(folder.section("requests").get("price", 20.0))
    change = float(folder.settings.get("change_price", 50.0))
    for person in people:
        seniority = person.row.number("seniority", folder.log) or 1.0
        for row, _, refused in person.refusals():
            on, shift = row.text("wants") == "on", row.text("shift")
            name = "shift wanted" if on else "shift not wanted" if shift else "day off wanted"
            own = row.number("price", folder.log)
            costs[name, person.name] += refused * (price if own is None else own) * seniority
        if folder.published:
            now = {day: shift.name for day, shift in person.on.items()}
            days = sum(folder.published.get((person.name, day)) != now.get(day) for day in range(folder.days))
            costs["change of the published roster", person.name] += change * days


def _check_fairness(folder: Folder, people: list[Person], costs: Costs) -> None:
    """Counts and costs of burdens, by the shares that fairness.csv gives; and how they are spread."""
    log = folder.log
    columns = ("burden", "employee", "share_least", "share_most", "before", "count", "beside_share", "cost")
    rows = {
        (row.text("burden"), row.text("employee")): row
        for row in read_table(folder.place / FAIRNESS, FAIRNESS, columns, log)
    }
    shares = {key: (row.figure("share_least", log), row.figure("share_most", log)) for key, row in rows.items()}
    beside: dict[str, list[float]] = defaultdict(list)
    for person, demand in fair_demands(folder, people, shares):
        row = rows[demand.name, person.name]
        ((count, miss, _),) = misses(person, demand)
        more = max(0.0, count - demand.most) - max(0.0, demand.least - count)
        beside[demand.name].append(more)
        log.equal(FAIR, row.place("before"), demand.before, row.figure("before", log))
        log.equal(FAIR, row.place("count"), count, row.figure("count", log))
        log.equal(FAIR, row.place("beside_share"), more, row.figure("beside_share", log), 1e-6)
        log.money(FAIR, row.place("cost"), demand.cost(miss), row.figure("cost", log))
        costs[demand.name, person.name] += demand.cost(miss)
    for given in folder.settings.get("fairness") or []:
        for person in people:
            if (str(given["name"]), person.name) not in rows:
                place = FAIRNESS, None, f"{given['name']}, {person.name}"
                log.holds(FAIR, not may_have(person, given), place, "a share", "none")
    others = len(rows) - sum(map(len, beside.values()))
    log.holds(FAIR, not others, (FAIRNESS, None, "burden"), "burdens of roster.yaml", f"{others} others")
    if not (folder.place / SPREAD).is_file():
        return
    for row in read_table(folder.place / SPREAD, SPREAD, ("burden", "people", "on_share"), log):
        own = beside[row.text("burden")]
        log.equal(FAIR, row.place("people"), float(len(own)), row.figure("people", log))
        log.equal(FAIR, row.place("on_share"), float(sum(not one for one in own)), row.figure("on_share", log))


def _check_people(folder: Folder, people: list[Person], costs: Costs) -> None:
    """Totals and pay of each person in agents.csv."""
    log, pay = folder.log, Pay(folder)
    columns = ("employee", "shifts", "hours", "weekends", "base", "premium", "overtime", "leave", "pay")
    rows = {row.text("employee"): row for row in read_table(folder.place / PEOPLE, PEOPLE, columns, log)}
    log.holds(TOTALS, set(rows) == set(folder.agents), (PEOPLE, None, "employee"), "everybody once", len(rows))
    rules: dict[str, float] = defaultdict(float)
    for (_, name), cost in costs.items():
        rules[name] += cost
    for person in people:
        if person.name not in rows:
            continue
        row, own = rows[person.name], [shift for day, shift in person.on.items() if day >= 0]
        figures = {
            "shifts": float(len(own)),
            "hours": sum(folder.minutes(shift.name) for shift in own) / 60,
            "night_shifts": float(sum(shift.name in folder.named("night") for shift in own)),
            "weekends": float(sum(any(map(person.worked, days)) for days in folder.weekends)),
            "requests": float(len(person.requests)),
            "refused_requests": float(sum(refused for _, _, refused in person.refusals())),
            "leave_hours": sum(person.credit.values()) / 60,
        }
        for name, figure in figures.items():
            log.equal(TOTALS, row.place(name), figure, row.figure(name, log), 1e-6)
        for name, amount in pay.of(person).items():
            if name != "leave_hours":
                log.money(TOTALS, row.place(name), amount, row.figure(name, log))
        log.money(TOTALS, row.place("rules_cost"), rules[person.name], row.figure("rules_cost", log))


def _check_costs(folder: Folder, costs: Costs) -> None:
    """Hold rules.csv against the cost of every rule for every person."""
    log = folder.log
    said: Costs = defaultdict(float)
    first: dict[tuple[str, str], Row] = {}
    for row in read_table(folder.place / RULES, RULES, ("rule", "employee", "cost", "hard"), log):
        log.holds(SOFT, row.text("hard") != "True", row.place("hard"), "no hard rule broken", row.text("rule"))
        key = row.text("rule"), row.text("employee")
        said[key] += row.figure("cost", log)
        first.setdefault(key, row)
    for key in sorted({*said, *costs}):
        place = first[key].place("cost") if key in first else (RULES, None, ", ".join(filter(None, key)))
        log.money(SOFT, place, costs.get(key, 0.0), said.get(key, 0.0))
    total: dict[str, float] = defaultdict(float)
    for (rule, _), cost in costs.items():
        total[rule] += cost
    record = folder.record
    log.money(SOFT, (RECORD, None, "result.cost"), sum(total.values()), record["result"]["cost"])
    for rule in sorted({*total, *record["cost_by_rule"]}):
        place = RECORD, None, f"cost_by_rule.{rule}"
        log.money(SOFT, place, total.get(rule, 0.0), record["cost_by_rule"].get(rule, 0.0))


def _check_record(folder: Folder, uncovered: float) -> None:
    """What roster.json adds up, and how its proof fits together."""
    log, record, result = folder.log, folder.record, folder.record["result"]
    log.equal(RECORDED, (RECORD, None, "uncovered_hours"), uncovered, record["uncovered_hours"])
    log.equal(RECORDED, (RECORD, None, "shifts"), float(len(folder.worked)), float(record["shifts"]))
    log.equal(RECORDED, (RECORD, None, "hard_rules_broken"), 0.0, float(record["hard_rules_broken"]))
    if result["bound"] is not None:
        fine = result["bound"] <= result["cost"] + 1e-6 * max(1.0, abs(result["cost"]))
        log.holds(RECORDED, fine, (RECORD, None, "result.bound"), "no more than the cost", result["bound"])
