"""A schedule of agent groups: heads, shift rules, limits, cost, and the promises that its simulated figures keep."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from models.verification.cover import COVERAGE, Heads, count_heads, place_of
from models.verification.files import Row, known, read_json, read_table
from models.verification.findings import CENT, RELATIVE, Log
from models.verification.inputs import DEMAND, FOLDER, SETTINGS, TYPES, Inputs, Pool, read_inputs
from models.verification.limits import CHECK as LIMITS
from models.verification.limits import check_limits
from models.verification.pay import Minutes, priceable
from models.verification.schedule import SCHEDULE, Shift, read_shifts_worked
from models.verification.shift_rules import check_shift_rules, possible_days

RECORD, SKILLS, SERVICE = "skills.json", f"{FOLDER}/skills.csv", "service.csv"
NEEDED = (RECORD, SCHEDULE, COVERAGE, SERVICE, SETTINGS, TYPES, DEMAND, SKILLS)
PROMISE, COVER, COST, PROOF = "promise", "cover", "cost", "proof"
FEW_CONTACTS = 20.0
"""A class of queues that expects fewer on a day is judged over all days; a queue that counts fewer not by itself."""
Z = 1.96


@dataclass(frozen=True)
class Group:
    """Agents of skills.csv: contact types in the order in which they are taken, and how many there are."""

    priorities: dict[str, float]
    heads: float | None
    wage_factor: float


@dataclass(frozen=True)
class Counted:
    """Simulated contacts a replication: served in time, of those that count; the half-width of the service level."""

    in_time: float
    counted: float
    half_width: float


def check_skills(place: Path, log: Log) -> None:
    """Check the folder of `servopt schedule DIR --skills --out FOLDER`."""
    content = read_json(place / RECORD)
    inputs = read_inputs(place, log)
    groups = _groups(place, inputs, log)
    staffed = _with_groups(inputs, groups)
    shifts = read_shifts_worked(place, inputs.calendar.clock, log, column="group")
    heads = count_heads(staffed, shifts, log)
    check_shift_rules(staffed, shifts, log)
    check_limits(staffed, shifts, heads, log)
    _check_agents(staffed, groups, shifts, log)
    _check_cost(content, staffed, shifts, log)
    intervals = _check_coverage(place, inputs, groups, heads, log)
    days = _check_service(place, inputs, intervals, log)
    _check_promises(content, inputs, groups, intervals, days, log)


def _groups(place: Path, inputs: Inputs, log: Log) -> dict[str, Group]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in read_table(place / SKILLS, SKILLS, ("group", "contact_type"), log):
        rows[row.text("group")].append(row)

    def first(mine: list[Row], column: str) -> float | None:
        return next((value for row in mine if (value := row.number(column, log)) is not None), None)

    found = {}
    names = {kind.name for kind in inputs.types}
    for name, mine in rows.items():
        for row in mine:
            served = row.text("contact_type")
            log.holds("files", served in names, row.place("contact_type"), "a contact type of the scenario", served)
        priorities = {row.text("contact_type"): row.number("priority", log) or 1.0 for row in mine}
        factor = first(mine, "wage_factor")
        found[name] = Group(priorities, first(mine, "heads"), 1.0 if factor is None else factor)
    return found


def _with_groups(inputs: Inputs, groups: dict[str, Group]) -> Inputs:
    """The inputs with groups in place of pools: each at the dearest terms of the pools that it serves."""
    owner = {kind.name: kind.pool for kind in inputs.types}
    serving = {name: {owner[kind] for kind in group.priorities if kind in owner} for name, group in groups.items()}

    def terms(name: str) -> Pool:
        mine = [inputs.pools[pool] for pool in serving[name]]
        return replace(
            mine[0],
            wage=groups[name].wage_factor * max(pool.wage for pool in mine),
            planned=max(pool.planned for pool in mine),
            unplanned=max(pool.unplanned for pool in mine),
            open=[any(doors) for doors in zip(*(pool.open for pool in mine), strict=True)],
            open_before=any(pool.open_before for pool in mine),
            max_heads=None,
        )

    shifts = {
        name: rule if rule.pools is None
        else replace(rule, pools=type(rule.pools)(g for g, pools in serving.items() if pools & set(rule.pools)))
        for name, rule in inputs.shifts.items()
    }  # fmt: skip
    return replace(inputs, pools={name: terms(name) for name in groups if serving[name]}, shifts=shifts)


def _check_agents(inputs: Inputs, groups: dict[str, Group], shifts: list[Shift], log: Log) -> None:
    """At most as many shifts of a day as a group has agents; a shift that may count for two days counts for none."""
    worked: dict[tuple[str, str], int] = defaultdict(int)
    for shift in shifts:
        rule = inputs.shifts.get(shift.shift)
        days = [] if rule is None else possible_days(inputs, shift, rule)
        if len(days) == 1:
            worked[shift.pool, str(days[0])] += shift.count
    for (name, date), count in worked.items():
        most = groups[name].heads if name in groups else None
        if most is not None:
            place = (SCHEDULE, None, f"heads of group {name}")
            log.holds(LIMITS, count <= most, place, f"at most {most:g} shifts on {date}", count)


def _check_cost(content: dict[str, object], inputs: Inputs, shifts: list[Shift], log: Log) -> None:
    """The price of each shift by the minute, their sum, and how it stands to the bound."""
    result = content["result"]
    assert isinstance(result, dict)  # noqa: S101 - another file ends as one that is not as it was written
    worked = priceable(inputs, shifts)
    total = 0.0
    if worked:
        minutes = Minutes(inputs, worked)
        for shift in worked:
            price = float(minutes.of(shift)["cost"].sum())
            log.money(COST, shift.row.place("cost_each"), price, shift.cost_each)
            total += price * shift.count
    cost, bound, gap = (known(result[name]) for name in ("cost", "bound", "gap"))
    log.money(COST, (RECORD, None, "result.cost"), total, cost)
    if cost is not None and bound is not None:
        below = bound <= cost + max(CENT, RELATIVE * abs(cost))
        log.holds(PROOF, below, (RECORD, None, "result.bound"), f"at most {cost:.10g}", bound)
        distance = (cost - bound) / cost if cost else 0.0
        log.equal(PROOF, (RECORD, None, "result.gap"), distance, gap, 1e-9)
        proved = result["status"] != "optimal" or distance <= RELATIVE
        log.holds(PROOF, proved, (RECORD, None, "result.status"), "feasible, with such a gap", result["status"])


Intervals = dict[tuple[str, int], Counted]
Days = dict[tuple[str, str], Counted]
"""By contact type and ISO date, or "all"."""


def _check_coverage(
    place: Path, inputs: Inputs, groups: dict[str, Group], heads: dict[str, Heads], log: Log
) -> Intervals:
    """Heads that can serve a contact type in each open interval; its service level is that of its contacts."""
    calendar, doors = inputs.calendar, {kind.name: inputs.pools[kind.pool].open for kind in inputs.types}
    nobody = np.zeros(calendar.length, dtype=np.int64)
    able = {
        name: sum((heads[g].on_duty for g, group in groups.items() if name in group.priorities and g in heads), nobody)
        for name in doors
    }
    contacts = {kind.name: kind.contacts for kind in inputs.types}
    found: Intervals = {}
    columns = ("start", "contact_type", "contacts", "heads", "service_level", "in_time", "counted")
    for row in read_table(place / COVERAGE, COVERAGE, columns, log):
        name, t = row.text("contact_type"), place_of(row, calendar)
        wanted = (
            t is not None and name in doors and 0 <= t < calendar.length and doors[name][t] and (name, t) not in found
        )
        log.holds(COVER, wanted, row.place("start"), "one row for each open interval of a queue", row.text("start"))
        if t is None or not wanted:
            continue
        log.equal(COVER, row.place("heads"), float(able[name][t]), row.figure("heads", log))
        log.equal(COVER, row.place("contacts"), contacts[name][t], row.figure("contacts", log), 1e-9)
        found[name, t] = _counted(row, log)
    for name, opened in doors.items():
        for t in (t for t in range(calendar.length) if opened[t] and (name, t) not in found):
            expected = f"a row for {name} at {calendar.stamp(t)}"
            log.holds(COVER, False, (COVERAGE, None, "start"), expected, "none")
    return found


def _counted(row: Row, log: Log) -> Counted:
    in_time, counted = row.figure("in_time", log), row.figure("counted", log)
    level = in_time / counted if counted > 0 else None
    log.equal(PROMISE, row.place("service_level"), level, row.number("service_level", log), 1e-9)
    return Counted(in_time, counted, row.number("half_width", log) or 0.0)


def _check_service(place: Path, inputs: Inputs, intervals: Intervals, log: Log) -> Days:
    """The days of service.csv are sums of the intervals of coverage.csv, and its rows "all" sums of the days."""
    owner = {kind.name: inputs.pools[kind.pool] for kind in inputs.types}
    dates = [str(date) for date, _ in inputs.calendar.walls]
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for (name, t), cell in intervals.items():
        for date in (dates[t], "all"):
            sums[name, date][0] += cell.in_time
            sums[name, date][1] += cell.counted
    found: Days = {}
    columns = ("date", "contact_type", "service_level", "half_width", "target", "in_time", "counted")
    for row in read_table(place / SERVICE, SERVICE, columns, log):
        key = (row.text("contact_type"), row.text("date"))
        fine = key in sums and key not in found
        log.holds(PROMISE, fine, row.place("date"), "one row for each queue and day, and for all days", " ".join(key))
        if not fine:
            continue
        found[key] = _counted(row, log)
        for column, expected in zip(("in_time", "counted"), sums[key], strict=True):
            log.equal(PROMISE, row.place(column), expected, row.figure(column, log), 1e-6)
        log.equal(PROMISE, row.place("target"), owner[key[0]].target, row.figure("target", log))
        for column in ("service_level", "abandonment"):
            share = row.number(column, log)
            log.holds(PROMISE, share is None or 0 <= share <= 1, row.place(column), "a share", share)
    return found


def _check_promises(
    content: dict[str, object], inputs: Inputs, groups: dict[str, Group], intervals: Intervals, days: Days, log: Log
) -> None:
    """Each class of queues on each day: what skills.json says of it, and whether it keeps its target and its floor."""
    said, result, simulated = content["promises"], content["result"], content["simulated"]
    assert isinstance(said, list) and isinstance(result, dict) and isinstance(simulated, dict)  # noqa: S101
    written = {(tuple(one["contact_types"]), str(one["date"])): (k, one) for k, one in enumerate(said)}
    expected = _classes_by_day(inputs, groups)
    missing = [key for key in expected if key not in written] + [key for key in written if key not in expected]
    for names, date in missing:
        log.holds(PROMISE, False, (RECORD, None, "promises"), "one promise for each class of queues and day",
                  f"{' + '.join(names)} on {date}")  # fmt: skip
    for (names, date), (contacts, ts) in expected.items():
        if (names, date) not in written:
            continue
        number, one = written[names, date]
        small = contacts < FEW_CONTACTS
        judged = [days[name, "all" if small else date] for name in names if (name, date) in days or small]
        level = _level(judged)
        place = (RECORD, None, f"promises.{number}")
        log.equal(PROMISE, (*place[:2], f"{place[2]}.service_level"), level, known(one["service_level"]), 1e-9)
        pool = inputs.pools[_owner(inputs, names[0])]
        log.equal(PROMISE, (*place[:2], f"{place[2]}.target"), pool.target, known(one["target"]))
        kept = _keeps(inputs, names, judged, small=small)
        if not small:
            kept = kept and _keeps_floor(inputs, names, ts, intervals, int(simulated["replications"]))
        log.holds(PROMISE, kept == bool(one["kept"]), (*place[:2], f"{place[2]}.kept"), kept, bool(one["kept"]))
        if result["status"] == "feasible":
            log.holds(PROMISE, kept, place, f"{' + '.join(names)} on {date} at {pool.target:g} or more", level)
    missed = sum(not one["kept"] for one in said)
    if missed:
        log.remarks.append(f"{missed} of {len(said)} promises are missed, as {RECORD} says")
    log.remarks.append("of what was simulated only whether the files agree with each other and with the promises")


def _classes_by_day(
    inputs: Inputs, groups: dict[str, Group]
) -> dict[tuple[tuple[str, ...], str], tuple[float, list[int]]]:
    """Queues served alike under one promise, by day: contacts expected, and the intervals that have any."""
    classes: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for kind in inputs.types:
        pool = inputs.pools[kind.pool]
        key = (*(group.priorities.get(kind.name) for group in groups.values()), pool.target, pool.within_s, pool.floor)
        classes[key].append(kind.name)
    contacts = {kind.name: np.where(inputs.pools[kind.pool].open, kind.contacts, 0.0) for kind in inputs.types}
    found = {}
    for names in classes.values():
        total = np.sum([contacts[name] for name in names], axis=0)
        by_day: dict[str, list[int]] = defaultdict(list)
        for t in np.flatnonzero(total > 0).tolist():
            by_day[str(inputs.calendar.walls[t][0])].append(t)
        for date, ts in by_day.items():
            found[tuple(names), date] = (float(total[ts].sum()), ts)
    return found


def _owner(inputs: Inputs, name: str) -> str:
    return next(kind.pool for kind in inputs.types if kind.name == name)


def _level(cells: list[Counted]) -> float | None:
    counted = sum(cell.counted for cell in cells)
    return sum(cell.in_time for cell in cells) / counted if counted > 0 else None


def _keeps(inputs: Inputs, names: tuple[str, ...], judged: list[Counted], *, small: bool) -> bool:
    """The class keeps its target, and each of its queues does as far as the noise of the simulation lets one say."""
    target, level = inputs.pools[_owner(inputs, names[0])].target, _level(judged)
    if level is None or level < target:
        return False
    return small or all(
        cell.in_time / cell.counted + cell.half_width >= target for cell in judged if cell.counted >= FEW_CONTACTS
    )


def _keeps_floor(
    inputs: Inputs, names: tuple[str, ...], ts: list[int], intervals: Intervals, replications: int
) -> bool:
    """No interval of the class lies below its floor for sure: by the upper end of Wilson's interval (1927) at 95 %."""
    pool = inputs.pools[_owner(inputs, names[0])]
    floor = min(pool.floor, pool.target) if inputs.service.by_day else pool.target
    for t in ts:
        cells = [intervals[name, t] for name in names if (name, t) in intervals]
        share, n = _level(cells), replications * sum(cell.counted for cell in cells)
        if share is None or floor <= 0:
            continue
        spread = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        if (share + Z * Z / (2 * n) + spread) / (1 + Z * Z / n) < floor:
            return False
    return True
