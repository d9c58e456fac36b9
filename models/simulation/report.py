"""What a simulated plan gives, beside what it promised: one table of figures with their confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.calendar import TimeGrid
from models.promise import answers
from models.requirement import Expected
from models.scenario import Scenario
from models.simulation.layout import (
    ABANDONED,
    ANSWERED,
    BACKLOG,
    BUSY,
    CONTAINED,
    DUE,
    IN_TIME,
    OFFERED,
    OLDEST,
    STAFFED,
    WAIT,
    WAIT_ANSWERED,
    WORKING,
)
from models.simulation.result import SimulationResult, counted_contacts, ratio, ratio_of_sums

Floats = NDArray[np.float64]
LEVELS = ("interval", "day", "pool", "type", "total")
COLUMNS = (
    "level", "pool", "contact_type", "date", "start", "contacts", "service_level", "half_width", "promised", "planned",
    "abandonment", "abandonment_half_width", "asa_s", "asa_half_width", "mean_wait_s", "occupancy", "deferrable",
    "on_time", "backlog", "oldest_h", "contained", "meets_target", "meets_half_width", "below",
)  # fmt: skip
SURE = 0.95
"""Confidence of every half-width, and of all statements that something is below what was promised together."""


@dataclass(frozen=True)
class Promise:
    """What a plan promised, for the columns `promised`, `meets_target` and `below`.

    target : service level of each day (or interval), by pool. floor : least of any interval, by pool.
    coverage : `models.plan.ShiftPlan.coverage`, or its rows of some days.
    expected : service that formulas expect of the schedule; without it the promise is what was planned for.
    """

    target: dict[str, float]
    floor: dict[str, float]
    coverage: pd.DataFrame
    expected: Expected | None = None


def promise_of(scenario: Scenario, coverage: pd.DataFrame, expected: Expected | None = None) -> Promise:
    """Return what a plan of a scenario promised; in interval mode the target is the floor of every interval."""
    by_day = scenario.settings.service.mode == "day"
    return Promise(
        {name: pool.target for name, pool in scenario.pools.items()},
        {name: pool.floor if by_day else pool.target for name, pool in scenario.pools.items()},
        coverage,
        expected,
    )


def report_frame(result: SimulationResult, grid: TimeGrid, promise: Promise) -> pd.DataFrame:
    """Figures of a simulation at every level.

    Parameters
    ----------
    result : SimulationResult
        Of a case of `models.simulation.plan_case.case_of_plan`.
    grid : TimeGrid
        The plan's.
    promise : Promise

    Returns
    -------
    DataFrame
        `COLUMNS`. `level`: interval (by pool), day (by pool, and of all pools with a blank pool), pool, type, total.
        Live contacts and chats: `contacts` per replication, `service_level` by the case's definition, `promised`: what
        formulas expect of the schedule (`models.requirement.expected`), `planned`: what the requirement was made for,
        `abandonment`, `asa_s` of those answered, `mean_wait_s` of all; `half_width` each at 95 %, NaN for the last two
        of intervals. `occupancy`: share of staffed time with a contact or deferrable
        work. `deferrable`: pieces of deferrable work; `on_time`: share of what fell due that was done in time;
        `backlog`, `oldest_h`: pieces and age at the end of the interval, at the worst end of one elsewhere.
        `contained`: by a bot. `meets_target`: share of simulated days that meet the target. `below`: "floor" where the
        service of an interval surely misses the pool's floor, else "promised" where it surely misses the promised
        figure, "target" where a day surely misses its target; all of them hold together with 95 %.
    """
    intervals = _interval_rows(result, grid, promise)
    names = result.case.pool_names
    days = [_day_rows(result, grid, promise, pool) for pool in ((*names, None) if len(names) > 1 else names)]
    pools = [_whole(result, grid, promise, pool).assign(level="pool", pool=pool) for pool in names]
    total = _whole(result, grid, promise, None).assign(level="total")
    _add_backlog(intervals, grid, days, pools, total)
    parts = [intervals, *days, *pools, _type_rows(result), total]
    frame = pd.concat([part.reindex(columns=list(COLUMNS)) for part in parts if len(part)], ignore_index=True)
    for column in ("pool", "contact_type", "date", "below"):
        frame[column] = frame[column].astype(object).where(frame[column].notna(), "")
    return frame


def _members(result: SimulationResult, pool: str | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Queues and groups of a pool, or all of them."""
    case = result.case
    queues = [k for k, name in enumerate(case.queues.pools) if pool in (None, name)]
    groups = [k for k, name in enumerate(case.groups.pools) if pool in (None, name)]
    return np.array(queues, dtype=np.int64), np.array(groups, dtype=np.int64)


def _pools(result: SimulationResult, pool: str | None) -> tuple[str, ...]:
    return result.case.pool_names if pool is None else (pool,)


