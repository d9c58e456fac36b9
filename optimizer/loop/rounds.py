"""The closed loop: tables, joint model, schedules at what it chose, tables again.

Each round
1. the schedule-cost tables at the shape of the day of the last plan, at first today's (`optimizer.loop.tables`)
2. mix and initiatives as one model on these tables (`optimizer.invest.joint`, or `optimizer.mix` alone), with its bound
3. the schedule of every pool solved again for the work that each of its mixes leaves: what the plan truly costs
4. the plan is kept if it truly costs less than the best so far
until what the tables said and what the schedules cost agree within `TOLERANCE`, or a plan comes back (a cycle), or no
round improved the true cost, or time is up.

What is proved: no mix and portfolio costs less than the bound of a round where people cost at least what the schedules
of its tables are proved to, for work in the proportions of its tables. What another shape of the day costs is not
proved but measured, by the schedules of step 3; that is the difference that is stated.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.investment.average_month import at_least
from models.investment.case import Choice
from models.investment.joint import JointPortfolio, MixState, joint_value
from models.mix.case import MixCase
from models.mix.cost import ITEMS, price_flow
from models.mix.records import CostTable, Floats
from models.plan import StageResult, relative_gap
from optimizer.cost_table import Solved
from optimizer.invest.cuts import NoJointPlanError
from optimizer.invest.joint import invest_jointly
from optimizer.loop.conflict import unserved_pools, why_no_mix
from optimizer.loop.problem import LoopProblem
from optimizer.loop.schedules import Schedules
from optimizer.loop.sequence import in_sequence
from optimizer.loop.tables import Grid, Shape, TableMaker
from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits
from optimizer.progress import tell as tell_progress
from optimizer.solve import Status

DAYS_PER_YEAR, DAYS_PER_WEEK = 365.0, 7.0
WEEKS_PER_YEAR = DAYS_PER_YEAR / DAYS_PER_WEEK
TOLERANCE = 0.005
"""Of the cost of service: so close the tables' cost and the schedules' must be."""
ENOUGH = 0.002
"""A round that saves less, of the cost of service, is the last one."""
MOST_ROUNDS = 5


class NoMixError(Exception):
    """No mix keeps every rule at any workload that a schedule can serve; the message says which command explains it."""


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
    assumed : float
        What the tables say that people cost, money a week.
    cost_per_year : float
        Everything, with people at what the schedules cost.
    """

    case: MixCase
    flow: Floats
    shape: Shape
    schedules: tuple[Solved, ...]
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
    tables : tuple of CostTable
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
    tables: tuple[CostTable, ...]
    rounds: tuple[Round, ...]
    ended: str
    seconds: float
    sequence: float

    @property
    def gap(self) -> float:
        """Relative gap between the true cost of the best plan and the bound of its round."""
        return relative_gap(self.best.cost, min(self.best.bound, self.best.cost))


Tell = Callable[[str], None]


