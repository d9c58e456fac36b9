"""What was learnt about targets from simulating schedules: each round, and the targets that were kept."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import pandas as pd

LEARNT_FILE = "calibration.csv"
LEAST_SAVED = 0.5
"""Money that rounds to nothing."""
LEARNT_COLUMNS = ("pool", "start", "target", "shift", "planned", "simulated", "half_width")


@dataclass(frozen=True)
class Round:
    """One schedule, and what its simulation showed.

    Parameters
    ----------
    cost, gap : float
        Of the schedule.
    simulated, half_width : float
        Service of all pools together.
    missed : int
        Days or intervals of a pool that miss their target.
    short : float
        The most that one of these days or intervals misses, a share.
    """

    cost: float
    gap: float | None
    simulated: float
    half_width: float
    missed: int
    short: float


@dataclass(frozen=True, eq=False)
class LearntTargets:
    """Targets shifted until the simulated service met what is promised.

    Parameters
    ----------
    rounds : tuple of Round
        All schedules that were tried; the first is of formulas alone.
    kept : int
        Which of them was kept, from 0.
    met : bool
        Whether its simulated service meets every target.
    ended : str
        Why there were no more rounds, in words.
    again : Round
        The schedule that is kept, simulated with customers from whom nothing was learnt.
    table : DataFrame
        `LEARNT_COLUMNS`, one row for each pool and day (ISO date), in interval mode for each pool and interval (ISO
        stamp): the target that is promised, what is added to it for the formulas, the service level by formulas, and
        the simulated one with its half-width.
    """

    rounds: tuple[Round, ...]
    kept: int
    met: bool
    ended: str
    again: Round
    table: pd.DataFrame

    @property
    def saved(self) -> float:
        """Money by which the schedule that is kept is cheaper than that of formulas alone; negative: dearer."""
        return self.rounds[0].cost - self.rounds[self.kept].cost

    def about(self) -> dict[str, Any]:
        """Return what plan.json says of it."""
        rounds = [dataclasses.asdict(one) for one in self.rounds]
        again = dataclasses.asdict(self.again)
        return {"kept_round": self.kept + 1, "met": self.met, "ended": self.ended, "rounds": rounds, "again": again}

    def words(self, currency: str) -> str:
        """Say in a line what came of it."""
        last, again = self.rounds[self.kept], self.again
        change = "at the cost of the schedule by formulas alone"
        if abs(self.saved) >= LEAST_SAVED:
            change = (
                f"for {abs(self.saved):,.0f} {currency} {'less' if self.saved > 0 else 'more'} than by formulas alone"
            )
        gaps = [one.gap for one in (self.rounds[0], last) if one.gap is not None]
        if self.kept and max(gaps, default=0.0) * last.cost > abs(self.saved):
            # what a search leaves open is more than what was learnt
            change += f" (as far as searches with gaps of {' and '.join(f'{gap:.1%}' for gap in gaps)} can tell)"
        other = f"with other customers it serves {again.simulated:.1%} ± {again.half_width:.1%} in time, and "
        if again.missed:
            verb = "misses its target" if again.missed == 1 else "miss their targets"
            other += f"{self._counted(again.missed)} surely {verb}, by at most {again.short * 100:.1f} points"
        else:
            other += f"no {self._counted(1).removeprefix('1 ')} surely misses its target"
        ended = f"after {len(self.rounds)} rounds ({self.ended})"
        if self.met:
            return f"every target is met by simulation, {change}{self._cheaper(currency)}; {ended}; {other}"
        return (
            f"no schedule met every target by simulation, {ended}; the one kept misses {self._counted(last.missed)}, "
            f"by at most {last.short * 100:.1f} points; {other}"
        )

    def _counted(self, number: int) -> str:
        """Days of a pool, or intervals where each of them has a target."""
        by_day = self.table["start"].astype(str).str.len().le(len("2024-06-03")).all()
        what = "day" if by_day else "interval"
        return f"{number} {what}{'' if number == 1 else 's'} of a pool"

    def _cheaper(self, currency: str) -> str:
        """Say what a cheaper schedule would have missed."""
        cheaper = [one for one in self.rounds if one.missed and one.cost < self.rounds[self.kept].cost - LEAST_SAVED]
        if not cheaper:
            return ""
        best = min(cheaper, key=lambda one: (one.missed, one.short, one.cost))
        return f" (a plan at {best.cost:,.0f} {currency} misses {self._counted(best.missed)})"
