"""Initiatives and the channel mix together: starts from a master program, mixes solved exactly, a bound between them.

Sets and decisions
    start[o, s] as in `optimizer.invest.model`; cost[t] a year of service at the effects that are there in period t
Objective
    max  NPV of starts, effects on money and cost[t]
Subject to
    the rules of the portfolio (`optimizer.invest.rules`)
    cut[j, t]   cost[t] >= C_j - sum over starts of more[n, j, t] start[n] - loose_j sum over overlaps (1 - working)
of every state j whose mix was solved, C_j being the bound that was proved on its cost.

Why a cut holds. Take a period in which some effects are there, and the state j. Effects that state j has and the period
lacks only make the period dearer. Of those that the period has beyond j, each lowers the cost of any mix by at most
more = (1 - what it leaves) x the most that a mix of today's contacts can spend on what it acts on; effects on adoption
and satisfaction, which let other mixes in, by at most all that is between C_j and the cheapest state. Harmful effects
and overlaps are left out of the states of cuts, where they would only raise the cost; an overlap of j counts while both
work. Floors of satisfaction are loosened by what shifting weights of contact types can do (`_loosened`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.faults import FaultLog
from models.investment.assembly import work_of
from models.investment.case import Choice, Floats, InvestmentCase
from models.investment.joint import JointPortfolio, MixState, joint_value, today_state
from models.investment.pricing import effect_in_time
from models.investment.tables import GAINS
from models.investment.with_mix import DAYS_PER_YEAR, mix_at, mix_work, steady_mix
from models.mix.case import MixCase
from models.plan import PROOF_TOLERANCE, StageResult, relative_gap
from optimizer.invest.model import InvestModel
from optimizer.invest.money import added_terms, discounts, outlay_terms
from optimizer.invest.rows import Rows
from optimizer.invest.rules import add_rules
from optimizer.invest.search import Found as Alone
from optimizer.invest.search import search
from optimizer.invest.starts import add_decisions
from optimizer.mix.formulation import build_program
from optimizer.mix.lead import solve_case
from optimizer.mix.search import Limits
from optimizer.solve import SolverFailureError, Status, solve

MIX_SECONDS = 20.0
MOST_ROUNDS = 200
ALONE_GAP = 1e-3
"""The portfolio for today's mix, with which the search begins, is as exact as this."""
Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Cut:
    """A state whose cost is known from below.

    Attributes
    ----------
    share : (E,) share of each effect
    cost : a year of service costs at least so much in it, and in every state with no more effects
    loose : how much less where an overlap of the state is missing
    overlaps : which overlaps the cost counts
    """

    share: Floats
    cost: float
    loose: float = 0.0
    overlaps: tuple[int, ...] = ()


