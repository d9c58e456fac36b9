"""The peers' rosters of hundreds of people as cases of ours and as plain assignment models.

`python roster_models.py MODEL SECONDS FILE` solves the instance in FILE (as JSON) in a process of its own and
prints what it found as JSON, with the process's peak memory.
"""

import json
import resource
import sys
import time

import numpy as np
from scipy import sparse

from models.roster.case import RosterCase
from models.roster.records import Cover, Employee, Measure, Reason, Rule, ShiftType, Wish
from optimizer.roster.engine import RosterLimits, solve_roster
from optimizer.solve import Program, solve

SHORT = 1_000.0
"""Price of a person short; the plain models may leave nobody out."""


def six_types(people, days=28, seed=11):
    """An instance like the peers', with six types of shift."""
    rng = np.random.default_rng(seed)
    shifts = ["Early", "Morning", "Day", "Noon", "Late", "Night"]
    share, weekday = [0.22, 0.18, 0.20, 0.14, 0.16, 0.10], [1.08, 1.0, 1.0, 1.0, 1.05, 0.78, 0.66]
    required = {
        shift: [max(1, round(people * 0.58 * part * weekday[day % 7])) for day in range(days)]
        for shift, part in zip(shifts, share, strict=True)
    }
    names = [f"a{number:04d}" for number in range(people)]
    banned = []
    for name in names:
        off = set(rng.choice(days, 2, replace=False).tolist())
        if rng.random() < 0.3:
            first = int(rng.integers(0, days - 5))
            off |= set(range(first, first + 5))
        banned += [{"resource": name, "shift": shift, "day": day} for day in sorted(off) for shift in shifts]
        if rng.random() < 0.25:
            banned += [{"resource": name, "shift": "Night", "day": day} for day in range(days)]
    pairs = ["Night Early", "Night Morning", "Night Day", "Night Noon", "Late Early", "Late Morning"]
    return {
        "num_days": days, "resources": names, "shifts": shifts, "shifts_hours": [8] * 6, "min_working_hours": 96,
        "max_resting": 16, "required": required, "banned": banned,
        "nonseq": [dict(zip(("origin", "destination"), pair.split(), strict=True)) for pair in pairs],
        "prefs": [{"resource": name, "shift": str(rng.choice(shifts, p=share))} for name in names],
        "extra": {"max_consecutive_days": 6, "max_hours_week": 48, "weekends_off_min": 1},
    }  # fmt: skip


