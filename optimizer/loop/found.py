"""What a closed loop found: the plan of a state, of a round, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from models.investment.case import Choice
from models.investment.joint import JointPortfolio
from models.mix.case import MixCase
from models.mix.records import Floats
from models.plan import relative_gap
from optimizer.cost_table import Solved
from optimizer.loop.problem import LoopProblem, PeopleCost
from optimizer.loop.tables import Shape

ENDED_BY_USER = "ended by Ctrl-C"
"""Why a loop ended that was interrupted."""


@dataclass(frozen=True, eq=False)
class StatePlan:
    """The mix of one state, and the schedules that serve it.

    Parameters
    ----------
    case : MixCase
        Average month with the effects of the state, on the round's tables.
    flow : ndarray, shape (L, C, 1)
    shape : Shape
        Work of its pools.
    schedules : tuple of Solved
        Of each pool: cost and bound of a week.
    paid : PeopleCost
        The round's.
    assumed : float
        What the tables say that people cost, money a week.
    cost_per_year : float
        Everything, with people at what the schedules cost.
    """

    case: MixCase
    flow: Floats
    shape: Shape
    schedules: tuple[Solved, ...]
    paid: PeopleCost
    assumed: float
    cost_per_year: float

    @property
    def true(self) -> float:
        """What the schedules cost, money a week."""
        return float(sum(one.cost for one in self.schedules))


@dataclass(frozen=True, eq=False)
class Candidate:
    """What a round found.

    Parameters
    ----------
    choice : Choice or None
        Starts of initiatives.
    states : tuple of StatePlan
    state_of : tuple of int
        State of each period of the investment horizon; (0,) without one.
    cost : float
        True: present value of service, initiatives and what they earn; without initiatives a year of service.
    assumed : float
        The same as the tables have it.
    bound : float
        Proved for the tables.
    portfolio : JointPortfolio or None
    """

    choice: Choice | None
    states: tuple[StatePlan, ...]
    state_of: tuple[int, ...]
    cost: float
    assumed: float
    bound: float
    portfolio: JointPortfolio | None


@dataclass(frozen=True)
class Round:
    """A line of the log: number, seconds since the beginning, and what the round found."""

    number: int
    seconds: float
    assumed: float
    cost: float
    bound: float
    gap: float
    kept: bool
    schedules: int


@dataclass(frozen=True, eq=False)
class ClosedLoop:
    """How the loop ended.

    Parameters
    ----------
    best : Candidate
    today : StatePlan
        Today's mix going on.
    problem : LoopProblem
        With the parts of pools that the loop took.
    paid : PeopleCost
        Of the best plan's round.
    rounds : tuple of Round
    ended : str
        Why it ended, in words.
    seconds : float
    sequence : float
        True cost of the plan that is decided in sequence (`optimizer.loop.sequence`); NaN where there is none.
    """

    best: Candidate
    today: StatePlan
    problem: LoopProblem
    paid: PeopleCost
    rounds: tuple[Round, ...]
    ended: str
    seconds: float
    sequence: float

    @property
    def gap(self) -> float:
        """Relative gap between the true cost of the best plan and the bound."""
        return relative_gap(self.best.cost, min(self.best.bound, self.best.cost))