class JointSearch:
    """The search of one case.

    Parameters
    ----------
    case : InvestmentCase
        Whose work is that of the mix; without spends.
    mix : MixCase
    """

    def __init__(self, case: InvestmentCase, mix: MixCase, limits: Limits) -> None:
        self.case, self.mix, self.limits = case, mix, limits
        self.today = today_state(case, mix)
        self.states: dict[bytes, MixState | None] = {}
        self.bounds: dict[bytes, float] = {}
        self.cuts: list[Cut] = []
        self.likely = np.array([effect.likely for effect in case.effects])
        self.helps = np.array([_helps(effect.on, effect.likely) for effect in case.effects], dtype=bool)
        everything = self.helps.astype(float)
        self.least_factor = _volume_factor(mix, self._at(everything, self._best_kept()))
        self.steps = _largest_steps(self.today.case)
        self.reach = np.array([self._reach(e) for e in range(len(case.effects))])
        self.cheapest = self._bound(everything, self._best_kept())
        self._cut(np.zeros(len(case.effects)), ())
        for k in range(len(case.initiatives)):
            mine = np.array([case.initiative_of[effect.option] == k for effect in case.effects], dtype=bool)
            self._cut(np.where(mine, 0.0, everything), ())

    def _at(self, share: Floats, kept: Floats) -> MixCase:
        return mix_at(self.case, self.mix, share, kept)

    def _best_kept(self) -> Floats:
        """What overlaps keep of effects at best: all, or more where initiatives help each other."""
        kept = np.ones(len(self.case.effects))
        for e, effect in enumerate(self.case.effects):
            for _, b, lost in self.case.relations.overlaps:
                if self.case.initiative_of[effect.option] == b and lost < 0:
                    kept[e] -= lost
        return kept

    def state(self, share: Floats, kept: Floats) -> MixState | None:
        """Return the best mix at some effects; None when there is none."""
        key = _state_key(share, kept)
        if key not in self.states:
            changed = self._at(share, kept)
            program, found = solve_case(changed, replace(self.limits, time_limit_s=MIX_SECONDS))
            known = found.values
            self.states[key] = None if known is None else MixState(changed, program.flows(known))
        return self.states[key]

    def _bound(self, share: Floats, kept: Floats) -> float:
        """Bound on the cost of a year at some effects, rules that they could tighten loosened."""
        key = _state_key(share, kept)
        if key not in self.bounds:
            loose = _loosened(self._at(share, kept), self.mix, self.least_factor)
            program = build_program(loose)
            linear = replace(program.program, integer=np.zeros_like(program.program.integer))
            answer = solve(linear, solver="glop")
            if answer.status is not Status.OPTIMAL:
                raise SolverFailureError("a mix without its rules has no cheapest form")
            self.bounds[key] = answer.bound * program.money * DAYS_PER_YEAR / float(loose.days.sum())
        return self.bounds[key]

    def _reach(self, e: int) -> float:
        """Most that a mix can spend in a year on what an effect acts on, at today's effects."""
        effect = self.case.effects[e]
        pairs = {self.case.work.names[row] for row in effect.work}
        return _most_spent(self.today.case, effect.on, pairs)

    def _cut(self, share: Floats, overlaps: tuple[int, ...]) -> None:
        share = np.where(self.helps, share, 0.0)
        cost = self._bound(share, self._best_kept())
        self.cuts.append(Cut(share, cost))
        if overlaps:
            kept = self._best_kept()
            for place in overlaps:
                _, b, lost = self.case.relations.overlaps[place]
                mine = [self.case.initiative_of[effect.option] == b for effect in self.case.effects]
                kept -= np.where(mine, lost, 0.0)
            exact = self._bound(share, kept)
            self.cuts.append(Cut(share, exact, max(0.0, exact - cost), overlaps))

    def price(self, choice: Choice) -> tuple[float, list[MixState]] | None:
        """Price a choice with the best mix of every period, and learn from it; None when a period has no mix."""
        share, kept = effect_in_time(self.case, choice)
        states = []
        for t in range(self.case.horizon.periods):
            state = self.state(share[:, t], kept[:, t])
            if state is None:
                return None
            states.append(state)
        costs = np.array([state.cost_per_year for state in states])
        return joint_value(self.case, choice, self.today.cost_per_year, costs), states

    def learn(self, choice: Choice) -> None:
        """Add the cuts of every state that a choice goes through."""
        share, _ = effect_in_time(self.case, choice)
        working = {self.case.initiative_of[start.option]: start for start in choice.starts}
        known = {(cut.share.tobytes(), cut.overlaps) for cut in self.cuts}
        for t in range(self.case.horizon.periods):
            on = {k for k, start in working.items() if self.case.options[start.option].build + start.period <= t}
            both = tuple(
                place for place, (a, b, lost) in enumerate(self.case.relations.overlaps) if lost > 0 and {a, b} <= on
            )
            helpful = np.where(self.helps, share[:, t], 0.0)
            if (helpful.tobytes(), both) not in known:
                known.add((helpful.tobytes(), both))
                self._cut(helpful, both)

    def master(self) -> tuple[Choice | None, float]:
        """Solve the master program: a choice, and what no choice exceeds."""
        case, rows = self.case, Rows()
        made = add_decisions(rows, case)
        add_rules(rows, made)
        unit = max(1.0, self.today.cost_per_year / 1000)
        _, end = discounts(case)
        per_year = case.horizon.periods_per_year
        weight = (1 - case.settings.tax.rate) * np.repeat(end, per_year)
        for column, value in outlay_terms(made, taxed=True).items():
            rows.cost[column] += value / unit
        money = np.where([effect.on in ("revenue", "cost") for effect in case.effects], self.likely, 0.0)
        for column, value in added_terms(made, money, weight).items():
            rows.cost[column] -= value / unit
        more = [self._more(cut) for cut in self.cuts]
        for t in range(case.horizon.periods):
            spent = rows.column(self.cheapest / unit, np.inf, cost=float(weight[t]) / per_year)
            for cut, tables in zip(self.cuts, more, strict=True):
                entries = {spent: 1.0}
                for n, (o, s) in enumerate(zip(made.option.tolist(), made.period.tolist(), strict=True)):
                    if t >= s and tables[o][t - s]:
                        entries[int(made.column[n])] = tables[o][t - s] / unit
                lower = cut.cost
                for place in cut.overlaps:
                    lower -= cut.loose
                    for column, one in made.working(case.relations.overlaps[place][0], t).items():
                        entries[column] = entries.get(column, 0.0) - cut.loose * one / unit
                rows.row(("cut", t), entries, lower / unit, np.inf)
        answer = solve(rows.program(), time_limit_s=30.0, gap=1e-7, seed=case.settings.solve.seed)
        if answer.status is Status.INFEASIBLE:
            return None, -np.inf
        today = self.today.cost_per_year * float(weight.sum()) / per_year
        choice = None if answer.values is None else made.choice(answer.values)
        return choice, today - answer.bound * unit

    def _more(self, cut: Cut) -> list[list[float]]:
        """What each option, by periods since its start, may lower the cost below that of a cut."""
        periods = self.case.horizon.periods
        room = max(0.0, cut.cost - self.cheapest)
        kept = self._best_kept()
        tables = []
        for o, option in enumerate(self.case.options):
            share, total = option.effect_share(0, periods), np.zeros(periods)
            for e, effect in enumerate(self.case.effects):
                if effect.option != o or not self.helps[e] or effect.on in ("revenue", "cost"):
                    continue
                if effect.on in ("adoption", "csat"):
                    total += np.where(share > cut.share[e] + 1e-12, room, 0.0)
                    continue
                change = -effect.likely if effect.on in GAINS else effect.likely
                left = ((1 + change * share) / (1 + change * cut.share[e])) ** kept[e]
                lowers = np.maximum(0.0, 1 - left)
                total += lowers * self.reach[e] + np.where(lowers > 1e-12, self.steps, 0.0)
            tables.append(np.minimum(total, room).tolist())
        return tables