def _least_days(instance):
    return max(instance["num_days"] - instance["max_resting"], -(-instance["min_working_hours"] // 8))


def _banned(instance):
    found = {}
    for ban in instance["banned"]:
        found.setdefault((ban["resource"], ban["day"]), set()).add(ban["shift"])
    return found


def as_case(instance):
    """Return an instance as a case; a shift costs 8, or 7 where it is the preferred one."""
    days, names, extra = instance["num_days"], list(instance["shifts"]), instance["extra"]
    after = {name: tuple(x["destination"] for x in instance["nonseq"] if x["origin"] == name) for name in names}
    shifts = tuple(
        ShiftType(name, hours * 60, after[name]) for name, hours in zip(names, instance["shifts_hours"], strict=True)
    )
    weeks = tuple((first, first + 7) for first in range(0, days, 7))
    rules = (
        Rule("days worked", Measure.DAYS_OFF, 0, days - _least_days(instance)),
        Rule("days in a row", Measure.DAYS_IN_A_ROW, 0, extra["max_consecutive_days"]),
        Rule("week", Measure.MINUTES, 0, 60 * extra["max_hours_week"], periods=weeks),
        Rule("weekend off", Measure.WEEKENDS_OFF, extra["weekends_off_min"]),
    )
    preferred = {wish["resource"]: wish["shift"] for wish in instance["prefs"]}
    banned, wishes = _banned(instance), []
    for name in instance["resources"]:
        for day in range(days):
            out = banned.get((name, day), set())
            if len(out) == len(names):
                wishes.append(Wish(name, day, None, False, None, Reason.LEAVE))
                continue
            wishes += [Wish(name, day, shift, False, None, Reason.LEAVE) for shift in sorted(out)]
            wishes.append(Wish(name, day, None, False, 7.0, Reason.CHANGE))
            dear = [shift for shift in names if shift != preferred[name] and shift not in out]
            wishes += [Wish(name, day, shift, False, 1.0, Reason.CHANGE) for shift in dear]
    cover = tuple(
        Cover(day, name, instance["required"][name][day], SHORT, 0.0) for name in names for day in range(days)
    )
    weekends = tuple((day, day + 1) for day in range(5, days - 1, 7))
    people = tuple(Employee(name, rules) for name in instance["resources"])
    return RosterCase("peers", days, shifts, people, tuple(wishes), cover, weekends)


def engine(instance, seconds):
    found = solve_roster(as_case(instance), RosterLimits(time_limit_s=seconds, gap=1e-4))
    return found.cost, found.bound


def plain(instance, seconds, solver):
    """The assignment model: a binary for each person, day and shift, and for each free weekend; every need is met."""
    days, names, extra = instance["num_days"], list(instance["shifts"]), instance["extra"]
    banned = _banned(instance)
    preferred = {wish["resource"]: wish["shift"] for wish in instance["prefs"]}
    cost, places, rows = [], {}, []

    def column(price):
        cost.append(float(price))
        return len(cost) - 1

    for name in instance["resources"]:
        for day in range(days):
            for shift in names:
                if shift not in banned.get((name, day), ()):
                    places[name, day, shift] = column(7 if shift == preferred[name] else 8)

    def those(people, some_days, shifts):
        keys = ((name, day, shift) for name in people for day in some_days for shift in shifts)
        return [places[key] for key in keys if key in places]

    def at_most(columns, most, others=()):
        rows.append(([(place, 1.0) for place in columns] + list(others), -np.inf, most))

    run = extra["max_consecutive_days"]
    for name in instance["resources"]:
        for day in range(days):
            at_most(those([name], [day], names), 1)
            for pair in instance["nonseq"]:
                at_most(those([name], [day], [pair["origin"]]) + those([name], [day + 1], [pair["destination"]]), 1)
        rows.append(([(place, 1.0) for place in those([name], range(days), names)], _least_days(instance), np.inf))
        for first in range(days - run):
            at_most(those([name], range(first, first + run + 1), names), run)
        for first in range(0, days, 7):
            at_most(those([name], range(first, first + 7), names), extra["max_hours_week"] // 8)
        free = [column(0) for _ in range(5, days - 1, 7)]
        for place, day in zip(free, range(5, days - 1, 7), strict=True):
            at_most(those([name], [day, day + 1], names), 2, [(place, 2.0)])
        rows.append(([(place, 1.0) for place in free], extra["weekends_off_min"], np.inf))
    for shift in names:
        for day in range(days):
            present = those(instance["resources"], [day], [shift])
            rows.append(([(place, 1.0) for place in present], instance["required"][shift][day], np.inf))
    entries = [(row, place, value) for row, (parts, _, _) in enumerate(rows) for place, value in parts]
    row, place, value = (np.array(part) for part in zip(*entries, strict=True))
    matrix = sparse.csc_matrix((value, (row, place)), shape=(len(rows), len(cost)))
    least, most = (np.array([row[side] for row in rows], np.float64) for side in (1, 2))
    count = len(cost)
    program = Program(np.array(cost), np.zeros(count), np.ones(count), np.ones(count, bool), matrix, least, most)
    answer = solve(program, solver=solver, time_limit_s=seconds)
    return answer.objective, answer.bound


def main():
    model, seconds, file = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    with open(file) as text:
        instance = json.load(text)
    begun = time.perf_counter()
    cost, bound = engine(instance, seconds) if model == "ours" else plain(instance, seconds, model)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cost": cost, "bound": bound, "seconds": time.perf_counter() - begun,
                      "cpu_s": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}))  # fmt: skip


if __name__ == "__main__":
    main()
