"""What simulation says of a schedule of agent groups: service of every queue and day, and what a further head gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.scenario import Scenario
from models.simulation import People, Queues, SimulationCase, SimulationResult, people, ratio, simulate
from models.simulation.layout import IN_TIME
from models.simulation.result import counted_contacts
from models.skills import Skills, skills_case
from optimizer.shifts.from_scenario import ScenarioProblem
from optimizer.shifts.heads import Chosen
from optimizer.shifts.problem import Floats

Ints = NDArray[np.int64]
Rows = list[tuple[int, float, float, Sequence[tuple[float, float]]]]
"""Person-shifts: group, start and end in seconds, breaks as (start, length)."""


@dataclass(frozen=True, eq=False)
class Served:
    """Service by simulation.

    Attributes
    ----------
    level, half_width : (D, Q) service level of each day and queue and its half-width at 95 %; NaN without contacts
    in_time, counted : (T, Q) contacts served in time, and those the service level is a share of, a replication
    definition : of the service level
    result : everything else
    """

    level: Floats
    half_width: Floats
    in_time: Floats
    counted: Floats
    definition: str
    result: SimulationResult

    def day_level(self, queues: tuple[int, ...], day: int | None) -> tuple[float, float]:
        """Service level of some queues together on a day (None: over all days), and its half-width."""
        days = slice(None) if day is None else slice(day, day + 1)
        level, half_width = ratio(*(part[:, days, list(queues)].sum(axis=(1, 2)) for part in self._parts()))
        return float(level), float(half_width)

    def queue_level(self) -> tuple[Floats, Floats]:
        """Service level of every queue over all days, and its half-width; each (Q,)."""
        return ratio(*(part.sum(axis=1) for part in self._parts()))

    def _parts(self) -> tuple[Floats, Floats]:
        return self.result.parts(self.definition)

    def class_level(self, queues: tuple[int, ...], intervals: Ints) -> Floats:
        """Service level of some queues together in each of some intervals, (n,); 1 without contacts."""
        above, below = (sums[intervals][:, list(queues)].sum(axis=1) for sums in (self.in_time, self.counted))
        level: Floats = np.divide(above, below, out=np.ones_like(above), where=below > 0)
        return level


def person_shifts(stated: ScenarioProblem, chosen: Sequence[Chosen]) -> Rows:
    """Return a row for every person of a schedule."""
    step_s = stated.scenario.grid.interval_min * 60.0
    rows: Rows = []
    for one in chosen:
        family = stated.problem.families[one.family]
        start_s = (int(family.starts[one.member]) - stated.axis.before) * step_s
        pauses = [
            (start_s + offset * step_s, window.length * step_s)
            for offset, window in zip(one.offsets, family.breaks, strict=True)
        ]
        rows += [(family.pool, start_s, start_s + family.length * step_s, pauses)] * one.count
    return rows


def all_day_rows(stated: ScenarioProblem, group: int) -> Rows:
    """Return one person of a group in every stretch of intervals in which the group's doors are open."""
    step_s = stated.scenario.grid.interval_min * 60.0
    doors = np.concatenate([[False], stated.problem.open[group], [False]])
    edges = np.flatnonzero(np.diff(doors.astype(np.int8)))
    return [(group, start * step_s, end * step_s, ()) for start, end in zip(edges[::2], edges[1::2], strict=True)]


@dataclass(frozen=True)
class Simulator:
    """Simulates schedules of one scenario, always with the same customers.

    Attributes
    ----------
    scenario : with its pools, as it was read
    replications : of the whole horizon
    """

    scenario: Scenario
    queues: Queues
    skills: Skills
    replications: int = 100
    seed: int = 1
    threads: int | None = None

    def __call__(self, rows: Rows) -> Served:
        """Simulate person-shifts."""
        staff: People = people(rows)
        return self.serve(skills_case(self.scenario, self.queues, self.skills, staff))

    def serve(self, case: SimulationCase) -> Served:
        """Simulate a case of this scenario and these skills."""
        result = simulate(case, self.replications, self.seed, self.threads)
        definition = self.scenario.settings.service.definition
        level, half_width = ratio(*result.parts(definition))
        sums = result.interval_sums / self.replications
        in_time, counted = sums[..., IN_TIME], counted_contacts(sums, definition)
        return Served(level, half_width, in_time, counted, definition, result)

    def gains(self, stated: ScenarioProblem, rows: Rows) -> list[Served]:
        """Simulate the schedule with one more head of each group all day, group by group.

        The days and intervals are read off one simulation together: what a head gains in an interval is nearly all
        there, so the gain over all of them at once is that of each by itself, but for what is carried over.
        """
        return [self(rows + all_day_rows(stated, group)) for group in range(len(self.skills.groups))]
