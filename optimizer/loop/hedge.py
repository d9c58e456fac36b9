"""A shift plan against the error of its forecast: chance that a day meets its target, and what a hedge costs.

Scenarios w: each day its contacts times a factor and its handle times times another, lognormal with mean 1 and the
relative errors of the forecast; all contact types of a day move together. For a plan (people on duty in each interval)

    SL[w, p, d]      service level of pool p on day d, by the queueing model at the contacts of the scenario
    P(day)           share of all w, p, d with SL >= target
    short[w]         contacts that were to be served in time and are not, of a scenario: max(0, target - SL) x contacts
    CVaR             mean of short over the worst scenarios

The hedge plans for more work than is expected: the least of a row of margins at which P(day) reaches the level that is
asked for. Its price is what the schedule costs more. Deferrable work is left as it is: it waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.plan import ShiftPlan
from models.requirement import Requirement, require
from models.requirement.evaluation import evaluate
from models.requirement.records import Floats
from models.scenario import Scenario
from optimizer.pipeline import plan_shifts
from optimizer.shifts.engine import Limits

COLUMNS = ("margin", "cost", "day_meets_target", "mean_short", "cvar_short", "worst_day", "gap")
MARGINS = (0.0, 0.04, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3)
TAIL = 0.9
"""CVaR is the mean beyond this quantile."""
QUANTILES_APART = 2.563
"""Of the 10 % and the 90 % quantile of a normal distribution, in standard deviations."""


@dataclass(frozen=True, eq=False)
class Hedge:
    """Plans by margin.

    Parameters
    ----------
    table : DataFrame
        `COLUMNS`: margin on the demand, cost of the schedule, P(day meets its target), mean and CVaR of the contacts
        that miss it in a horizon, mean service level of the worst tenth of days, gap of the schedule.
    level : float
        Chance that was asked for.
    chosen : int or None
        Row of the hedged plan; None where no margin reaches the level.
    volume_error, aht_error : float
        Relative standard deviations of a day.
    plan : ShiftPlan
        The hedged plan, or that with the largest margin.
    demand : DataFrame
        What it was planned for.
    """

    table: pd.DataFrame
    level: float
    chosen: int | None
    volume_error: float
    aht_error: float
    plan: ShiftPlan
    demand: pd.DataFrame

    @property
    def price(self) -> float:
        """Cost of the hedged plan beyond that of the expected demand; NaN where no margin reaches the level."""
        if self.chosen is None:
            return float("nan")
        return float(self.table["cost"].iloc[self.chosen] - self.table["cost"].iloc[0])


def day_error(demand: pd.DataFrame) -> float | None:
    """Relative standard deviation of a day's contacts, from the 80 % intervals of a forecast; None without them.

    Of the variance of an interval what chance within it takes (Poisson) is left out.
    """
    if not {"contacts_low", "contacts_high"} <= set(demand.columns):
        return None
    mean = demand["contacts"].to_numpy(dtype=float)
    wide = (demand["contacts_high"] - demand["contacts_low"]).to_numpy(dtype=float) / QUANTILES_APART
    left = np.maximum(np.square(wide) - mean, 0.0)
    whole = float(np.square(mean).sum())
    return float(np.sqrt(left.sum() / whole)) if whole > 0 else None


def aht_error_of(history: pd.DataFrame | None) -> float | None:
    """Relative standard deviation of a day's mean handle time around its weekday's, from the history; None without."""
    if history is None or history["aht_s"].notna().sum() == 0:
        return None
    known = history[history["aht_s"].notna() & (history["contacts"] > 0)]
    day = known["start"].dt.date
    sums = known.assign(work=known["contacts"] * known["aht_s"]).groupby(day)[["contacts", "work"]].sum()
    mean = sums["work"] / sums["contacts"]
    weekday = pd.Series([date.weekday() for date in mean.index], index=mean.index)
    away = mean / mean.groupby(weekday).transform("mean") - 1
    return float(away.std()) if len(away) > 7 else None


def hedged(
    scenario: Scenario, demand: pd.DataFrame, limits: Limits, level: float, volume_error: float, aht_error: float,
    *, scenarios: int = 100, margins: Sequence[float] = MARGINS, seed: int = 1,
    tell: Callable[[str], None] = lambda text: None,
) -> Hedge:  # fmt: skip
    """Find the least margin at which a day meets its target with a chance.

    Parameters
    ----------
    demand : DataFrame
        Expected: start, contact_type, contacts, aht_s.
    level : float
        Chance, 0 to 1.
    volume_error, aht_error : float
        Relative standard deviations of a day.
    scenarios : int
        Drawn once, so that all margins see the same days.

    Raises
    ------
    ValueError
        When there is no schedule for the expected demand.
    """
    truth = require(scenario, demand)
    draws = _draws(scenario, volume_error, aht_error, scenarios, seed)
    live = scenario.contact_types.set_index("contact_type")["kind"].ne("deferrable")
    rows: list[tuple[float, ...]] = []
    chosen: int | None = None
    kept: tuple[ShiftPlan, pd.DataFrame] | None = None
    for margin in margins:
        tell(f"margin {margin:.0%}")
        more = np.where(demand["contact_type"].map(live).to_numpy(dtype=bool), 1 + margin, 1.0)
        larger = demand.assign(contacts=demand["contacts"].to_numpy(dtype=float) * more)
        plan = plan_shifts(scenario, require(scenario, larger), limits)
        if plan.result.status not in ("optimal", "feasible"):
            if kept is None:
                raise ValueError("there is no schedule for the expected demand: servopt plan says why")
            break
        kept = plan, larger
        met, short, worst = _judged(scenario, truth, plan, draws)
        tail = np.sort(short)[int(np.floor(TAIL * len(short))) :]
        rows.append((margin, plan.cost, met, float(short.mean()), float(tail.mean()), worst, plan.result.gap or 0.0))
        if met >= level:
            chosen = len(rows) - 1
            break
    if kept is None:
        raise ValueError("no margin was given")
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Hedge(table, level, chosen, volume_error, aht_error, *kept)


def _draws(scenario: Scenario, volume_error: float, aht_error: float, count: int, seed: int) -> tuple[Floats, Floats]:
    """Factors on contacts and handle times, (W, T): one for each day, lognormal with mean 1."""
    days = pd.factorize(scenario.grid.starts.date)[0]
    rng = np.random.default_rng(seed)
    factors = []
    for error in (volume_error, aht_error):
        sigma = np.sqrt(np.log1p(error**2))
        each = np.exp(sigma * rng.standard_normal((count, int(days.max()) + 1)) - sigma**2 / 2)
        factors.append(each[:, days])
    return factors[0], factors[1]


def _judged(
    scenario: Scenario, truth: Requirement, plan: ShiftPlan, draws: tuple[Floats, Floats]
) -> tuple[float, Floats, float]:
    """Share of days that meet their target, contacts that miss it by scenario, and level of the worst tenth of days."""
    days = pd.factorize(scenario.grid.starts.date)[0]
    met, levels, short = [], [], np.zeros(len(draws[0]))
    for name, need in truth.pools.items():
        agents = _productive(plan, name, truth)
        target = scenario.pools[name].target
        for w, (volume, handling) in enumerate(zip(*draws, strict=True)):
            changed = replace(
                need, contacts=need.contacts * volume, aht_s=need.aht_s * handling,
                load_erlang=need.load_erlang * volume * handling,
            )  # fmt: skip
            frame = evaluate(scenario, replace(truth, pools={name: changed}), name, agents).frame
            counted = np.bincount(days, weights=frame["counted"])
            served = np.bincount(days, weights=frame["counted"] * frame["service_level"])
            some = counted > 0
            reached = served[some] / counted[some]
            met.append(reached >= target - 1e-9)
            levels.append(reached)
            short[w] += float((np.maximum(target - reached, 0.0) * counted[some]).sum())
    every = np.sort(np.concatenate(levels))
    tenth = every[: max(1, len(every) // 10)]
    return float(np.concatenate(met).mean()), short, float(tenth.mean())


def _productive(plan: ShiftPlan, pool: str, truth: Requirement) -> Floats:
    """Productive agents of a plan on the grid."""
    mine = plan.coverage[plan.coverage["pool"] == pool]
    agents = np.zeros(len(truth.grid))
    places = truth.grid.starts.get_indexer(pd.DatetimeIndex(mine["start"]))
    agents[places[places >= 0]] = mine["productive"].to_numpy(dtype=float)[places >= 0]
    return agents