def _figures(result: SimulationResult, cell: Floats, times: Floats | None, queues: NDArray[np.int64]) -> pd.DataFrame:
    """Figures of K rows from (R, K, Q', MEASURES) and (R, K, TIMES), with Q' the given queues."""
    deferrable = result.case.queues.deferrable[queues]
    live, work = cell[:, :, ~deferrable].sum(axis=2), cell[:, :, deferrable].sum(axis=2)
    level, half = ratio(live[..., IN_TIME], counted_contacts(live, result.case.definition))
    left, left_half = ratio(live[..., ABANDONED], live[..., OFFERED])
    asa, asa_half = ratio(live[..., WAIT_ANSWERED], live[..., ANSWERED])
    runs = result.replications
    frame = pd.DataFrame(
        {
            "contacts": live[..., OFFERED].sum(axis=0) / runs,
            "service_level": level,
            "half_width": half,
            "abandonment": left,
            "abandonment_half_width": left_half,
            "asa_s": asa,
            "asa_half_width": asa_half,
            "mean_wait_s": _share(live[..., WAIT].sum(axis=0), live[..., OFFERED].sum(axis=0)),
            "deferrable": work[..., OFFERED].sum(axis=0) / runs,
            "on_time": _share(work[..., IN_TIME].sum(axis=0), work[..., DUE].sum(axis=0)),
            "contained": live[..., CONTAINED].sum(axis=0) / runs,
        }
    )
    if times is not None:
        total = times.sum(axis=0)
        frame["occupancy"] = _share(total[..., BUSY] + total[..., WORKING], total[..., STAFFED])
    return frame


def _share(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below > 0, above / below, np.nan))


def _interval_rows(result: SimulationResult, grid: TimeGrid, promise: Promise) -> pd.DataFrame:
    """One row for each pool and interval in which it is open or anything came."""
    case, runs = result.case, result.replications
    parts = []
    for number, pool in enumerate(case.pool_names):
        queues, groups = _members(result, pool)
        deferrable = case.queues.deferrable[queues]
        sums = result.interval_sums[:, queues]
        live, work = sums[:, ~deferrable].sum(axis=1), sums[:, deferrable].sum(axis=1)
        squares = result.interval_squares[:, len(case.queues.names) + number]
        counted = counted_contacts(live, case.definition)
        level, half = ratio_of_sums(live[:, IN_TIME], counted, squares, runs)
        times = result.interval_times[:, groups].sum(axis=1)
        rows = pd.DataFrame(
            {
                "level": "interval", "pool": pool, "start": grid.starts,
                "contacts": live[:, OFFERED] / runs, "service_level": level, "half_width": half,
                "promised": _promised_at(promise, pool, grid), "planned": _planned_at(promise, pool, grid),
                "abandonment": _share(live[:, ABANDONED], live[:, OFFERED]),
                "asa_s": _share(live[:, WAIT_ANSWERED], live[:, ANSWERED]),
                "mean_wait_s": _share(live[:, WAIT], live[:, OFFERED]),
                "occupancy": _share(times[:, BUSY] + times[:, WORKING], times[:, STAFFED]),
                "deferrable": work[:, OFFERED] / runs, "on_time": _share(work[:, IN_TIME], work[:, DUE]),
                "backlog": work[:, BACKLOG] / runs,
                "oldest_h": sums[:, deferrable, OLDEST].max(axis=1, initial=0.0) / runs / 3600,
                "contained": live[:, CONTAINED] / runs,
            }
        )  # fmt: skip
        seen = case.queues.open[queues].any(axis=0) | (live[:, OFFERED] > 0) | (work[:, OFFERED] > 0)
        parts.append(rows[seen])
    frame: pd.DataFrame = pd.concat(parts, ignore_index=True)
    most = _at_most(frame, runs)
    floor = frame["pool"].map(promise.floor).to_numpy(dtype=np.float64)
    below = np.where(most < frame["promised"], "promised", "")
    frame["below"] = np.where(most < floor, "floor", below)
    return frame


def _at_most(frame: pd.DataFrame, runs: int) -> Floats:
    """Service level that each row surely does not exceed; all rows together hold with `SURE` (Bonferroni)."""
    from scipy.stats import t as student

    if runs < 2:
        return np.full(len(frame), np.inf)
    tested = max(int(frame["half_width"].notna().sum()), 1)
    wider = student.ppf(1 - (1 - SURE) / tested, runs - 1) / student.ppf(0.5 + SURE / 2, runs - 1)
    return np.asarray(frame["service_level"] + wider * frame["half_width"], dtype=np.float64)


def _planned_at(promise: Promise, pool: str, grid: TimeGrid) -> Floats:
    """Service level of a pool that was planned for in each interval of the grid; NaN where there is none."""
    rows = promise.coverage[promise.coverage["pool"] == pool]
    out = np.full(len(grid), np.nan)
    out[_places(rows["start"], grid)] = rows["service_level"].to_numpy(dtype=np.float64)
    return out


def _promised_at(promise: Promise, pool: str, grid: TimeGrid) -> Floats:
    """Promised service level of a pool in each interval of the grid; NaN where there is none."""
    planned = _planned_at(promise, pool, grid)
    if promise.expected is None:
        return planned
    return np.where(np.isnan(planned), np.nan, promise.expected.promised(pool))


