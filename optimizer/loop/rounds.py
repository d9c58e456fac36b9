"""The closed loop: tables, joint model, schedules at what it chose, tables again.

First today's schedules, and what is decided in sequence (`optimizer.loop.sequence`): the first round begins with it,
and it stands where no round finds a better plan; time and Ctrl-C end the rounds wherever they are. Each round
1. what schedules cost: where one more person is a small step by linear programs over all work that mixes can leave
   (`optimizer.loop.planes`), finer where the last plan is; else by whole schedules, in steps, at the shape of the day
   of the last plan, at first today's (`optimizer.loop.tables`)
2. mix and initiatives as one model on these tables (`optimizer.invest.joint`, or `optimizer.mix` alone), with its bound
3. the schedule of every pool solved again for the work that each of its mixes leaves: what the plan truly costs
4. the plan is kept if it truly costs less than the best so far
until what the tables said and what the schedules cost agree within `TOLERANCE`, or a plan comes back (a cycle), or no
round improved the true cost, or time is up.

What is proved, and the most of it is told: no mix and portfolio costs less than the bound of a round where people cost
at least what the linear programs of its samples say, or the schedules of its tables, for work in their proportions.
What another shape of the day costs is not proved but measured, by the schedules of step 3.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from models.investment.average_month import at_least
from models.investment.case import Choice
from models.investment.joint import JointPortfolio, MixState, joint_value, today_state
from models.mix.case import MixCase
from models.mix.cost import price_flow
from models.mix.records import Floats
from models.plan import StageResult, relative_gap
from optimizer.clock import Clock, OutOfTimeError
from optimizer.invest.bounding import Kept
from optimizer.invest.cuts import NoJointPlanError
from optimizer.invest.joint import invest_jointly
from optimizer.loop.conflict import unserved_pools, why_no_mix
from optimizer.loop.found import ENDED_BY_USER, Candidate, ClosedLoop, Round, StatePlan
from optimizer.loop.planes import SMALL_STEP, PlaneMaker, reachable
from optimizer.loop.problem import LoopProblem, PeopleCost
from optimizer.loop.schedules import Schedules
from optimizer.loop.sequence import InSequence, in_sequence
from optimizer.loop.states import DAYS_PER_WEEK, DAYS_PER_YEAR, WEEKS_PER_YEAR, estimated, states_of
from optimizer.loop.tables import Grid, Shape, TableMaker
from optimizer.mix.regions import solve_by_region
from optimizer.mix.search import Limits
from optimizer.progress import tell as tell_progress
from optimizer.solve import SolverFailureError, Status

TOLERANCE = 0.005
"""Of the cost of service: so close the tables' cost and the schedules' must be."""
ENOUGH = 0.002
"""A round that saves less, of the cost of service, is the last one."""
NEAR_BEST = 0.015
"""A plan with such a gap ends the rounds on planes; tables are finer where a plan is."""
NEAR_SHARE = 0.8
"""Of it, for the choice of mix and initiatives."""
MOST_ROUNDS, DEFAULT_SECONDS = 5, 300.0
FIRST_SHARE, TABLE_SHARE, JOINT_SHARE = 0.4, 0.4, 0.5
"""Of the time that is left: for today's schedules and the plan in sequence, for tables, for the joint model."""
PLANES_SHARE = 0.75
"""The same for the joint model on planes, which hold for every mix and are hardly finer in later rounds."""
SEQUENCE_SHARE, LEAST_SECONDS = 0.1, 1.0
"""Of it, for one mix, or the initiatives of the plan in sequence; and what a mix has when time is up."""
WORTH_A_ROUND = 0.4
"""With less than this part of the last round's time a further one is not begun."""
TIME_IS_UP = "time is up (--time-limit); tables and schedules differ by what is stated"


class NoMixError(Exception):
    """No mix keeps every rule at any workload that a schedule can serve; the message says which command explains it."""


Tell = Callable[[str], None]


