"""A closed loop as an answer: the mix, the portfolio and every figure, with people at what their schedules cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.decision import FIGURE_COLUMNS, ROUND_COLUMNS, Decision
from models.investment.files import started_table
from models.investment.joint import JointPortfolio, MixState, joint_value
from models.mix.case import MixCase
from models.mix.cost import MixCost, price_flow
from models.mix.plan import ChannelMix
from models.mix.priced import PricedMix, price_mix
from models.mix.records import CostTable, Floats
from models.plan import PROOF_TOLERANCE, StageResult, relative_gap
from models.plan_comparison import compare_figures
from models.remark import remark
from optimizer.loop.found import ClosedLoop, StatePlan
from optimizer.loop.rounds import TOLERANCE
from optimizer.loop.states import DAYS_PER_WEEK, DAYS_PER_YEAR, with_leavers

PROVED = (
    "no mix and portfolio of an average month costs less than the bound, with people at what the schedules of the "
    "tables are proved to cost, for work in the proportions of the tables of the round that proves most (rounds.csv); "
    "other proportions are measured by their own schedules, not proved"
)
PROVED_BY_PLANES = (
    "no mix and portfolio of an average month costs less than the bound, with people at no more than the linear "
    "programs of {count} schedules, spread over all work that a mix can leave; they lie {share} above what the bound "
    "counts with, on average where it is most; between them it is an estimate"
)
NOTES = (
    remark("one average month stands for every month, and the typical week of the scenario for its weeks; servopt mix "
           "decides month by month, with limits on how fast a mix may change"),
    remark("every effect of an initiative counts as likely"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answer:
    """What a closed loop decided.

    Parameters
    ----------
    decision : Decision
    mix : ChannelMix
        Of the state that lasts longest; people cost what their schedules do.
    portfolio : JointPortfolio or None
        The same for every state.
    demand : DataFrame
        Of the scenario's horizon, at that mix: start, contact_type, contacts, aht_s.
    """

    decision: Decision
    mix: ChannelMix
    portfolio: JointPortfolio | None
    demand: pd.DataFrame


def answer_of(loop: ClosedLoop, seed: int) -> Answer:
    """Return the answer of a loop."""
    best, main, problem = loop.best, main_place(loop), loop.problem
    state = best.states[main]
    today_case, after_case = priced_case(loop, loop.today), priced_case(loop, state)
    before, after = price_mix(today_case, loop.today.flow), price_mix(after_case, state.flow)
    name = f"closed loop, {len(loop.rounds)} rounds"
    # with initiatives the bound is one of the whole, not of the mix of one state
    result = StageResult("feasible", after.total, None, None, loop.seconds, name, seed)
    if best.portfolio is None and np.isfinite(best.bound):
        bound = min(best.bound * float(after_case.days.sum()) / DAYS_PER_YEAR, after.total)
        result = _proved(after.total, bound, loop.seconds, name, seed)
    mix = ChannelMix(
        after_case, result, after, before,
        comparison=compare_figures(before.overall_csat, before.total, after.overall_csat, after.total),
        notes=NOTES[:1],
    )  # fmt: skip
    portfolio = _portfolio(loop, name, seed)
    figures = _figures(loop, state, before, after, portfolio)
    decision = Decision(
        problem.mix.settings.name, problem.mix.settings.currency, figures, _rounds(loop), _result(loop),
        _periods(loop), _starts(loop), NOTES if problem.case is not None else NOTES[:1],
    )  # fmt: skip
    return Answer(decision, mix, portfolio, problem.works.demand_of(state.shape.of_pool(range(len(state.shape.parts)))))


def main_place(loop: ClosedLoop) -> int:
    """Place of the state that lasts longest, the later one of two."""
    lasts = [loop.best.state_of.count(place) for place in range(len(loop.best.states))]
    return max(range(len(lasts)), key=lambda place: (lasts[place], place))


def priced_case(loop: ClosedLoop, state: StatePlan) -> MixCase:
    """Return the case of a state in which people cost what its schedules do, those who leave included.

    The parts of a pool share the cost of its schedule as the tables have it, or by their hours on planes and where the
    work is more than tables reach; a table has this one load.
    """
    case, plain = state.case, loop.problem.month(state.paid)
    cost, weeks = price_flow(case, state.flow), float(case.days.sum()) / DAYS_PER_WEEK
    more, found = with_leavers(case, plain), []
    for places, solved in zip(loop.problem.split.parts, state.schedules, strict=True):
        mine = list(places)
        # planes know what an hour more costs, not what each kind of work does
        is_known = not case.cost_planes and np.isfinite(cost.people[mine, 0]).all()
        share = cost.people[mine, 0] if is_known else cost.pool_hours[mine, 0]
        share = share / share.sum() if share.sum() > 0 else np.eye(len(mine))[0]
        level = loop.problem.levels[loop.problem.split.pool_names[mine[0]]]
        for place, part in zip(mine, share.tolist(), strict=True):
            hours = max(float(cost.pool_hours[place, 0]) / weeks, 1e-6)
            people = np.array([0.0, more * solved.cost * part])
            found.append(CostTable(place, level, np.array([0.0, hours]), people, np.array([0.0, np.nan])))
    return replace(case, cost_tables=tuple(sorted(found, key=lambda table: table.pool)), cost_planes=())


def _portfolio(loop: ClosedLoop, name: str, seed: int) -> JointPortfolio | None:
    if loop.best.portfolio is None or loop.problem.case is None or loop.best.choice is None:
        return None
    states = tuple(MixState(priced_case(loop, state), state.flow) for state in loop.best.states)
    today = MixState(priced_case(loop, loop.today), loop.today.flow)
    costs = np.array([states[place].cost_per_year for place in loop.best.state_of])
    npv = joint_value(loop.problem.case, loop.best.choice, today.cost_per_year, costs)
    most = npv + loop.best.cost - min(loop.best.bound, loop.best.cost)
    result = StageResult("feasible", npv, None, None, loop.seconds, name, seed)
    if np.isfinite(most):
        result = _proved(npv, most, loop.seconds, name, seed)
    comparison = loop.best.portfolio.comparison.copy()
    comparison.loc[comparison.index[-1:], "npv"] = npv  # what its schedules cost; the others as the tables have them
    return replace(loop.best.portfolio, states=states, today=today, result=result, comparison=comparison, notes=NOTES)


def _proved(value: float, bound: float, seconds: float, name: str, seed: int) -> StageResult:
    gap = relative_gap(value, bound)
    return StageResult("optimal" if gap <= PROOF_TOLERANCE else "feasible", value, bound, gap, seconds, name, seed)


def _result(loop: ClosedLoop) -> dict[str, Any]:
    words = (
        "present value of service and initiatives, less what they earn"
        if loop.problem.case is not None
        else "a year of service in the average month's mix"
    )
    best = loop.best
    return {
        "objective": words,
        "cost": best.cost,
        "bound": min(best.bound, best.cost) if np.isfinite(best.bound) else None,
        "gap": loop.gap if np.isfinite(best.bound) else None,
        "tables_cost": best.assumed,
        "in_sequence": None if np.isnan(loop.sequence) else loop.sequence,
        "tolerance": TOLERANCE,
        "ended": loop.ended,
        "seconds": loop.seconds,
        "proved": PROVED
        if not loop.paid.planes
        else PROVED_BY_PLANES.format(count=loop.paid.samples, share=f"{loop.paid.above:.1%}"),
    }


def _rounds(loop: ClosedLoop) -> pd.DataFrame:
    rows = [
        (one.number, one.seconds, one.cost, one.assumed, one.bound, one.gap, one.kept, one.schedules)
        for one in loop.rounds
    ]
    return pd.DataFrame(rows, columns=list(ROUND_COLUMNS))


def _periods(loop: ClosedLoop) -> pd.DataFrame:
    rows = []
    for place, state in enumerate(loop.best.states):
        first = loop.best.state_of.index(place)
        name = "average month" if loop.problem.case is None else loop.problem.case.horizon.period_name(first)
        rows.append((name, state.cost_per_year, state.assumed, state.true))
    return pd.DataFrame(rows, columns=["period", "cost_per_year", "tables_people_per_week", "people_per_week"])


def _starts(loop: ClosedLoop) -> pd.DataFrame:
    if loop.problem.case is None or loop.best.choice is None:
        return pd.DataFrame({"initiative": [], "level": [], "start": []})
    return started_table(loop.problem.case, loop.best.choice).drop(columns="decision")


@dataclass(frozen=True)
class _Year:
    """A year of service: contacts, issues settled, hours, costs and satisfaction."""

    cost: float
    people: float
    hours: float
    contacts: float
    resolved: float
    csat: float


def _year(case: MixCase, priced: PricedMix, flow: Floats) -> _Year:
    cost: MixCost = price_flow(case, flow)
    scale, found = DAYS_PER_YEAR / float(case.days.sum()), cost.outcomes
    contacts = float(found.contacts.sum())
    return _Year(
        cost.total * scale, float(cost.people.sum()) * scale, float(cost.pool_hours.sum()) * scale, contacts * scale,
        (contacts - float(found.repeats.sum()) - float(found.lost.sum())) * scale, priced.overall_csat,
    )  # fmt: skip


def _figures(
    loop: ClosedLoop, state: StatePlan, before: PricedMix, after: PricedMix,
    portfolio: JointPortfolio | None,
) -> pd.DataFrame:  # fmt: skip
    old = _year(priced_case(loop, loop.today), before, loop.today.flow)
    new = _year(priced_case(loop, state), after, state.flow)
    average = old.people / old.hours if old.hours > 0 else 0.0
    naive_people = average * new.hours
    naive = new.cost - new.people + naive_people
    freed = old.hours - new.hours
    cashed = old.people - new.people
    nothing = float("nan")
    rows: list[tuple[str, str, float, float, float]] = [
        ("service cost a year", "money", old.cost, new.cost, naive),
        ("people cost a year", "money", old.people, new.people, naive_people),
        ("saving a year", "money", nothing, old.cost - new.cost, old.cost - naive),
        ("cost per contact", "money", *_each(old.cost, old.contacts, (new.cost, naive), new.contacts)),
        ("cost per resolution", "money", *_each(old.cost, old.resolved, (new.cost, naive), new.resolved)),
        ("contacts a year", "contacts", old.contacts, new.contacts, nothing),
        ("handling hours a year", "hours", old.hours, new.hours, nothing),
        ("average cost of a handling hour", "money", average, _per(new.people, new.hours), average),
        ("saved per handling hour less", "money", nothing, _per(cashed, freed), average),
        ("cashable saving on people a year", "money", nothing, cashed, average * freed),
        ("capacity freed but paid a year", "money", nothing, average * freed - cashed, 0.0),
        ("satisfaction", "share", old.csat, new.csat, nothing),
    ]  # fmt: skip
    if portfolio is not None:
        worth = portfolio.returns
        rows += [
            ("npv", "money", nothing, worth.npv, _naive_npv(loop, portfolio, average)),
            ("one-off cost", "money", nothing, float(portfolio.cash_flow["one_off_cost"].sum()), nothing),
            ("benefit over cost", "ratio", nothing, _known(worth.benefit_cost), nothing),
            ("net roi", "ratio", nothing, _known(worth.net_roi), nothing),
            ("payback", "years", nothing, _known(worth.payback_years), nothing),
        ]
    return pd.DataFrame(rows, columns=list(FIGURE_COLUMNS))


def _naive_npv(loop: ClosedLoop, portfolio: JointPortfolio, average: float) -> float:
    """Net present value with every handling hour at today's average cost."""
    if loop.problem.case is None or loop.best.choice is None:
        return float("nan")
    costs = []
    for place in portfolio.state_of:
        state = portfolio.states[place]
        year = _year(state.case, state.priced, state.flow)
        costs.append(year.cost - year.people + average * year.hours)
    return joint_value(loop.problem.case, loop.best.choice, portfolio.today.cost_per_year, np.array(costs))


def _known(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _each(before: float, number: float, after: tuple[float, float], count: float) -> tuple[float, float, float]:
    """Costs by their numbers: before, after, and the naive estimate."""
    return _per(before, number), _per(after[0], count), _per(after[1], count)


def _per(amount: float, number: float) -> float:
    return amount / number if abs(number) > 1e-9 else float("nan")