def _promised(promise: Promise, pools: tuple[str, ...], grid: TimeGrid, *, by_day: bool) -> pd.DataFrame:
    """Service level of some pools together, promised and planned, by day or over the whole; D rows or one."""
    rows = promise.coverage[promise.coverage["pool"].isin(pools)]
    found = answers(rows)
    place = _places(rows.loc[found.index, "start"], grid)
    planned, promised = np.zeros((2, len(grid))), np.zeros((2, len(grid)))
    for part, column in enumerate(("in_time", "counted")):
        np.add.at(planned[part], place, found[column].to_numpy(dtype=np.float64))
    if promise.expected is not None:
        known = np.isin(np.arange(len(grid)), place)
        promised = known * np.array([
            np.sum([sums[pool][-1] for pool in pools], axis=0)
            for sums in (promise.expected.in_time, promise.expected.counted)
        ])  # fmt: skip
    else:
        promised = planned
    day = grid.day if by_day else np.zeros(len(grid), dtype=np.int64)
    days = grid.days if by_day else 1
    levels = {}
    for name, sums in (("promised", promised), ("planned", planned)):
        above, below = (np.bincount(day, part, minlength=days).astype(np.float64) for part in sums)
        levels[name] = _share(above, below)
    return pd.DataFrame(levels)


def _places(starts: pd.Series, grid: TimeGrid) -> NDArray[np.int64]:
    return np.asarray(grid.starts.get_indexer(pd.DatetimeIndex(starts).tz_convert(grid.time_zone).as_unit("ns")))


def _add_backlog(
    intervals: pd.DataFrame, grid: TimeGrid, days: list[pd.DataFrame], pools: list[pd.DataFrame], total: pd.DataFrame
) -> None:
    """Add the worst backlog of any interval to the rows of days, pools and the total."""
    both = ["backlog", "oldest_h"]
    date = intervals["start"].dt.date.astype(str)
    for frame in days:
        pool = frame["pool"].iloc[0] if len(frame) else ""
        mine = intervals if pool == "" else intervals[intervals["pool"] == pool]
        worst = mine.groupby(date)[both].max()
        frame[both] = worst.reindex(frame["date"]).to_numpy()
    for frame in pools:
        frame[both] = intervals.loc[intervals["pool"] == frame["pool"].iloc[0], both].max().to_numpy()
    total[both] = intervals[both].max().to_numpy()


def _day_rows(result: SimulationResult, grid: TimeGrid, promise: Promise, pool: str | None) -> pd.DataFrame:
    """One row for each day on which the pool had anything to do; of all pools together when it is None."""
    queues, groups = _members(result, pool)
    counts = result.counts[:, :, queues]
    frame = _figures(result, counts, result.times[:, :, groups].sum(axis=2), queues)
    frame = frame.assign(level="day", pool=pool or "", date=[date.isoformat() for date in grid.dates])
    frame[["promised", "planned"]] = _promised(promise, _pools(result, pool), grid, by_day=True)
    if pool is not None:
        live = counts[:, :, ~result.case.queues.deferrable[queues]].sum(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            level = live[..., IN_TIME] / counted_contacts(live, result.case.definition)
        frame["meets_target"], frame["meets_half_width"] = chance(level, promise.target[pool])
        most = _at_most(frame, result.replications)
        frame["below"] = np.where(most < promise.target[pool], "target", "")
    busy: pd.DataFrame = frame[(frame["contacts"] > 0) | (frame["deferrable"] > 0)]
    return busy


def chance(level: Floats, target: float) -> tuple[Floats, Floats]:
    """Share of replications whose service level reaches the target, and its half-width; (R, K) -> (K,), (K,).

    Replications without contacts do not count. The half-width is Wilson's (1927) for a share at 95 %.
    """
    known = ~np.isnan(level)
    n = known.sum(axis=0)
    share = _share((level >= target - 1e-9).sum(axis=0, where=known), n)
    z2 = 1.959964**2
    with np.errstate(divide="ignore", invalid="ignore"):
        half = 1.959964 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return share, half


def _whole(result: SimulationResult, grid: TimeGrid, promise: Promise, pool: str | None) -> pd.DataFrame:
    """One row: a pool, or all of them, over all days."""
    queues, groups = _members(result, pool)
    counts = result.counts[:, :, queues].sum(axis=1)[:, None]
    # days without a contact say nothing of how busy people are: a replay may be of some days only
    came = result.counts[..., OFFERED].sum(axis=(0, 2)) > 0
    times = result.times[:, came][:, :, groups].sum(axis=(1, 2))[:, None]
    frame = _figures(result, counts, times, queues)
    frame[["promised", "planned"]] = _promised(promise, _pools(result, pool), grid, by_day=False)
    return frame


def _type_rows(result: SimulationResult) -> pd.DataFrame:
    parts = []
    for number, name in enumerate(result.case.queues.names):
        queue = np.array([number])
        frame = _figures(result, result.counts[:, :, queue].sum(axis=1)[:, None], None, queue)
        parts.append(frame.assign(level="type", pool=result.case.queues.pools[number], contact_type=name))
    return pd.concat(parts, ignore_index=True)