def _state_key(share: Floats, kept: Floats) -> bytes:
    return np.round(np.concatenate([share, np.where(share > 0, kept, 1.0)]), 9).tobytes()


def _helps(on: str, likely: float) -> bool:
    """Whether an effect can only make the mix cheaper."""
    return likely > 0 if on in (*GAINS, "csat") else likely < 0


def _volume_factor(mix: MixCase, changed: MixCase) -> Floats:
    """Contacts that an issue makes on a link, beside today's, shape (L,): fewer issues and fewer that come back."""
    before = mix.issues.sum(axis=(1, 2))
    issues = np.divide(changed.issues.sum(axis=(1, 2)), before, out=np.ones_like(before), where=before > 0)
    again = (1 - mix.links.recontact) / (1 - changed.links.recontact)
    return np.asarray(issues[mix.link_type] * again)


def _loosened(changed: MixCase, mix: MixCase, least: Floats) -> MixCase:
    """Drop or loosen the rules that fewer contacts could make harder to keep.

    The overall floor: with volume factors between ``least`` and 1, a link above the floor counts at most as today and
    one below it at least at its least factor, which its satisfaction here is set to. Floors and leads of tiers, bot
    caps, contracts and change limits are dropped when any volume may change; budgets always, since a cut is on cost.
    """
    settings = changed.settings.model_copy(update={"budget": None, "budget_per_period": None})
    none = np.full(len(changed.tiers.name), np.nan)
    if (least > 1 - 1e-12).all():
        return replace(changed, settings=settings, tiers=replace(changed.tiers, csat_lead=none))
    links, floor = changed.links, settings.csat_floor
    if floor is not None:
        off = links.csat - floor
        now = _volume_factor(mix, changed)
        links = replace(links, csat=np.clip(floor + off * np.where(off < 0, least, 1.0) / now, 0.0, None))
    tiers = replace(changed.tiers, csat_floor=none, csat_lead=none, bot_cap=np.ones(len(none)))
    free = settings.model_copy(update={"change": type(settings.change)()})
    channels = replace(changed.channels, min_contacts=np.zeros_like(changed.channels.min_contacts))
    return replace(changed, settings=free, links=links, tiers=tiers, channels=channels)


