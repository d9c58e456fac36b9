"""What a schedule promises by formulas: the service that was planned for, and what comes on top of the requirement.

The requirement counts agents on duty x (1 - unplanned shrinkage) less those who do deferrable work. Whoever replays the
schedule sees three things more, of which formulas can tell as well:

interrupting
    deferrable work waits as long as contacts do, so that its agents take contacts too;
finishing
    who has a contact in hand when the shift ends finishes it. Of c people who leave, c x occupancy have one, and its
    rest lasts the handle time again (exponential handle times forget): c x occupancy x exp(-t / AHT) agents more, t
    after the shift's end. (A break begins as much later as it ends.)
chance
    people are missing one by one: of n on duty a binomial number is there, and one agent less costs more service than
    one more brings.

What then still differs from a simulation is what one interval leaves to the next, since formulas see each in balance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.calendar import TimeGrid
from models.requirement.evaluation import evaluate, pool_figures
from models.requirement.records import Floats, Ints, PoolRequirement, Requirement
from models.scenario import Scenario

STEPS = ("planned", "interrupting", "finishing", "chance")
"""Each with those before it; the last is what is promised."""
RARE = 1e-6
"""Chances and shares of an agent below this are left out."""
SLICES = 6
"""Of an interval: those who finish are there at its beginning, and gone at its end."""


@dataclass(frozen=True, eq=False)
class Expected:
    """Service of a schedule by formulas, step by step.

    Attributes
    ----------
    counted, in_time : mapping of pool to (len(STEPS), T)
        Contacts that the service level is a share of, and those of them in time; zero without contacts.
    """

    counted: dict[str, Floats]
    in_time: dict[str, Floats]

    def levels(self, pools: Sequence[str], intervals: np.ndarray | slice = slice(None)) -> dict[str, float]:
        """Return the service level of some pools in some intervals together after each step; NaN without contacts."""
        above, below = (
            np.sum([sums[pool][:, intervals].sum(axis=1) for pool in pools], axis=0)
            for sums in (self.in_time, self.counted)
        )
        return dict(zip(STEPS, _share(above, below).tolist(), strict=True))

    def promised(self, pool: str) -> Floats:
        """Return the promised service level of each interval, (T,); NaN without contacts."""
        return _share(self.in_time[pool][-1], self.counted[pool][-1])


def expected_service(
    scenario: Scenario, requirement: Requirement, schedule: pd.DataFrame, coverage: pd.DataFrame, *,
    missing: bool = True, by_chance: bool = True,
) -> Expected:  # fmt: skip
    """Say what a schedule promises.

    Parameters
    ----------
    scenario : Scenario
    requirement : Requirement
        Of the demand that was planned for.
    schedule, coverage : DataFrame
        Of `models.plan.ShiftPlan`.
    missing : bool
        Whether people are missing at all, beyond what was planned for.
    by_chance : bool
        Whether each is missing by chance; else the same share of all at any time.
    """
    counted, in_time = {}, {}
    for name, pool in scenario.pools.items():
        need, mine = requirement.pools[name], coverage[coverage["pool"] == name]
        place = _places(requirement.grid, mine["start"])
        on_duty, deferred = np.zeros(len(need.open)), np.zeros(len(need.open))
        on_duty[place], deferred[place] = mine["on_duty"], mine["deferrable_done"]
        absent = pool.unplanned_shrinkage if missing else 0.0
        planned = np.maximum(on_duty * (1 - pool.unplanned_shrinkage) - deferred, 0.0)
        late = _finishing(scenario, requirement, name, on_duty * (1 - absent), schedule, 1 - absent)
        some = np.flatnonzero(need.contacts > 0)
        steps = _steps(scenario, need, some, planned[some], on_duty[some], absent, late[some], by_chance=by_chance)
        counted[name], in_time[name] = (np.zeros((len(STEPS), len(on_duty))) for _ in range(2))
        counted[name][:, some], in_time[name][:, some] = need.contacts[some] * steps
    return Expected(counted, in_time)


def _share(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0)


def _places(grid: TimeGrid, starts: pd.Series) -> Ints:
    return np.asarray(grid.starts.get_indexer(pd.DatetimeIndex(starts).tz_convert(grid.time_zone).as_unit("ns")))


def _finishing(
    scenario: Scenario, requirement: Requirement, pool: str, there: Floats, schedule: pd.DataFrame, at_work: float
) -> Floats:
    """Agents more in each slice of an interval, since people finish the contact in hand; (T, SLICES)."""
    need, intervals = requirement.pools[pool], len(there)
    cyclic = scenario.settings.horizon_edges == "cyclic"
    leaving = at_work * _ends(requirement.grid, schedule[schedule["pool"] == pool], cyclic=cyclic)
    busy = evaluate(scenario, requirement, pool, there).frame["occupancy"].to_numpy()
    before = np.roll(np.arange(intervals), 1)
    some = (need.aht_s[before] > 0) & (leaving > 0)
    if not cyclic:
        some[:1] = False
    aht = np.where(some, need.aht_s[before], 1.0) / (requirement.grid.interval_min * 60.0)  # in intervals
    begins = np.arange(SLICES) / SLICES
    late, gone = np.zeros((intervals, SLICES)), 0
    while gone < intervals:
        first = np.exp(-(gone + begins) / aht[:, None])
        last = np.exp(-(gone + begins + 1 / SLICES) / aht[:, None])
        part = np.where(some, leaving * busy[before], 0.0)[:, None] * aht[:, None] * SLICES * (first - last)
        if not (part > RARE).any():
            break
        late += np.roll(part, gone, axis=0)
        gone += 1
    return late


def _ends(grid: TimeGrid, schedule: pd.DataFrame, *, cyclic: bool) -> Floats:
    """People whose shift ends when an interval begins, (T,)."""
    ends, step = np.zeros(len(grid)), pd.Timedelta(minutes=grid.interval_min)
    for end, count in zip(schedule["end"], schedule["count"], strict=True):
        place = round((pd.Timestamp(end) - grid.starts[0]) / step)
        place = place % len(grid) if cyclic else place
        if 0 <= place < len(grid):
            ends[place] += count
    return ends


def _steps(
    scenario: Scenario, need: PoolRequirement, some: Ints, planned: Floats, on_duty: Floats, absent: float,
    late: Floats, *, by_chance: bool,
) -> Floats:  # fmt: skip
    """Share of contacts counted, and in time, after each step in some intervals; (2, len(STEPS), n)."""
    from scipy.stats import binom  # here: it takes long to load

    gone = np.arange(int(binom.ppf(1 - RARE, on_duty.max(initial=0), absent)) + 1)
    by_number = np.maximum(on_duty[:, None] - gone, 0.0)
    least = np.floor(np.minimum(planned, by_number[:, -1]))
    columns = int(np.ceil(np.max(on_duty + late.max(axis=1, initial=0.0) - least, initial=0.0))) + 2
    figures = pool_figures(scenario, need, least[:, None] + np.arange(columns), some)
    definition = scenario.settings.service.definition
    counted = figures.counted(definition)
    table = np.stack([counted, counted * figures.service_level(definition)])

    def at(agents: Floats) -> Floats:
        """Mean over the columns of agents (n, k), each between the two whole numbers beside it; (2, n)."""
        above = agents - least[:, None]
        lower = np.floor(above).astype(np.int64)
        share, rows = above - lower, np.arange(len(some))[:, None]
        return np.asarray(((1 - share) * table[:, rows, lower] + share * table[:, rows, lower + 1]).mean(axis=2))

    mean = on_duty[:, None] * (1 - absent)
    finishing = at(mean + late)
    chance = finishing
    if by_chance and absent > 0:
        weight = binom.pmf(gone, on_duty[:, None], absent)
        each = np.stack([at(by_number[:, [number]] + late) for number in gone], axis=2)
        chance = (each * weight).sum(axis=2) / weight.sum(axis=1)
    return np.stack([at(planned[:, None]), at(mean), finishing, chance], axis=1)
