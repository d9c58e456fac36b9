"""Initiatives and the channel mix together: starts from a master program, mixes solved exactly, a bound between them.

Sets and decisions
    start[o, s] as in `optimizer.invest.model`; cost[t] a year of service at the effects that are there in period t
Objective
    max  NPV of starts, effects on money and cost[t]
Subject to
    the rules of the portfolio (`optimizer.invest.rules`)
    cut[j, t]   cost[t] >= C_j - sum more[n, j, t] start[n] - room_j let[j, t] - loose_j sum over overlaps (1 - working)
    let[j, t]   >= starts, initiative by initiative, whose effects on adoption or satisfaction state j lacks
of every state j whose mix was solved, C_j being the bound that was proved on its cost; and every choice that was priced
is left out, its exact price standing beside the bound.

Why a cut holds. Take a period in which some effects are there, and the state j. Effects that state j has and the period
lacks only make the period dearer. Of those that the period has beyond j, each lowers the cost of any mix by at most
more = (1 - what it leaves) x the most that a mix of today's contacts can spend on what it acts on, or C_j; effects on
adoption and satisfaction, which let other mixes in, all together by at most what all of them do in state j. Harmful
effects and overlaps are left out of the states of cuts, where they would only raise the cost; an overlap of j counts
while both work. Floors of satisfaction are loosened by what shifting weights of contact types can do
(`optimizer.invest.reach.loosened`).

These cuts stand where initiatives act on the mix in too many combinations; up to `MOST_STATES` of them are tabulated,
and the cuts of `optimizer.invest.table`, which are tighter, take their place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.investment.average_month import at_least
from models.investment.case import Choice, Floats, InvestmentCase
from models.investment.joint import MixState, joint_value, today_state
from models.investment.people_cost import DAYS_PER_YEAR
from models.investment.pricing import effect_in_time
from models.investment.tables import GAINS
from models.investment.with_mix import mix_at
from models.mix.case import MixCase
from models.mix.records import Bools
from optimizer.clock import Budget, Clock, OutOfTimeError
from optimizer.invest.bounding import Bounding, Kept
from optimizer.invest.least import SideBySide, least_cost, one_by_one
from optimizer.invest.money import added_terms, discounts, outlay_terms
from optimizer.invest.reach import LET_IN, everything, helps, loosened, most_spent, steepest
from optimizer.invest.rows import Rows
from optimizer.invest.rules import add_rules
from optimizer.invest.starts import Decisions, Terms, add_decisions
from optimizer.invest.table import MOST_STATES, StateTable, states_of
from optimizer.mix.lead import solve_case
from optimizer.mix.regions import solve_by_region
from optimizer.mix.search import Found, Limits
from optimizer.solve import Status, solve

MIX_SECONDS, MASTER_SECONDS, LEAST_SECONDS = 20.0, 15.0, 1.0
"""Of a mix, of a master program, of either at the end."""
NO_MIX = "no channel mix keeps the rules of mix.yaml: servopt mix says why"


class NoJointPlanError(Exception):
    """No portfolio, or no mix, keeps every rule; the message says which, and which command explains it."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A state whose cost is known from below.

    Attributes
    ----------
    share : (E,) share of each effect
    cost : a year of service costs at least so much in it, and in every state with no more effects
    room : how much less all effects on adoption and satisfaction together could make it
    loose : how much less where an overlap of the state is missing
    overlaps : which overlaps the cost counts
    """

    share: Floats
    cost: float
    room: float = 0.0
    loose: float = 0.0
    overlaps: tuple[int, ...] = ()


class JointSearch:
    """The search of one case.

    Parameters
    ----------
    case : InvestmentCase
        Whose work is that of the mix; without spends.
    mix : MixCase
    limits : Limits
        Of each mix.
    most_states : int
        Combinations of initiatives that are tabulated at most.
    budget : Budget, optional
    side_by_side, kept
        As `optimizer.invest.bounding.Bounding` takes them.

    Raises
    ------
    NoJointPlanError
        When not even with every effect there is a mix.
    """

    def __init__(
        self, case: InvestmentCase, mix: MixCase, limits: Limits, *, most_states: int = MOST_STATES,
        budget: Budget | None = None, side_by_side: SideBySide = one_by_one,
        kept: Kept | None = None,
    ) -> None:  # fmt: skip
        self._bounding = Bounding(case, steepest(mix), side_by_side, kept)
        self.budget = Clock(np.inf).grant(1.0) if budget is None else budget
        self.case, self.mix, self.limits = case, steepest(mix), limits
        self.today = today_state(case, mix)
        self.states: dict[bytes, MixState | None] = {}
        self.least: dict[bytes, float] = {}  # a year of service costs no less, in each of the states
        self.best = self.highest = -np.inf  # of what was priced: the best value, and what none of it can exceed
        self.bounds: dict[bytes, float] = {}
        self.proved: dict[bytes, float] = {}
        self.cuts: list[Cut] = []
        self.priced: set[tuple[tuple[int, int], ...]] = set()
        self.steps: dict[int, tuple[list[Floats], list[Bools]]] = {}
        self.likely = np.array([effect.likely for effect in case.effects])
        self.targets = np.array([effect.on for effect in case.effects])
        self.helps = np.array([helps(effect.on, effect.likely) for effect in case.effects], dtype=bool)
        whole = self.helps.astype(float)
        self.lowest = self._at(whole, self._best_kept())
        self.reach = np.array([self._reach(e) for e in range(len(case.effects))])
        self.cheapest = self._bound(whole, self._best_kept())
        if not np.isfinite(self.cheapest):
            raise NoJointPlanError(NO_MIX)
        self._to_tabulate = states_of(case, most_states)
        self._table: StateTable | None = None
        self._to_learn: list[Choice] = []
        if self._to_tabulate is not None:
            return
        self._cut(np.zeros(len(case.effects)), ())
        for k in range(len(case.initiatives)):
            mine = np.array([case.initiative_of[effect.option] == k for effect in case.effects], dtype=bool)
            self._cut(np.where(mine, 0.0, whole), ())

    @property
    def table(self) -> StateTable | None:
        """Bounds of all states, made when they are first wanted; None where there are too many."""
        if self._table is None and self._to_tabulate is not None:
            self._table = self._bounding.table(
                self._to_tabulate, self.budget, self.cheapest, self.today.cost_per_year, self.best
            )
        return self._table

    @property
    def blur(self) -> float:
        """How far above the best price a choice that was priced may lie: what the searches of its mixes left open."""
        return max(0.0, self.highest - self.best) if np.isfinite(self.best) else 0.0

    def _at(self, share: Floats, kept: Floats) -> MixCase:
        return mix_at(self.case, self.mix, share, kept)

    def _proved(self, changed: MixCase, found: Found) -> float:
        """What is proved of the cost of a state's mix, with people at what their schedules are proved to cost."""
        if not changed.cost_tables:
            # whatever is paid by planes costs at least their part of it, and all else what it does
            return found.bound * min((one.least_share for one in changed.cost_planes), default=1.0)
        _, answer = solve_case(at_least(changed), self._mix_limits())
        return min(found.bound, answer.bound)

    def _mix_limits(self) -> Limits:
        return replace(self.limits, time_limit_s=min(MIX_SECONDS, max(self.budget.left(), LEAST_SECONDS)))

    def _best_kept(self) -> Floats:
        """What overlaps keep of effects at best: all, or more where initiatives help each other."""
        return everything(self.case)[1].copy()

    def state(self, share: Floats, kept: Floats) -> MixState | None:
        """Return the best mix at some effects; None when there is none.

        Raises
        ------
        OutOfTimeError
            When time was up before.
        """
        key = _state_key(share, kept)
        if key not in self.states:
            if self.budget.left() <= 0:
                raise OutOfTimeError
            changed = self._at(share, kept)
            program, found = solve_by_region(changed, self._mix_limits())
            known, year = found.values, DAYS_PER_YEAR / float(changed.days.sum())
            # a mix that was not found in time is no proof that there is none
            possible = known is not None or found.status is not Status.INFEASIBLE
            self.proved[key] = self._proved(changed, found) * year
            self.least[key] = max(self.proved[key], self.cheapest) if possible else np.inf
            self.states[key] = None if known is None else MixState(changed, program.flows(known))
        return self.states[key]

    def _bound(self, share: Floats, kept: Floats) -> float:
        """Bound on the cost of a year at some effects, rules that they could tighten loosened; inf without a mix."""
        key = _state_key(share, kept)
        if key not in self.bounds:
            self.bounds[key] = least_cost(loosened(self._at(share, kept), self.mix, self.lowest))
        return self.bounds[key]

    def _reach(self, e: int) -> float:
        """Most that a mix can spend in a year on what an effect acts on, at today's effects."""
        effect = self.case.effects[e]
        pairs = {self.case.work.names[row] for row in effect.work}
        return most_spent(self.today.case, effect.on, pairs, self.case.settings.people)

    def _cut(self, share: Floats, overlaps: tuple[int, ...]) -> None:
        share = np.where(self.helps, share, 0.0)
        let_in = np.where(self.helps & np.isin(self.targets, LET_IN), 1.0, share)
        cost, with_more = self._bound(share, self._best_kept()), self._bound(let_in, self._best_kept())
        if not np.isfinite(cost):  # no mix here; what effects beyond would do to that is not known
            return
        room = max(0.0, cost - with_more)
        self.cuts.append(Cut(share, cost, room))
        if overlaps:
            kept = self._best_kept()
            for place in overlaps:
                _, b, lost = self.case.relations.overlaps[place]
                mine = [self.case.initiative_of[effect.option] == b for effect in self.case.effects]
                kept -= np.where(mine, lost, 0.0)
            exact = self._bound(share, kept)
            if not np.isfinite(exact):
                return
            self.cuts.append(Cut(share, exact, room, max(0.0, exact - cost), overlaps))

    def price(self, choice: Choice) -> tuple[float, list[MixState]] | None:
        """Price a choice with the best mix of every period, and learn from it; None when a period has no mix."""
        share, kept = effect_in_time(self.case, choice)
        states: list[MixState] = []
        least = np.full(self.case.horizon.periods, self.cheapest)
        for t in range(self.case.horizon.periods):
            state = self.state(share[:, t], kept[:, t])
            least[t] = self.least[_state_key(share[:, t], kept[:, t])]
            if state is None:
                break
            states.append(state)
        today = self.today.cost_per_year
        if np.isfinite(least).all():
            self.highest = max(self.highest, joint_value(self.case, choice, today, least))
        if len(states) < len(least):
            return None
        worth = joint_value(self.case, choice, today, np.array([state.cost_per_year for state in states]))
        self.best = max(self.best, worth)
        return worth, states

    def learn(self, choice: Choice) -> None:
        """Add the cuts of every state that a choice goes through; those of a table once there is one."""
        if self._to_tabulate is not None:
            self._to_learn.append(choice)
            if self._table is not None:
                self._learn_from(self._table)
            return
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

    def _learn_from(self, table: StateTable) -> None:
        for choice in self._to_learn:
            share, kept = effect_in_time(self.case, choice)
            for t in range(self.case.horizon.periods):
                full = bool(np.isin(share[:, t], (0.0, 1.0)).all())
                proved = self.proved.get(_state_key(share[:, t], kept[:, t])) if full else None
                table.learn(table.at(choice, t), proved)
        self._to_learn.clear()

    def master(self) -> tuple[Choice | None, float]:
        """Solve the master program: a choice, and what no choice but those priced exceeds."""
        if self.table is not None:
            self._learn_from(self.table)
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
        for taken in self.priced:
            starts = zip(made.option.tolist(), made.period.tolist(), strict=True)
            mine = [int(made.column[n]) for n, start in enumerate(starts) if start in taken]
            entries = {int(column): -1.0 for column in made.column} | dict.fromkeys(mine, 1.0)
            rows.row(("priced", 0), entries, -np.inf, len(mine) - 1.0)
        for cut in self.cuts:
            if id(cut) not in self.steps:
                self.steps[id(cut)] = self._more(cut)
        for t in range(case.horizon.periods):
            spent = rows.column(self.cheapest / unit, np.inf, cost=float(weight[t]) / per_year)
            if self.table is not None:
                self.table.add_rows(rows, made, spent, t, unit)
            for cut in self.cuts:
                self._add_cut(rows, made, spent, cut, t, unit)
        seconds = min(MASTER_SECONDS, max(self.budget.left(), LEAST_SECONDS))
        answer = solve(rows.program(), time_limit_s=seconds, gap=1e-7, seed=case.settings.solve.seed)
        if answer.status is Status.INFEASIBLE:
            return None, -np.inf
        today = self.today.cost_per_year * float(weight.sum()) / per_year
        choice = None if answer.values is None else made.choice(answer.values)
        return choice, today - answer.bound * unit

    def _more(self, cut: Cut) -> tuple[list[Floats], list[Bools]]:
        """What each option, by age, may lower the cost below a cut, and whether it lets other mixes in."""
        periods, kept = self.case.horizon.periods, self._best_kept()
        lowers, lets = [], []
        for o, option in enumerate(self.case.options):
            share, total, let = option.effect_share(0, periods), np.zeros(periods), np.zeros(periods, dtype=bool)
            for e, effect in enumerate(self.case.effects):
                if effect.option != o or not self.helps[e] or effect.on in ("revenue", "cost"):
                    continue
                if effect.on in LET_IN:
                    let |= share > cut.share[e] + 1e-12
                    continue
                change = -effect.likely if effect.on in GAINS else effect.likely
                left = ((1 + change * share) / (1 + change * cut.share[e])) ** kept[e]
                less = np.maximum(0.0, 1 - left)
                total += less * min(self.reach[e], cut.cost)
            lowers.append(np.minimum(total, max(0.0, cut.cost - self.cheapest)))
            lets.append(let)
        return lowers, lets

    def _add_cut(self, rows: Rows, made: Decisions, spent: int, cut: Cut, t: int, unit: float) -> None:
        """Add the row of a cut in a period, and the column that says whether effects let other mixes in there."""
        lowers, lets = self.steps[id(cut)]
        entries = {spent: 1.0}
        opening: dict[int, Terms] = {}
        for n, (o, s) in enumerate(zip(made.option.tolist(), made.period.tolist(), strict=True)):
            if t >= s and lowers[o][t - s]:
                entries[int(made.column[n])] = float(lowers[o][t - s]) / unit
            if t >= s and lets[o][t - s]:
                opening.setdefault(self.case.initiative_of[o], {})[int(made.column[n])] = -1.0
        if opening and cut.room > 0:
            let = rows.column(0.0, 1.0)
            entries[let] = cut.room / unit
            for terms in opening.values():
                rows.row(("let", t), terms | {let: 1.0}, 0.0, np.inf)
        lower = cut.cost
        for place in cut.overlaps:
            lower -= cut.loose
            for column, one in made.working(self.case.relations.overlaps[place][0], t).items():
                entries[column] = entries.get(column, 0.0) - cut.loose * one / unit
        rows.row(("cut", t), entries, lower / unit, np.inf)


def _state_key(share: Floats, kept: Floats) -> bytes:
    return np.round(np.concatenate([share, np.where(share > 0, kept, 1.0)]), 9).tobytes()
