"""What was learnt about targets from simulating schedules: each round, and the targets that were kept."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.remark import remark

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
        ended = remark("after {count} rounds ({ended})", count=len(self.rounds), ended=self.ended)
        said = [remark("every target is met by simulation"), *self._cost_words(currency), ended]
        if not self.met:
            kept = remark("the one kept misses {what}, by at most {count} points", what=self._counted(last.missed),
                          count=f"{last.short * 100:.1f}")  # fmt: skip
            said = [remark("no schedule met every target by simulation"), ended, kept]
        said.append(remark("with other customers it serves {share} ± {half} in time", share=f"{again.simulated:.1%}",
                           half=f"{again.half_width:.1%}"))  # fmt: skip
        if again.missed:
            said.append(remark("there {what} surely miss the target, by at most {count} points",
                               what=self._counted(again.missed), count=f"{again.short * 100:.1f}"))  # fmt: skip
        else:
            said.append(remark("there no target is surely missed"))
        return "; ".join(said)

    def _cost_words(self, currency: str) -> list[str]:
        """Say what the schedule that is kept costs beside the others."""
        last, money = self.rounds[self.kept], f"{abs(self.saved):,.0f} {currency}"
        if abs(self.saved) < LEAST_SAVED:
            said = [remark("at the cost of the schedule by formulas alone")]
        elif self.saved > 0:
            said = [remark("for {money} less than by formulas alone", money=money)]
        else:
            said = [remark("for {money} more than by formulas alone", money=money)]
        gaps = [one.gap for one in (self.rounds[0], last) if one.gap is not None]
        if self.kept and max(gaps, default=0.0) * last.cost > abs(self.saved):
            # what a search leaves open is more than what was learnt
            shares = ", ".join(f"{gap:.1%}" for gap in gaps)
            said.append(remark("as far as searches with gaps of {shares} can tell", shares=shares))
        cheaper = [one for one in self.rounds if one.missed and one.cost < last.cost - LEAST_SAVED]
        if cheaper:
            best = min(cheaper, key=lambda one: (one.missed, one.short, one.cost))
            said.append(remark("a plan at {money} misses {what}", money=f"{best.cost:,.0f} {currency}",
                               what=self._counted(best.missed)))  # fmt: skip
        return said

    def _counted(self, number: int) -> str:
        """Days of a pool, or intervals where each of them has a target."""
        by_day = self.table["start"].astype(str).str.len().le(len("2024-06-03")).all()
        if number == 1:
            return remark("1 day of a pool" if by_day else "1 interval of a pool")
        return remark("{count} days of a pool" if by_day else "{count} intervals of a pool", count=number)
