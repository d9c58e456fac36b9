"""What every rule costs a year: one step looser, by re-solving or by a price of the linear program, the dearest first.

Rules of the schedule (service target, floor of an interval, caps, seats and heads, breaks) are solved again at today's
demand, each alone; those of the mix come from `optimizer.mix.prices` (its horizon brought to a year); those of the
initiatives (budgets, change capacity, what must be done) are solved again, and their net present value is spread evenly
over the years of the horizon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.investment.case import InvestmentCase
from models.mix.case import MixCase
from models.remark import remark
from models.scenario import Scenario
from models.words import percent
from optimizer.invest.model import InvestModel
from optimizer.invest.search import search as search_portfolio
from optimizer.loop.schedules import Job, KnownOf, Schedules
from optimizer.mix.run import mix_limits, solve_mix
from optimizer.shifts.engine import Limits

COLUMNS = ("rule", "from", "to", "saves_per_year", "how", "part")
DAYS_PER_YEAR, WEEKS_PER_YEAR = 365.0, 365.0 / 7
TARGET_STEP, FLOOR_STEP = 0.05, 0.10
RESOLVE, UNSURE, INFINITE = "re-solve", "re-solve, less than its gap", "without it there is no plan"
MIX_SECONDS, INVEST_SECONDS = 40.0, 15.0


@dataclass(frozen=True)
class Loosened:
    """A rule of the schedule in words, before and after, and the scenario in which it is looser."""

    rule: str
    before: str
    after: str
    scenario: Scenario
    pools: tuple[str, ...]


def schedule_rules(
    scenario: Scenario, demand: pd.DataFrame, limits: Limits, known_of: KnownOf | None = None,
    *, processes: int | None = None, tell: Callable[[str], None] = lambda text: None,
) -> pd.DataFrame:  # fmt: skip
    """Price the rules of the schedule at a demand, pool by pool.

    Parameters
    ----------
    known_of : function, optional
        What was solved before.

    Returns
    -------
    DataFrame
        `COLUMNS`; money a year, NaN where no schedule was found.
    """
    rules = list(loosened(scenario))
    jobs = [Job(name, pool.target, demand) for name, pool in scenario.pools.items()]
    for one in rules:
        jobs += [Job(name, one.scenario.pools[name].target, demand, one.scenario) for name in one.pools]
    tell(f"{len(jobs)} schedules")
    with Schedules(scenario, limits, known_of, processes) as schedules:
        solved = iter(schedules.solve(jobs))
    base = {name: next(solved) for name in scenario.pools}
    rows = []
    for one in rules:
        looser = {name: next(solved) for name in one.pools}
        saved = float(sum(base[name].cost - looser[name].cost for name in one.pools)) * WEEKS_PER_YEAR
        open_gap = float(sum(side[name].cost - side[name].bound for side in (base, looser) for name in one.pools))
        how = RESOLVE if abs(saved) > open_gap * WEEKS_PER_YEAR else UNSURE
        if not np.isfinite(saved):
            finite = all(np.isfinite(looser[name].cost) for name in one.pools)
            how, saved = (INFINITE, np.inf) if finite else ("no schedule was found", np.nan)
        rows.append((one.rule, one.before, one.after, max(saved, 0.0), how, "schedule"))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def loosened(scenario: Scenario) -> Iterator[Loosened]:
    """Return every rule of the schedule one step looser, each alone."""
    pools, everyone = scenario.pools, tuple(scenario.pools)
    for name, pool in pools.items():
        target = pool.target - TARGET_STEP
        if target > 0:
            yield Loosened(
                remark("service target of pool {name}", name=name),
                remark("{share} within {count} s", share=percent(pool.target), count=f"{pool.within_s:g}"),
                f"{percent(target)}", _with_pool(scenario, name, target=target, floor=min(pool.floor, target)), (name,),
            )  # fmt: skip
        if scenario.settings.service.mode == "day" and pool.floor > FLOOR_STEP:
            floor = pool.floor - FLOOR_STEP
            yield Loosened(
                remark("service floor of every interval, pool {name}", name=name), percent(pool.floor), percent(floor),
                _with_pool(scenario, name, floor=floor), (name,),
            )  # fmt: skip
        for key, words in (
            ("abandonment_cap", remark("cap on abandonment, pool {name}", name=name)),
            ("occupancy_cap", remark("cap on occupancy, pool {name}", name=name)),
        ):
            if (cap := getattr(pool, key)) is not None:
                yield Loosened(words, percent(cap), remark("none"), _with_pool(scenario, name, **{key: None}),
                               (name,))  # fmt: skip
        if pool.max_heads is not None:
            yield Loosened(remark("most heads of pool {name}", name=name), f"{pool.max_heads}", f"{pool.max_heads + 1}",
                           _with_pool(scenario, name, max_heads=pool.max_heads + 1), (name,))  # fmt: skip
    settings = scenario.settings
    limits = settings.limits
    if limits.seats is not None:
        more = limits.model_copy(update={"seats": limits.seats + 1})
        yield Loosened(
            remark("seats"), f"{limits.seats}", f"{limits.seats + 1}", _with(scenario, limits=more), everyone
        )
    if limits.heads:
        none = limits.model_copy(update={"heads": ()})
        yield Loosened(
            remark("bounds on heads on duty"),
            f"{len(limits.heads)}",
            remark("none"),
            _with(scenario, limits=none),
            everyone,
        )
    if limits.shift_types:
        none = limits.model_copy(update={"shift_types": ()})
        yield Loosened(remark("bounds on the use of shift types"), f"{len(limits.shift_types)}", remark("none"),
                       _with(scenario, limits=none), everyone)  # fmt: skip
    for place, shift in enumerate(settings.shifts):
        if shift.breaks:
            free = shift.model_copy(update={"breaks": ()})
            shifts = (*settings.shifts[:place], free, *settings.shifts[place + 1 :])
            names = ", ".join(one.name for one in shift.breaks)
            yield Loosened(
                remark("breaks of shift {name}", name=shift.name),
                names,
                remark("none"),
                _with(scenario, shifts=shifts),
                everyone,
            )


def _with_pool(scenario: Scenario, name: str, **changes: float | int | None) -> Scenario:
    pool = replace(scenario.pools[name], **changes)  # type: ignore[arg-type]
    return replace(scenario, pools={**scenario.pools, name: pool})


def _with(scenario: Scenario, **changes: object) -> Scenario:
    return replace(scenario, settings=scenario.settings.model_copy(update=changes))


def mix_rules(mix: MixCase) -> pd.DataFrame:
    """Price the rules of a mix (`optimizer.mix.prices`): one step looser, money a year."""
    found = solve_mix(mix, mix_limits(mix), price_seconds=MIX_SECONDS)
    year = DAYS_PER_YEAR / float(mix.days.sum())
    rows = []
    for row in found.rules.to_dict(orient="records"):
        step, saves = float(row["step"]), float(row["price"]) * year
        words = "" if np.isnan(step) else remark("{amount} looser", amount=_step(step, str(row["unit"])))
        rows.append((str(row["rule"]), _level(float(row["level"]), str(row["unit"])), words, saves, row["how"], "mix"))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _step(step: float, unit: str) -> str:
    if unit != "share":
        return f"{step:,.6g} {unit}".strip()
    return remark("1 point") if abs(step - 0.01) < 1e-9 else remark("{count} points", count=f"{100 * step:g}")


def _level(level: float, unit: str) -> str:
    if np.isnan(level):
        return ""
    return percent(level) if unit == "share" else f"{level:,.6g} {unit}".strip()


def invest_rules(case: InvestmentCase) -> pd.DataFrame:
    """Price the rules of the initiatives alone: net present value that one step more would bring, by the year."""
    sizes = np.array([[effect.likely for effect in case.effects]])

    def worth(one: InvestmentCase) -> tuple[float, float]:
        found = search_portfolio(InvestModel(one, sizes), time_limit_s=INVEST_SECONDS, gap=1e-4)
        return found.value, found.bound

    base, settings, rows = worth(case), case.settings, []
    step = settings.budget_step
    currency = settings.currency
    for year, budget in settings.budgets.items():
        more = settings.model_copy(update={"budgets": {**settings.budgets, year: budget + step}})
        words = (remark("budget of {year}", year=year), f"{budget:,.0f} {currency}", f"{budget + step:,.0f} {currency}")
        rows.append((words, worth(replace(case, settings=more))))
    if settings.change_capacity is not None:
        more = settings.model_copy(update={"change_capacity": settings.change_capacity + 1})
        before, after = (remark("{count} people", count=f"{settings.change_capacity + k:g}") for k in (0, 1))
        words = (remark("change capacity"), before, after)
        rows.append((words, worth(replace(case, settings=more))))
    if settings.at_most_at_once is not None:
        more = settings.model_copy(update={"at_most_at_once": settings.at_most_at_once + 1})
        at_once = settings.at_most_at_once
        rows.append(
            ((remark("initiatives at once"), f"{at_once}", f"{at_once + 1}"), worth(replace(case, settings=more)))
        )
    for k in sorted(case.mandatory):
        free = replace(case, mandatory=case.mandatory - {k})
        rows.append(
            ((remark("{name} must be done", name=case.initiatives[k]), remark("yes"), remark("no")), worth(free))
        )
    found = []
    for words, (value, bound) in rows:
        saves = max(value - base[0], 0.0) / case.horizon.years
        sure = value - base[0] > (bound - value) + (base[1] - base[0]) or saves == 0.0
        found.append((*words, saves, RESOLVE if sure else UNSURE, "initiatives"))
    return pd.DataFrame(found, columns=list(COLUMNS))


def ranked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Put tables of rules together, the dearest first; rules whose price is not known last."""
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table = table.assign(unsure=table["how"] == UNSURE)
    order = ["unsure", "saves_per_year"]
    table = table.sort_values(order, ascending=[True, False], kind="stable", na_position="last", ignore_index=True)
    return table.drop(columns="unsure")


def in_words(row: pd.Series, currency: str) -> str:
    """Say what a rule costs, as a planner and a CFO would."""
    saves = float(row["saves_per_year"])
    if np.isnan(saves):
        return f"{row['rule']}: {row['how']}"
    if not np.isfinite(saves):
        return f"{row['rule']} ({row['from']}): {row['how']}"
    if row["how"] == UNSURE:
        return f"{row['rule']} at {row['from']}: what it costs is less than the two schedules leave open"
    if saves <= 0:
        return f"{row['rule']} at {row['from']} costs nothing now"
    change = f"{row['from']} instead of {row['to']}" if row["to"] and "looser" not in row["to"] else f"{row['from']}"
    if row["part"] == "initiatives":
        return f"{row['rule']}: {row['to']} instead of {row['from']} would bring {saves:,.0f} {currency} a year"
    if "looser" in str(row["to"]):
        return f"{row['rule']} ({change}): {row['to']} saves {saves:,.0f} {currency} a year"
    return f"{row['rule']}: {change} costs {saves:,.0f} {currency} a year ({saves / WEEKS_PER_YEAR:,.0f} a week)"
