"""Initiatives and the channel mix decided together; the search and its proof stand in `optimizer.invest.cuts`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from models.faults import FaultLog
from models.investment.assembly import work_of
from models.investment.average_month import average_month
from models.investment.case import Choice, InvestmentCase
from models.investment.joint import JointPortfolio, MixState
from models.investment.with_mix import mix_work
from models.mix.case import MixCase
from models.plan import PROOF_TOLERANCE, StageResult, relative_gap
from models.remark import remark
from optimizer.clock import Budget, OutOfTimeError
from optimizer.invest.bounding import Kept
from optimizer.invest.cuts import NO_MIX, JointSearch, NoJointPlanError
from optimizer.invest.least import SideBySide, one_by_one
from optimizer.invest.model import InvestModel
from optimizer.invest.search import Found as Alone
from optimizer.invest.search import search
from optimizer.mix.search import Limits
from optimizer.progress import tell as tell_progress
from optimizer.solve import SolverFailureError

MOST_ROUNDS = 200
ALONE_GAP = 1e-3
"""The portfolio for today's mix, with which the search begins, is as exact as this."""
FIRST_SHARE = 0.45
"""Of the time, after which no further choice to begin with is priced."""
NOTES = (
    remark("every effect counts as likely; the mix of each state is that of an average month, with people paid by the "
           "steps of its cost table: servopt mix decides it month by month"),
)  # fmt: skip
"""What a joint answer leaves out."""


Tell = Callable[[str], None]
Key = tuple[tuple[int, int], ...]
"""Starts of a choice: option and period."""


def invest_jointly(
    case: InvestmentCase, mix: MixCase, *, limits: Limits | None = None, tell: Tell = lambda text: None,
    month: MixCase | None = None, start: Choice | None = None, budget: Budget | None = None,
    side_by_side: SideBySide = one_by_one, kept: Kept | None = None,
    is_near: Callable[[float, float], bool] = lambda value, bound: False,
) -> JointPortfolio:  # fmt: skip
    """Choose initiatives and the channel mix together.

    Parameters
    ----------
    case : InvestmentCase
        Read with the mix (`models.investment.reading.read_investment`), goal npv; effects count as likely.
    mix : MixCase
        With today.csv; decided for an average month of every state (`models.investment.average_month`).
    limits : Limits, optional
        Of each mix.
    tell : callable
        Takes progress in words.
    month : MixCase, optional
        The average month, with other cost tables than the case's own.
    start : Choice, optional
        A choice to begin with, beside those that are always tried.
    side_by_side, kept
        As `optimizer.invest.bounding.Bounding` takes them.
    is_near : callable
        Whether a value is so near to its bound that the search may end, beside solve.gap of the case.
    budget : Budget, optional
        Wall time; solve.time_limit_s of the case by default, within which one round is always ended.

    Returns
    -------
    JointPortfolio
        The best found; its bound is proved, and the gap says how far the two are.

    Raises
    ------
    ValueError
        If the case has spends or another goal.
    NoJointPlanError
        When no portfolio keeps its rules, or no mix those of mix.yaml.
    OutOfTimeError
        When a budget ends before any choice is priced.
    """
    if case.spends or case.settings.goal != "npv":
        raise ValueError("with the mix, spends.csv and goal: least_cost are not decided; leave them out")
    started = time.perf_counter()
    seconds = case.settings.solve.time_limit_s
    if budget is not None:
        seconds = min(seconds, budget.left())
    tell("mixes without and with everything")
    joint = JointSearch(case, average_month(mix) if month is None else month, limits or Limits(gap=1e-3), budget=budget,
                        side_by_side=side_by_side, kept=kept)  # fmt: skip
    model = InvestModel(case, np.array([[effect.likely for effect in case.effects]]))
    alone = search(model, time_limit_s=seconds / (2 if budget is None else 8), gap=ALONE_GAP)
    if alone.status == "infeasible":
        raise NoJointPlanError("no portfolio keeps the rules: servopt invest without --joint says why")
    run = _Run(joint)
    try:
        # where to begin: the best for today's mix, nothing, and the best for the mix that is best without anything
        for choice in (
            start,
            alone.choice,
            None if case.mandatory else Choice.none(case),
            _for_best_mix(joint, seconds / 8),
        ):
            # the bound needs its time, too
            if choice is not None and (run.best is None or time.perf_counter() - started < FIRST_SHARE * seconds):
                run.price(choice)
        while run.rounds < MOST_ROUNDS and (time.perf_counter() - started < seconds or not run.rounds):
            if not run.step(case.settings.solve.gap, is_near):
                break
            tell(f"round {run.rounds}: {run.value:,.0f}, at most {run.bound:,.0f}")
            tell_progress("joint rounds", best=run.value, bound=run.bound)
    except OutOfTimeError:
        if run.best is None:
            raise
        if not run.rounds:
            run.prove()
    if run.best is None:
        raise NoJointPlanError(NO_MIX)
    gap = relative_gap(run.value, max(run.bound, run.value))
    status = "optimal" if gap <= PROOF_TOLERANCE else "feasible"
    name = f"cuts from mixes, {run.rounds} rounds, {len(joint.states)} mixes"
    took = time.perf_counter() - started
    result = StageResult(status, run.value, max(run.bound, run.value), gap, took, name, case.settings.solve.seed)
    return _joint_portfolio(joint, run.best, result, _comparison(alone, run.tried, run.value))