class Loop:
    """The loop of one problem.

    Parameters
    ----------
    problem : LoopProblem
    schedules : Schedules
    limits : Limits
        Of each mix.
    seconds : float
        Wall time after which no further round begins.
    grid : Grid, optional
    tell : callable
    """

    def __init__(
        self, problem: LoopProblem, schedules: Schedules, limits: Limits, *, seconds: float = 300.0,
        grid: Grid | None = None, tell: Tell = lambda text: None,
    ) -> None:  # fmt: skip
        self.problem, self.limits, self.seconds, self.tell = problem, limits, seconds, tell
        self.maker = TableMaker(schedules, problem.works, problem.split, problem.today_shape, problem.levels, grid)
        self.schedules = schedules
        self.started = time.perf_counter()

    def run(self) -> ClosedLoop:
        """Go round until it closes.

        Raises
        ------
        NoMixError
            When no mix keeps every rule.
        optimizer.invest.cuts.NoJointPlanError
            When no portfolio does.
        """
        shape, rounds = self.problem.today_shape, []
        best: Candidate | None = None
        sequence: Candidate | None = None
        seen: set[bytes] = set()
        ended, today = "", None
        best_tables: tuple[CostTable, ...] = ()
        for number in range(1, MOST_ROUNDS + 1):
            self.tell(f"round {number}: schedule-cost tables")
            tables = self.maker.tables(shape, refined=number > 1)
            if today is None:
                today = self._states([(self.problem.split.case, self.problem.today)], tables)[0]
                self.tell("mix, initiatives and schedules in sequence")
                best = sequence = self._sequence(tables, today)
                best_tables = tables
            self.tell(f"round {number}: mix and initiatives")
            found = self._decide(tables, today, None if best is None else best.choice)
            kept = best is None or found.cost < best.cost - 1e-6 * abs(best.cost)
            gained = np.inf if best is None else (best.cost - found.cost) / self._service(found)
            if kept:
                best, best_tables = found, tables
            rounds.append(self._line(number, found, kept))
            whole = self._service(found)
            close = abs(found.cost - found.assumed) <= TOLERANCE * whole
            key = _key(found)
            if close and gained < ENOUGH and number > 1:
                ended = f"tables and schedules agree within {TOLERANCE:.1%} of the cost of service"
            elif key in seen:
                ended = "a plan came back: the tables of its shape of the day lead to the same plans again"
            elif not kept and number > 1:
                ended = "tables at the plan's own shape of the day, refined there, led to no better plan"
            elif time.perf_counter() - self.started > self.seconds:
                ended = "time is up; the tables still differ from the schedules by what is stated"
            if ended:
                break
            seen.add(key)
            shape = _main_state(found).shape
        if best is not None and not np.isfinite(best.bound):
            best = replace(best, bound=found.bound)  # the plan of the sequence, beside what the last round proved
        if best is None or today is None:
            raise NoMixError("no channel mix keeps the rules of mix.yaml: servopt mix says why")
        return ClosedLoop(
            best, today, best_tables, tuple(rounds), ended or f"{MOST_ROUNDS} rounds",
            time.perf_counter() - self.started, np.nan if sequence is None else sequence.cost,
        )  # fmt: skip

    def _line(self, number: int, found: Candidate, kept: bool) -> Round:
        gap = relative_gap(found.cost, min(found.bound, found.cost))
        took = time.perf_counter() - self.started
        self.tell(f"round {number}: {found.cost:,.0f} (tables: {found.assumed:,.0f}), gap {gap:.2%}")
        tell_progress("rounds", best=found.cost, bound=min(found.bound, found.cost))
        return Round(number, took, found.assumed, found.cost, found.bound, gap, kept, self.schedules.solved)

    def _service(self, found: Candidate) -> float:
        """Cost of service in what the objective counts: present value, or a year."""
        costs = np.array([found.states[place].cost_per_year for place in found.state_of])
        case = self.problem.case
        if case is None:
            return float(costs[0])
        none = joint_value(case, Choice.none(case), 0.0, np.zeros(len(costs)))
        return none - joint_value(case, Choice.none(case), 0.0, costs)

    def _decide(self, tables: tuple[CostTable, ...], today: StatePlan, start: Choice | None) -> Candidate:
        month, case = self.problem.month(tables), self.problem.case
        if case is None:
            program, answer = solve_case(month, self.limits)
            if answer.values is None:
                raise NoMixError(why_no_mix(month, found=answer.status is not Status.INFEASIBLE))
            bound = self._proved(month, answer.bound)
            state = self._states([(month, program.flows(answer.values))], tables)[0]
            assumed = state.cost_per_year - (state.true - state.assumed) * WEEKS_PER_YEAR
            per_year = DAYS_PER_YEAR / float(month.days.sum())
            return Candidate(None, (state,), (0,), state.cost_per_year, assumed, bound * per_year, None)
        try:
            portfolio = invest_jointly(
                case, self.problem.mix, limits=self.limits, tell=self.tell, month=month, start=start
            )
        except NoJointPlanError as problem:
            if not unserved_pools(month):
                raise
            raise NoMixError(why_no_mix(month)) from problem
        states = self._states([(state.case, state.flow) for state in portfolio.states], tables)
        costs = np.array([states[place].cost_per_year for place in portfolio.state_of])
        service = self._worth_of_service(today.cost_per_year)
        cost = service - joint_value(case, portfolio.choice, today.cost_per_year, costs)
        # the joint model counts from what the tables say of today
        told = portfolio.today.cost_per_year
        model, bound = portfolio.result.objective or 0.0, portfolio.result.bound or 0.0
        before = self._worth_of_service(told)
        return Candidate(portfolio.choice, states, portfolio.state_of, cost, before - model, before - bound, portfolio)

    def _sequence(self, tables: tuple[CostTable, ...], today: StatePlan) -> Candidate | None:
        """Price what deciding in sequence gives; its bound is none."""
        plain, case = self.problem.month(tables), self.problem.case
        cost = price_flow(plain, self.problem.today)
        hours = float(cost.pool_hours.sum())
        average = float(cost.people.sum()) / hours if hours > 0 else 0.0
        decided = in_sequence(self.problem, average, plain, self.limits)
        if decided is None:
            return None
        choice, mixes, places = decided
        states = self._states(mixes, tables)
        costs = np.array([states[place].cost_per_year for place in places])
        if not np.isfinite(costs).all():
            return None
        if case is None or choice is None:
            return Candidate(None, states, places, float(costs[0]), float(costs[0]), -np.inf, None)
        worth = joint_value(case, choice, today.cost_per_year, costs)
        value = self._worth_of_service(today.cost_per_year) - worth
        portfolio = JointPortfolio(
            case, choice, StageResult("feasible", worth, None, None, 0.0, "in sequence", None),
            MixState(today.case, today.flow), tuple(MixState(one.case, one.flow) for one in states), places,
            pd.DataFrame({"plan": [], "npv": []}),
        )  # fmt: skip
        return Candidate(choice, states, places, value, value, -np.inf, portfolio)

    def _proved(self, month: MixCase, bound: float) -> float:
        _, answer = solve_case(at_least(month), self.limits)
        return min(bound, answer.bound)

    def _worth_of_service(self, per_year: float) -> float:
        """Present value of service that costs so much a year."""
        case = self.problem.case
        if case is None:
            return per_year
        costs = np.full(case.horizon.periods, 0.0)
        return joint_value(case, Choice.none(case), per_year, costs)

    def _states(self, mixes: list[tuple[MixCase, Floats]], tables: tuple[CostTable, ...]) -> tuple[StatePlan, ...]:
        """Solve the schedules of some mixes."""
        shapes = [self.maker.shape_of(case, flow) for case, flow in mixes]
        plain = self.problem.month(tables)
        found = []
        for (case, flow), shape, solved in zip(mixes, shapes, self.maker.true_costs(shapes), strict=True):
            weeks = float(case.days.sum()) / DAYS_PER_WEEK
            # what the tables say of the schedules alone; tables of a state hold the cost of leavers, too
            people = _people(case, plain, flow) / weeks
            true = float(sum(one.cost for one in solved))
            priced = price_flow(case if case.cost_tables else plain, flow)
            # not read off the tables: a mix of another round may lie beyond their last step
            rest = float(sum(priced.item(name).sum() for name in ITEMS if name != "people")) / weeks
            leavers = float(leavers_per_hour(case, plain) @ (priced.pool_hours[:, 0] / weeks))
            whole = (rest + leavers + true) * WEEKS_PER_YEAR
            found.append(StatePlan(case, flow, shape, tuple(solved), people, whole))
        return tuple(found)


def _people(case: MixCase, plain: MixCase, flow: Floats) -> float:
    """What the tables say that the schedules of a mix cost."""
    return float(price_flow(replace(case, settings=plain.settings, cost_tables=plain.cost_tables), flow).people.sum())


def leavers_per_hour(case: MixCase, plain: MixCase) -> Floats:
    """What those who leave cost for each handling hour: what the tables of a state hold beyond the schedules, (P,)."""
    rates = np.zeros(len(plain.pools))
    for own, other in zip(case.cost_tables, plain.cost_tables, strict=False):
        rates[own.pool] = (own.cost_per_week[-1] - other.cost_per_week[-1]) / max(own.load_hours_per_week[-1], 1e-9)
    return rates


def _main_state(found: Candidate) -> StatePlan:
    """The state that lasts longest; the later one of two."""
    lasts = [found.state_of.count(place) for place in range(len(found.states))]
    return found.states[max(range(len(lasts)), key=lambda place: (lasts[place], place))]


def _key(found: Candidate) -> bytes:
    starts = () if found.choice is None else tuple((one.option, one.period) for one in found.choice.starts)
    flows = [np.round(state.flow, 2).tobytes() for state in found.states]
    return repr(starts).encode() + b"".join(flows)