def _most_spent(mix: MixCase, on: str, pairs: set[tuple[str, str]]) -> float:
    """Most that any mix spends in a year on what an effect acts on: every issue on the link where that is dearest."""
    links, channels = mix.links, mix.channels
    named = [(mix.contact_types[i], channels.name[h]) for i, h in zip(mix.link_type, links.channel, strict=True)]
    here = np.array([name in pairs for name in named], dtype=bool)
    goes_to = np.array(
        [
            (mix.contact_types[i], channels.name[max(channels.escalates_to[h], 0)]) in pairs
            for i, h in zip(mix.link_type, links.channel, strict=True)
        ],
        dtype=bool,
    )
    rate = _dearest_hour(mix)
    own = np.where(links.pool >= 0, rate[links.pool], 0.0) * mix.handle_s / 3600
    other = np.where(links.escalation_pool >= 0, rate[links.escalation_pool], 0.0) * mix.escalation_handle_s / 3600
    target = channels.escalates_to[links.channel]
    after = other + np.where(target >= 0, channels.unit_price[np.maximum(target, 0)], 0.0)
    lost = mix.lost * mix.lost_cost[mix.link_type][:, None]
    escapes = after[:, None] * mix.escalated + lost
    licences = np.where(
        np.isfinite(channels.licence_hours[links.channel]),
        mix.licence_hours * channels.licence_price[links.channel] / channels.licence_hours[links.channel], 0.0,
    )  # fmt: skip
    prices = channels.unit_price[links.channel] + channels.resolution_price[links.channel] * links.containment
    if on == "handle_time":
        each = (own * here)[:, None] + (other * goes_to)[:, None] * mix.escalated
    elif on == "containment":
        each = escapes * here[:, None]
    elif on == "attrition":
        each = own[:, None] + other[:, None] * mix.escalated
    else:
        each = (own + prices + licences)[:, None] + escapes
        each = each * here[:, None] if on == "fcr" else each * np.isin(mix.link_type, mix.link_type[here])[:, None]
    each = each / (1 - links.recontact)[:, None]
    dearest = np.zeros((len(mix.segments.name), len(mix.tiers.name)))
    np.maximum.at(dearest, links.segment, each * mix.open_to)
    whole = float((dearest[:, :, None] * mix.segment_issues).sum())
    return whole * DAYS_PER_YEAR / float(mix.days.sum())


def _dearest_hour(mix: MixCase) -> Floats:
    """Most that one more hour of handling costs, by pool, steps apart; index -1 is 0."""
    if mix.settings.people.cost_from == "cost_per_hour":
        return np.append(mix.pool_cost_per_hour / mix.settings.people.busy_share, 0.0)
    tables = [mix.table_of(pool) for pool in range(len(mix.pools))]
    slopes = [np.diff(table.cost_per_week) / np.diff(table.load_hours_per_week) for table in tables]
    return np.array([*(float(slope.max(initial=0.0)) for slope in slopes), 0.0])


def _largest_steps(mix: MixCase) -> float:
    """Money a year by which steps (cost tables, licences, fixed prices) may add to what a small change saves."""
    channels = mix.channels
    licences = np.where(np.isfinite(channels.licence_hours), channels.licence_price, 0.0)
    steps = float((channels.fixed_price + licences).sum()) * len(mix.periods)
    if mix.settings.people.cost_from == "cost_table":
        largest = [float(np.diff(mix.table_of(pool).cost_per_week).max(initial=0.0)) for pool in range(len(mix.pools))]
        steps += sum(largest) * float(mix.days.sum()) / 7
    return steps * DAYS_PER_YEAR / float(mix.days.sum())