class Loop:
    """The loop of one problem.

    Parameters
    ----------
    problem : LoopProblem
    schedules : Schedules
    limits : Limits
        Of each mix.
    clock : Clock, optional
        Time of the whole; 300 s by default.
    grid : Grid, optional
    tell : callable
    kept : Kept, optional
        What was learnt of the same mixes before.
    """

    def __init__(
        self, problem: LoopProblem, schedules: Schedules, limits: Limits, *, clock: Clock | None = None,
        grid: Grid | None = None, tell: Tell = lambda text: None, kept: Kept | None = None,
    ) -> None:  # fmt: skip
        self.limits, self.tell, self.grid = limits, tell, grid
        self.clock = Clock(DEFAULT_SECONDS) if clock is None else clock
        self.schedules, self.kept = schedules, kept
        self._take(problem)
        self.started = time.perf_counter()
        self.best: Candidate | None = None
        self.paid = PeopleCost()
        self.sequence = np.nan
        self.rounds: list[Round] = []
        self.planes: PlaneMaker | None = None
        self.whole: list[float] = []

    def _take(self, problem: LoopProblem) -> None:
        self.problem = problem
        self.maker = TableMaker(
            self.schedules, problem.works, problem.split, problem.today_shape, problem.levels, self.grid
        )

    def run(self) -> ClosedLoop:
        """Go round until it closes, until time is up or until Ctrl-C, which leave the best plan so far.

        Raises
        ------
        NoMixError
            When no mix keeps every rule.
        optimizer.invest.cuts.NoJointPlanError
            When no portfolio does.
        OutOfTimeError
            When time was up before there was any plan.
        KeyboardInterrupt
            When there was none at Ctrl-C.
        """
        self.tell("today's schedules")
        self.grant(FIRST_SHARE)
        self._look_at_steps()
        self.paid = self._people_cost([self.problem.today_shape], rough=True)
        today = self._today()
        self.tell("mix and initiatives in sequence")
        decided = self._decide_in_sequence()
        try:
            ended = self._go_round(today, decided)
        except OutOfTimeError:
            ended = TIME_IS_UP
        except KeyboardInterrupt:
            ended = ENDED_BY_USER
            # who is in a hurry is given what is at hand: the schedules of one state, in seconds
            self.clock.stop()
            self.schedules.is_stopped = lambda: False
        except (NoMixError, NoJointPlanError, SolverFailureError) as problem:
            self._price_sequence(decided, today)
            if self.best is None:
                raise
            ended = f"the last round found nothing: {problem}"
        if self.best is None:
            self._price_sequence(decided, today, in_a_hurry=ended == ENDED_BY_USER)
        if self.best is None and ended == ENDED_BY_USER:
            raise KeyboardInterrupt
        if self.best is None:
            raise OutOfTimeError
        self.best = replace(self.best, bound=self._most_proved())
        took = time.perf_counter() - self.started
        return ClosedLoop(self.best, today, self.problem, self.paid, tuple(self.rounds), ended, took, self.sequence)

    def _most_proved(self) -> float:
        """Return the highest bound of a round that the best plan does not contradict; its own where there is none.

        A later round has less time for its proof. What a round proves holds for the proportions of its tables; a bound
        above the cost of the plan shows how far those are from the plan's, and says nothing of it.
        """
        assert self.best is not None  # noqa: S101 - the loop has a plan
        proved = [one.bound for one in self.rounds if one.bound <= self.best.cost]
        return max(proved, default=self.best.bound)

    def grant(self, share: float) -> None:
        """Let the schedules that are asked for now have a share of the time that is left."""
        self.schedules.budget = self.clock.grant(share)

    def _go_round(self, today: StatePlan, decided: InSequence | None) -> str:
        """Go round, and say why it ended."""
        seen: set[bytes] = set()
        shapes = [self.problem.today_shape]
        for number in range(1, MOST_ROUNDS + 1):
            began = time.perf_counter()
            self.tell(f"round {number}: schedule-cost tables")
            self.grant(TABLE_SHARE)
            paid = self._people_cost(shapes, refined=number > 1)
            self.tell(f"round {number}: mix and initiatives")
            best = self.best
            start = best.choice if best is not None else decided[0] if decided is not None else None
            found = self._decide(paid, today, start)
            kept = np.isfinite(found.cost) and (best is None or found.cost < best.cost - 1e-6 * abs(best.cost))
            gained = np.inf if best is None else (best.cost - found.cost) / self._service(found)
            if kept:
                self.best, self.paid = found, paid
            self.rounds.append(self._line(number, found, kept))
            if number == 1:
                self._price_sequence(decided, today)
            if not np.isfinite(found.cost):
                return "no schedule serves the mix that the tables led to"
            close = abs(found.cost - found.assumed) <= TOLERANCE * self._service(found)
            key = _key(found)
            is_near = relative_gap(found.cost, min(found.bound, found.cost)) <= NEAR_BEST
            if close and is_near and self.best is found and self.planes is not None:
                return (
                    f"tables and schedules agree within {TOLERANCE:.1%} of the cost of service, near the best there is"
                )
            if close and gained < ENOUGH and number > 1:
                return f"tables and schedules agree within {TOLERANCE:.1%} of the cost of service"
            if key in seen:
                return "a plan came back: the tables of its shape of the day lead to the same plans again"
            if not kept and number > 1:
                return "tables at the plan's own shape of the day, refined there, led to no better plan"
            if self.clock.left() <= WORTH_A_ROUND * (time.perf_counter() - began):
                return TIME_IS_UP
            seen.add(key)
            main = _main_state(found)
            shapes = [main.shape, *(state.shape for state in found.states if state is not main)]
            self.whole = [one.cost for one in main.schedules]
        return f"{MOST_ROUNDS} rounds"

    def _look_at_steps(self) -> None:
        """Take planes, and each kind of work apart, where steps of whole people do not decide."""
        shape, pools = self.problem.today_shape, list(enumerate(self.problem.split.parts))
        whole = self.maker.true_costs([shape])[0]
        jobs = [replace(self.maker.job(p, shape.of_pool(places)), linear=True) for p, places in pools]
        least = self.schedules.solve(jobs)
        self.whole = [one.cost for one in whole]
        settings = self.problem.scenario.settings
        weeks = settings.horizon.days / DAYS_PER_WEEK
        shortest = min((shift.paid_min.values[0] for shift in settings.shifts), default=0) / 60
        step = shortest * max((pool.wage_per_hour for pool in self.problem.scenario.pools.values()), default=0.0)
        known = np.isfinite(self.whole).all() and np.isfinite([one.cost for one in least]).all()
        if not known or step > SMALL_STEP * weeks * sum(self.whole):
            return
        before = self.problem
        self._take(replace(before, by_type=True))
        planes = PlaneMaker(self.maker, reachable(self.problem.split.case, self.problem.case))
        planes.planes([self.problem.today_shape], self.whole)
        if planes.is_capped:
            self._take(before)
        else:
            self.planes = planes

    def _people_cost(self, shapes: list[Shape], *, rough: bool = False, refined: bool = False) -> PeopleCost:
        """Return what schedules cost around some mixes, or around the first of them."""
        if self.planes is None:
            return PeopleCost(self.maker.tables(shapes[0], rough=rough, refined=refined))
        found = self.planes.planes(shapes, self.whole)
        return PeopleCost((), found, self.planes.count, self.planes.above)

    def _today(self) -> StatePlan:
        """Today's mix going on, people's leaving included."""
        case, month = self.problem.case, self.problem.month(self.paid)
        if case is not None:
            month = today_state(case, month).case
        return self._states([(month, self.problem.today)], self.paid)[0]

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

    def _decide(self, paid: PeopleCost, today: StatePlan, start: Choice | None) -> Candidate:
        month, case = self.problem.month(paid), self.problem.case
        if case is None:
            program, answer = solve_by_region(month, self._mix_limits())
            if answer.values is None:
                raise NoMixError(why_no_mix(month, found=answer.status is not Status.INFEASIBLE))
            bound = self._proved(month, answer.bound)
            state = self._states([(month, program.flows(answer.values))], paid)[0]
            assumed = state.cost_per_year - (state.true - state.assumed) * WEEKS_PER_YEAR
            per_year = DAYS_PER_YEAR / float(month.days.sum())
            return Candidate(None, (state,), (0,), state.cost_per_year, assumed, bound * per_year, None)
        share = JOINT_SHARE if self.planes is None else PLANES_SHARE
        try:
            portfolio = invest_jointly(
                case, self.problem.mix, limits=self.limits, tell=self.tell, month=month, start=start,
                budget=self.clock.grant(share), side_by_side=self.schedules.side_by_side,
                kept=self.kept, is_near=self._is_near(today),
            )  # fmt: skip
        except NoJointPlanError as problem:
            if not unserved_pools(month):
                raise
            raise NoMixError(why_no_mix(month)) from problem
        self.tell("schedules of what was chosen")
        self.grant(1.0)
        states = self._states([(state.case, state.flow) for state in portfolio.states], paid)
        costs = np.array([states[place].cost_per_year for place in portfolio.state_of])
        service = self._worth_of_service(today.cost_per_year)
        cost = service - joint_value(case, portfolio.choice, today.cost_per_year, costs)
        # the joint model counts from what the tables say of today
        told = portfolio.today.cost_per_year
        model, bound = portfolio.result.objective or 0.0, portfolio.result.bound or 0.0
        before = self._worth_of_service(told)
        return Candidate(portfolio.choice, states, portfolio.state_of, cost, before - model, before - bound, portfolio)

    def _decide_in_sequence(self) -> InSequence | None:
        """Decide mix and initiatives at today's average cost of an hour."""
        plain = self.problem.month(self.paid)
        cost = price_flow(plain, self.problem.today)
        hours = float(cost.pool_hours.sum())
        average = float(cost.people.sum()) / hours if hours > 0 else 0.0
        return in_sequence(self.problem, average, plain, self._mix_limits(), SEQUENCE_SHARE * self.clock.left())

    def _price_sequence(self, decided: InSequence | None, today: StatePlan, *, in_a_hurry: bool = False) -> None:
        """Solve the schedules of what deciding in sequence gives, and keep it where it is better."""
        if decided is None:
            return
        self.tell("schedules of what is decided in sequence")
        self.grant(1.0)
        found = self._in_sequence(*decided, today, by_planes=self.planes is not None)
        is_better = found is not None and (self.best is None or found.cost < self.best.cost)
        if is_better and self.planes is not None and not in_a_hurry:
            found = self._in_sequence(*decided, today, by_planes=False)  # what is kept is not estimated
        if found is None:
            return
        self.sequence = found.cost
        if self.best is None or found.cost < self.best.cost:
            self.best = found
            self.rounds[:] = [replace(one, kept=False) for one in self.rounds]

    def _in_sequence(
        self, choice: Choice | None, mixes: list[tuple[MixCase, Floats]], places: tuple[int, ...], today: StatePlan,
        *, by_planes: bool,
    ) -> Candidate | None:  # fmt: skip
        """Return a plan that was decided in sequence, None where no schedule serves it; its bound is none."""
        case = self.problem.case
        if not by_planes:
            states = self._states(mixes, self.paid)
        else:  # the schedule of the state that lasts longest tells how near the planes are to all of them
            shapes = [self.maker.shape_of(month, flow) for month, flow in mixes]
            main = max(range(len(mixes)), key=lambda place: (places.count(place), place))
            solved = estimated(self.paid, self.problem.split, shapes, main, self.maker.true_costs([shapes[main]])[0])
            states = states_of(self.problem, self.paid, self.maker, mixes, solved)
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

    def _is_near(self, today: StatePlan) -> Callable[[float, float], bool]:
        """Say when a portfolio on planes is near the best, by its value and what none exceeds."""
        if self.planes is None:
            return lambda value, bound: False
        service = self._worth_of_service(today.cost_per_year)
        # what the schedules cost beyond the planes comes on top
        return lambda value, bound: bound - value <= NEAR_SHARE * NEAR_BEST * (service - value)

    def _mix_limits(self) -> Limits:
        """Limits of one mix of several."""
        seconds = max(SEQUENCE_SHARE * self.clock.left(), LEAST_SECONDS)
        return replace(self.limits, time_limit_s=min(self.limits.time_limit_s, seconds))

    def _proved(self, month: MixCase, bound: float) -> float:
        _, answer = solve_by_region(at_least(month), self._mix_limits())
        return min(bound, answer.bound)

    def _worth_of_service(self, per_year: float) -> float:
        """Present value of service that costs so much a year."""
        case = self.problem.case
        if case is None:
            return per_year
        costs = np.full(case.horizon.periods, 0.0)
        return joint_value(case, Choice.none(case), per_year, costs)

    def _states(self, mixes: list[tuple[MixCase, Floats]], paid: PeopleCost) -> tuple[StatePlan, ...]:
        """Solve the schedules of some mixes."""
        solved = self.maker.true_costs([self.maker.shape_of(case, flow) for case, flow in mixes])
        return states_of(self.problem, paid, self.maker, mixes, solved)


def _main_state(found: Candidate) -> StatePlan:
    """The state that lasts longest; the later one of two."""
    lasts = [found.state_of.count(place) for place in range(len(found.states))]
    return found.states[max(range(len(lasts)), key=lambda place: (lasts[place], place))]


def _key(found: Candidate) -> bytes:
    starts = () if found.choice is None else tuple((one.option, one.period) for one in found.choice.starts)
    flows = [np.round(state.flow, 2).tobytes() for state in found.states]
    return repr(starts).encode() + b"".join(flows)
