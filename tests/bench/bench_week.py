"""A week of quarter hours in one pool, solved in one of several ways, in a process of its own.

    python bench_week.py PEAK WAY SECONDS GAP      one line of JSON: objective, bound, seconds, cpu_s, columns, peak_mb

WAY is ``own``, or a model and a solver: ``explicit/highs``, ``coarse/scip``, ``implicit/cbc``, ``implicit/cp-sat``.
"""

import json
import resource
import sys
import time

import numpy as np

from optimizer.shifts.problem import BreakWindow, ShiftFamily, ShiftProblem

QUARTERS, DAYS = 96, 7
SHORTEST, LONGEST = 16, 36  # quarter hours: 4 to 9 h
SHORT_BELOW = 24  # under 6 h there is one rest and no meal


def demand(peak, days=DAYS, seed=0):
    """Agents wanted in each quarter hour, (days * 96,), at least 1 and at most ``peak``.

    A day has a morning hump about 10:45, an afternoon hump of 85 % about 15:30 and an evening one of 28 % about 19:30
    on a floor of 3 %; Monday is the fullest day and Sunday has 45 % of it; every quarter hour has 3 % of normal noise.
    """
    hour = np.arange(QUARTERS) / 4

    def hump(height, middle, spread):
        return height * np.exp(-(((hour - middle) / spread) ** 2) / 2)

    day = 0.03 + 0.97 * (hump(1.0, 10.75, 1.8) + hump(0.85, 15.5, 2.3) + hump(0.28, 19.5, 1.6))
    share = np.concatenate([day * full for full in (1.0, 0.93, 0.9, 0.91, 0.95, 0.6, 0.45)])[: days * QUARTERS]
    share = share * (1 + np.random.default_rng(seed).normal(0, 0.03, len(share)))
    return np.maximum(1, np.ceil(peak * share / share.max())).astype(np.int64)


def week(peak, days=DAYS, lengths=range(SHORTEST, LONGEST + 1)):
    """The shift problem: shifts of 4 to 9 h at every quarter hour, meal and rests in windows, hard cover.

    A quarter hour costs 100, between 22:00 and 06:00 125. Shifts from 6 h have a rest of 15 min that starts 1 to 2 h
    after their start, an unpaid meal of 30 min about their middle and a second rest that starts 1 to 2 h before their
    end; shorter ones have one rest about their middle. Each break has five places. Shifts of the last evening run on.
    """
    horizon = days * QUARTERS
    slots = np.arange(horizon + LONGEST + 4)
    hour = slots % QUARTERS / 4
    rate = np.where((hour >= 22) | (hour < 6), 125.0, 100.0)
    paid = np.concatenate([[0.0], np.cumsum(rate)])
    starts = np.arange(horizon)
    families = []
    for number, length in enumerate(lengths):
        middle = tuple(range(length // 2 - 2, length // 2 + 3))
        breaks = (BreakWindow("rest", 1, middle, True),)
        if length >= SHORT_BELOW:
            first, last = tuple(range(4, 9)), tuple(range(length - 8, length - 3))
            breaks = (
                BreakWindow("rest", 1, first, True),
                BreakWindow("meal", 2, middle),
                BreakWindow("second rest", 1, last, True),
            )
        cost = paid[starts + length] - paid[starts]
        families.append(
            ShiftFamily(0, length, starts, np.full(horizon, number), starts // QUARTERS, cost, breaks)
        )  # fmt: skip
    return ShiftProblem(
        horizon, np.where(slots < horizon, slots, -1), ("all",), tuple(f"{length / 4:g} h" for length in lengths),
        tuple(families), demand(peak, days)[None, :], np.ones((1, horizon), bool), rate[None, :],
    )  # fmt: skip


def run(problem, way, seconds, gap):
    """Solve a problem one way and say what came out."""
    from bench_models import explicit, implicit, solve_with, thinned

    from optimizer.shifts.engine import Limits, solve_shifts
    from optimizer.shifts.patterns import count_patterns

    if way == "own":
        started = time.perf_counter()
        answer = solve_shifts(problem, Limits(gap=gap, time_limit_s=seconds))
        took = time.perf_counter() - started
        check(problem, answer)
        columns = count_patterns(problem)
    else:
        model, solver = way.split("/")
        if model == "implicit":
            program = implicit(problem)
        else:
            program = explicit(thinned(problem, 2) if model == "coarse" else problem)
        answer = solve_with(program, solver, seconds, gap=gap, most=10 * problem.need.max())
        took, columns = answer.seconds, len(program.cost)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = max(usage.ru_maxrss for usage in used)
    found = bool(np.isfinite(answer.objective))
    return {
        "objective": float(answer.objective) if found else None,
        "bound": float(answer.bound) if np.isfinite(answer.bound) else None,
        "seconds": took,
        "cpu_s": sum(usage.ru_utime + usage.ru_stime for usage in used),
        "columns": columns,
        "peak_mb": peak / 1024,
    }


def check(problem, solution):
    """Count again, from the schedule alone, that every interval has its people and what they cost."""
    on_duty, cost = np.zeros(len(problem.interval_of_slot)), 0.0
    for one in solution.chosen:
        family = problem.families[one.family]
        start = int(family.starts[one.member])
        on_duty[start : start + family.length] += one.count
        cost += one.count * float(family.cost[one.member])
        for window, offset in zip(family.breaks, one.offsets, strict=True):
            assert offset in window.offsets
            away = slice(start + offset, start + offset + window.length)
            on_duty[away] -= one.count
            cost -= 0.0 if window.paid else one.count * float(problem.pay_rate[0, away].sum())
    assert (on_duty[: problem.intervals] >= problem.need[0]).all()
    assert abs(cost - solution.objective) <= 1e-6 * cost


if __name__ == "__main__":
    of_peak, of_way, of_seconds, of_gap = sys.argv[1:]
    print(json.dumps(run(week(int(of_peak)), of_way, float(of_seconds), float(of_gap))))