def invest_jointly(
    case: InvestmentCase, mix: MixCase, *, limits: Limits | None = None, tell: Tell = lambda text: None
) -> JointPortfolio:
    """Choose initiatives and the channel mix together.

    Parameters
    ----------
    case : InvestmentCase
        Read with the mix (`models.investment.reading.read_investment`), goal npv; effects count as likely.
    mix : MixCase
        With today.csv; decided for an average month of every state (`models.investment.with_mix.steady_mix`).
    limits : Limits, optional
        Of each mix.
    tell : callable
        Takes progress in words.

    Returns
    -------
    JointPortfolio
        The best found; its bound is proved, and the gap says how far the two are.

    Raises
    ------
    ValueError
        If the case has spends or another goal.
    SolverFailureError
        When not even doing nothing has a mix that keeps its rules.
    """
    if case.spends or case.settings.goal != "npv":
        raise ValueError("with the mix, spends.csv and goal: least_cost are not decided; leave them out")
    started = time.perf_counter()
    seconds = case.settings.solve.time_limit_s
    tell("mixes without and with everything")
    joint = JointSearch(case, steady_mix(mix), limits or Limits(gap=1e-4))
    model = InvestModel(case, np.array([[effect.likely for effect in case.effects]]))
    alone = search(model, time_limit_s=seconds / 2, gap=ALONE_GAP)
    if alone.status == "infeasible":
        raise SolverFailureError("no portfolio keeps the rules: servopt invest without --joint says why")
    best: Choice | None = None
    value, bound, rounds = -np.inf, np.inf, 0
    tried: dict[tuple[tuple[int, int], ...], float] = {}
    # where to begin: the best for today's mix, nothing, and the best for the mix that would be best without anything
    first = [alone.choice, None if case.mandatory else Choice.none(case), _for_best_mix(joint, seconds / 4)]
    for choice in [one for one in first if one is not None]:
        tried[_key(choice)] = worth = _worth(joint, choice)
        if worth > value:
            best, value = choice, worth
    while rounds < MOST_ROUNDS and (time.perf_counter() - started < seconds or not rounds):
        rounds += 1
        proposed, above = joint.master()
        bound = min(bound, above)
        tell(f"round {rounds}: {value:,.0f}, at most {bound:,.0f}")
        if proposed is None or bound - value <= max(case.settings.solve.gap, joint.limits.gap / 10) * abs(value):
            break
        if _key(proposed) in tried:  # the cuts of its states are there: what is left is the gap of the mixes
            break
        tried[_key(proposed)] = worth = _worth(joint, proposed)
        if worth > value:
            best, value = proposed, worth
    if best is None:
        raise SolverFailureError("no channel mix keeps the rules of mix.yaml: run servopt mix to see why")
    bound = max(bound, value)
    gap = relative_gap(value, bound)
    status = "optimal" if gap <= PROOF_TOLERANCE else "feasible"
    name = f"cuts from mixes, {rounds} rounds, {len(joint.states)} mixes"
    result = StageResult(status, value, bound, gap, time.perf_counter() - started, name, case.settings.solve.seed)
    return _joint_portfolio(joint, best, result, _comparison(alone, tried, value))


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


def _key(choice: Choice) -> tuple[tuple[int, int], ...]:
    return tuple((start.option, start.period) for start in choice.starts)


def _worth(joint: JointSearch, choice: Choice) -> float:
    priced = joint.price(choice)
    joint.learn(choice)
    return -np.inf if priced is None else priced[0]


def _comparison(alone: Alone, tried: dict[tuple[tuple[int, int], ...], float], value: float) -> pd.DataFrame:
    """What each way of deciding reaches, those that were found only."""
    rows = []
    if () in tried:
        rows.append(("the best mix, without initiatives", tried[()]))
    if alone.choice is not None:
        rows.append(("initiatives that are best for today's mix, which stays", alone.value))
        rows.append(("these initiatives, and then the best mix for them", tried[_key(alone.choice)]))
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
        joint.case, choice, result, joint.today, tuple(distinct), tuple(places), comparison, joint.case.notes
    )