class _Run:
    """What has been priced so far, the best of it, and what no choice exceeds."""

    def __init__(self, joint: JointSearch) -> None:
        self.joint = joint
        self.best: Choice | None = None
        self.value, self.bound, self.rounds = -np.inf, np.inf, 0
        self.tried: dict[Key, float] = {}

    def price(self, choice: Choice) -> None:
        """Price a choice with the best mix of every period, keep it if it is the best, and learn from it."""
        if _key(choice) in self.tried:
            return
        priced = self.joint.price(choice)
        self.joint.learn(choice)
        self.joint.priced.add(_key(choice))
        self.tried[_key(choice)] = worth = -np.inf if priced is None else priced[0]
        if worth > self.value:
            self.best, self.value = choice, worth

    def step(self, gap: float, is_near: Callable[[float, float], bool]) -> bool:
        """Take the master's best choice that is not priced yet; False when the bound is met, or near enough."""
        self.rounds += 1
        proposed, above = self.prove()
        if proposed is None:
            return False
        if self.best is not None and (
            above - self.value <= gap * abs(self.value) or is_near(self.value, self.bound)
        ):  # fmt: skip
            return False
        self.price(proposed)
        return True

    def prove(self) -> tuple[Choice | None, float]:
        """Lower the bound by the master program; return its choice, and what no choice but those priced exceeds."""
        proposed, above = self.joint.master()
        # what is priced is exact up to the gap of its mixes
        self.bound = min(self.bound, max(above, self.value + self.joint.blur))
        return proposed, above


def _for_best_mix(joint: JointSearch, seconds: float) -> Choice | None:
    """Return the initiatives that are best for the mix without initiatives, were it to stay."""
    none = np.zeros(len(joint.case.effects))
    state = joint.state(none, none + 1.0)
    if state is None:
        return None
    settings = joint.case.settings
    work = work_of(mix_work(state.case, settings.people, state.flow), settings, FaultLog())
    case = replace(joint.case, work=work)
    return search(InvestModel(case, joint.likely[None, :]), time_limit_s=seconds, gap=ALONE_GAP).choice


def _key(choice: Choice) -> Key:
    return tuple((start.option, start.period) for start in choice.starts)


def _comparison(alone: Alone, tried: dict[Key, float], value: float) -> pd.DataFrame:
    """What each way of deciding reaches, those that were found only."""
    rows = []
    if () in tried:
        rows.append(("the best mix, without initiatives", tried[()]))
    if alone.choice is not None:
        rows.append(("initiatives that are best for today's mix, which stays", alone.value))
        # time may have ended before they were priced
        rows.append(("these initiatives, and then the best mix for them", tried.get(_key(alone.choice), -np.inf)))
    rows.append(("initiatives and mix decided together", value))
    return pd.DataFrame([row for row in rows if np.isfinite(row[1])], columns=["plan", "npv"])


def _joint_portfolio(
    joint: JointSearch, choice: Choice, result: StageResult, comparison: pd.DataFrame
) -> JointPortfolio:
    priced = joint.price(choice)
    if priced is None:
        raise SolverFailureError("the mixes of the portfolio were lost")
    distinct: list[MixState] = []
    places = []
    for state in priced[1]:
        known = next((place for place, other in enumerate(distinct) if other is state), None)
        places.append(len(distinct) if known is None else known)
        if known is None:
            distinct.append(state)
    return JointPortfolio(
        joint.case,
        choice,
        result,
        joint.today,
        tuple(distinct),
        tuple(places),
        comparison,
        (*NOTES, *joint.case.notes),
    )
