"""The portfolio as an integer program whose linear rows bound the true one from the right side.

Sets
    k initiative, o its sizes (options), s period of a start in the option's window, t period, y year,
    m bundle (a cost that one product of effects scales, `optimizer.invest.bundles`), w scenario of effect sizes
Decisions
    start[o, s]     binary: the option starts in that period
    both[a, o, s, t]  overlap: the start is taken and initiative a works in t; 0 to 1
    amount[j, y]    yearly amount of spend j; logs[j, y] logarithm of what it leaves
    u[m, t, w], g[m, t, w]   logarithms of what all effects leave (of the product, of the repeats)
    saved[m, t, w]  money saved on the bundle
    eta, short[w]   level that CVaR or the worst case is measured from, and what a scenario lacks to it
Objective
    max  NPV = sum discount (1 - tax) (saved + revenue - running) - discounted one-off costs + tax saved by them
    or the mean of it over w; or eta - mean short / (1 - alpha) (CVaR); or eta with short = 0 (worst); or min outlay
Subject to
    once[k]         sum start[o, s] <= 1, = 1 when mandatory
    needs, excludes, at_most   as relations.csv says, by the periods in which initiatives work
    budget[y]       one-off costs (and running ones) up to y <= budgets up to y; of y alone without carry-over
    capacity[t], at_once[t]    people of change capacity, number of initiatives being built
    csat[t]         CSAT with all effects >= its floor
    curve[j, y]     logs >= every segment of the spend's curve
    logs[m, t, w]   u = sum log(1 - e ramp) start + sum logs - sum share log(1 - e ramp) both; the same for g
    tangent[..]     saved <= C (1 - exp(phi0) (1 + (u - u0) + phi'(g0) (g - g0)))
    level[w]        short >= eta - NPV[w]
    target          least_cost: saving and revenue of the last year >= target

saved <= C (1 - exp(phi)) is the true row. phi is convex, so every tangent allows at least as much: the program's bound
is a bound on the true optimum, and a tangent at the chosen portfolio makes it exact there.

The arrays have one column and one tangent for all bundles of a period, u and g put in: saved[t, w], the sum over m. On
data/retail that is an eighth of the time (270 columns in place of 1,614), for the same number of rounds.
`optimizer.invest.twin` writes the algebra out as it stands above.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.investment.case import Choice, Floats, InvestmentCase
from models.investment.tables import CHANGES, GAINS
from optimizer.invest.bundles import bundles, log_left, shares_left
from optimizer.invest.money import added_terms, discounts, effect_terms, outlay_terms, shares
from optimizer.invest.rows import Rows
from optimizer.invest.rules import add_rules
from optimizer.invest.starts import Terms, add_decisions
from optimizer.solve import Program

Point = tuple[int, int]
"""Period and scenario of a curve."""
Place = tuple[Floats, Floats]
"""Where a tangent touches: logarithms u and g of each bundle."""
PRODUCTS = (*CHANGES, *GAINS)
"""What effects multiply."""
FIRST_TANGENTS = 3
"""Tangents that every curve begins with, evenly from no effect to all of them."""


@dataclass(frozen=True, eq=False)
class _Curve:
    """What is saved in a period.

    Attributes
    ----------
    saved : column
    bundles : places of the bundles that cost something then, B in all
    parts, repeats : (B, Q) of the bundles, in units of money, filled up with parts of 0
    on_u, on_g : (B, columns) matrices, decisions to logarithms
    """

    saved: int
    bundles: tuple[int, ...]
    parts: Floats
    repeats: Floats
    on_u: sparse.csr_matrix
    on_g: sparse.csr_matrix


class InvestModel:
    """The program of a case, which gains tangents as it is solved.

    Parameters
    ----------
    case : InvestmentCase
    sizes : (W, E) effects in full of each scenario
    tangents : dict of Point to places, optional
        Of another model of the same effects, to begin with.
    """

    def __init__(self, case: InvestmentCase, sizes: Floats, tangents: dict[Point, list[Place]] | None = None) -> None:
        self.case, self.sizes = case, sizes
        self.bundles = bundles(case)
        largest = max((float(bundle.cost.max()) for bundle in self.bundles), default=1.0)
        self.unit = max(1.0, largest / 1000)
        self.rows = Rows()
        self.decisions = add_decisions(self.rows, case)
        self.once = add_rules(self.rows, self.decisions)
        self.tangents: dict[Point, list[Place]] = {}
        self._curves: dict[Point, _Curve] = {}
        for w in range(len(sizes)):
            self._add_curves(w)
        self._add_csat_floor()
        self._add_objective()
        for point, places in (tangents or {}).items():
            for u, g in places:
                self.add_tangent(point, u, g)

    @property
    def negligible(self) -> float:
        """Money that a solver's tolerances blur."""
        return 1e-6 * self.unit

    def _add_curves(self, w: int) -> None:
        """Columns saved of a scenario, and their first tangents."""
        targets = [effect.on for effect in self.case.effects]
        logs = [
            log_left(self.case, e, float(size)) if targets[e] in PRODUCTS else np.zeros(self.case.horizon.periods)
            for e, size in enumerate(self.sizes[w])
        ]
        ends = [
            (self._least(bundle.effects, logs, bundle.spends), self._least(bundle.repeat_effects, logs, ()))
            for bundle in self.bundles
        ]
        known: dict[tuple[int, int], Terms] = {}
        before: tuple[list[tuple[int, Terms, Terms]], Point] | None = None
        for t in range(self.case.horizon.periods):
            terms = self._terms_of(t, logs, known)
            if not terms:
                continue
            # once everything that may start works in full, one period is like the next
            if before and terms == before[0] and self._same_parts(t, before[1][0]):
                self._curves[t, w] = self._curves[before[1]]
                continue
            before = terms, (t, w)
            self._add_curve((t, w), terms)
            least = np.array([ends[m] for m, _, _ in terms])
            for share in np.linspace(0, 1, FIRST_TANGENTS):
                self.add_tangent((t, w), share * least[:, 0], share * least[:, 1])

    def _terms_of(
        self, t: int, logs: list[Floats], known: dict[tuple[int, int], Terms]
    ) -> list[tuple[int, Terms, Terms]]:
        """Bundles that cost something in a period, and what their logarithms u and g are sums of."""
        year, found = self.case.horizon.year_of(t), []
        for m, bundle in enumerate(self.bundles):
            if bundle.cost[t]:
                on_u = self._log_terms(bundle.effects, logs, t, known)
                on_u |= {int(self.decisions.logs[k, year]): 1.0 for k in bundle.spends}
                found.append((m, on_u, self._log_terms(bundle.repeat_effects, logs, t, known)))
        return found

    def _same_parts(self, t: int, other: int) -> bool:
        return all(np.array_equal(bundle.parts[:, t], bundle.parts[:, other]) for bundle in self.bundles)

    def _add_curve(self, point: Point, terms: list[tuple[int, Terms, Terms]]) -> None:
        """Add the column of a curve, and how its logarithms follow from the decisions."""
        mine = [self.bundles[m] for m, _, _ in terms]
        parts, repeats = np.zeros((2, len(mine), max(len(bundle.repeats) for bundle in mine)))
        for place, bundle in enumerate(mine):
            parts[place, : len(bundle.repeats)] = bundle.parts[:, point[0]] / self.unit
            repeats[place, : len(bundle.repeats)] = bundle.repeats
        columns = len(self.rows.cost)
        on_u, on_g = (
            sparse.csr_matrix(
                (
                    [value for one in side for value in one.values()],
                    ([row for row, one in enumerate(side) for _ in one], [column for one in side for column in one]),
                ),
                shape=(len(terms), columns),
            )
            for side in ([u for _, u, _ in terms], [g for _, _, g in terms])
        )
        saved = self.rows.column(-np.inf, float(parts.sum()))
        self._curves[point] = _Curve(saved, tuple(m for m, _, _ in terms), parts, repeats, on_u, on_g)

    def _log_terms(
        self, effects: tuple[int, ...], logs: list[Floats], t: int, known: dict[tuple[int, int], Terms]
    ) -> Terms:
        """Sum of the logarithms of effects in a period; `known` keeps those of single effects."""
        weight = np.zeros(self.case.horizon.periods)
        weight[t] = 1.0
        terms: Terms = {}
        for e in effects:
            if (e, t) not in known:
                known[e, t] = effect_terms(self.decisions, e, logs[e], weight)
            for column, value in known[e, t].items():
                terms[column] = terms.get(column, 0.0) + value
        return terms

    def _least(self, effects: tuple[int, ...], logs: list[Floats], spends: tuple[int, ...]) -> float:
        """Least that a logarithm may be: the best size of every initiative, and all that spends can do."""
        best: dict[int, dict[int, float]] = {}
        for e in effects:
            option = self.case.effects[e].option
            of = best.setdefault(self.case.initiative_of[option], {})
            of[option] = of.get(option, 0.0) + float(logs[e][-1])
        initiatives = sum(min(0.0, *options.values()) for options in best.values())
        return initiatives + sum(min(0.0, float(np.log1p(self.case.spends[k].changes).min())) for k in spends)

    def add_tangent(self, point: Point, u: Floats, g: Floats) -> None:
        """Add the tangent of a curve at a point of its logarithms; one that is there already is not added again."""
        known = self.tangents.setdefault(point, [])
        if any(np.abs(u - a).max() + np.abs(g - b).max() < 1e-9 for a, b in known):
            return
        known.append((u, g))
        curve = self._curves[point]
        cost, (left, slope) = curve.parts.sum(axis=1), shares_left(curve.parts, curve.repeats, u, g)
        steep = cost * left @ curve.on_u + cost * left * slope @ curve.on_g
        entries = {int(column): float(steep[column]) for column in np.flatnonzero(steep)}
        most = float(cost @ (1 - left * (1 - u - slope * g)))
        self.rows.row(("tangent", point[0]), {curve.saved: 1.0} | entries, -np.inf, most)

    def _add_csat_floor(self) -> None:
        csat, case = self.case.settings.csat, self.case
        if csat.floor is None or csat.today is None:
            return
        likely = np.array([effect.likely for effect in case.effects])
        for t in range(case.horizon.periods):
            weight = np.zeros(case.horizon.periods)
            weight[t] = 1.0
            terms: Terms = {}
            for e, effect in enumerate(case.effects):
                if effect.on == "csat":
                    points = float(likely[e]) * float(case.csat_weight[list(effect.work)].sum())
                    for column, value in effect_terms(self.decisions, e, points * shares(case, e), weight).items():
                        terms[column] = terms.get(column, 0.0) + value
            rest = csat.floor - csat.today
            self.rows.row(("csat", t), {column: 100 * value for column, value in terms.items()}, 100 * rest, np.inf)

    def _npv_terms(self, w: int) -> Terms:
        """Net present value of a scenario in units of money, column by column."""
        case = self.case
        _, end = discounts(case)
        weight = (1 - case.settings.tax.rate) * np.repeat(end, case.horizon.periods_per_year)
        terms = {column: -value / self.unit for column, value in outlay_terms(self.decisions, taxed=True).items()}
        for column, value in added_terms(self.decisions, self.sizes[w], weight).items():
            terms[column] = terms.get(column, 0.0) + value / self.unit
        for (t, scenario), curve in self._curves.items():
            if scenario == w:
                terms[curve.saved] = terms.get(curve.saved, 0.0) + float(weight[t])
        return terms

    def _add_objective(self) -> None:
        settings, rows = self.case.settings, self.rows
        if settings.goal == "least_cost":
            for column, value in outlay_terms(self.decisions, taxed=False).items():
                rows.cost[column] = value / self.unit
            self._add_target()
            return
        scenarios = len(self.sizes)
        if settings.risk.measure in ("likely", "expected") or scenarios == 1:
            for w in range(scenarios):
                for column, value in self._npv_terms(w).items():
                    rows.cost[column] -= value / scenarios
            return
        eta = rows.column(-np.inf, np.inf, cost=-1.0)
        worst = settings.risk.measure == "worst"
        for w in range(scenarios):
            price = 0.0 if worst else 1 / (scenarios * (1 - settings.risk.alpha))
            short = rows.column(0.0, 0.0 if worst else np.inf, cost=price)
            rows.row(("level", w), self._npv_terms(w) | {eta: -1.0, short: 1.0}, 0.0, np.inf)

    def _add_target(self) -> None:
        """Saving and revenue of the last year, in the first scenario."""
        case = self.case
        weight = np.zeros(case.horizon.periods)
        weight[-case.horizon.periods_per_year :] = 1.0
        terms = {c: v / self.unit for c, v in added_terms(self.decisions, self.sizes[0], weight).items()}
        for (t, w), curve in self._curves.items():
            if w == 0 and weight[t]:
                terms[curve.saved] = terms.get(curve.saved, 0.0) + 1.0
        self.rows.row(("target", 0), terms, float(case.settings.target_saving_per_year or 0.0) / self.unit, np.inf)

    def places(self) -> dict[tuple[int, int, int], list[tuple[float, float]]]:
        """Where the tangents touch, by bundle, period and scenario."""
        found: dict[tuple[int, int, int], list[tuple[float, float]]] = {}
        for (t, w), places in self.tangents.items():
            for u, g in places:
                for m, at_u, at_g in zip(self._curves[t, w].bundles, u.tolist(), g.tolist(), strict=True):
                    found.setdefault((m, t, w), []).append((at_u, at_g))
        return found

    def program(self, forced: frozenset[int], banned: frozenset[int], *, whole: bool = True) -> Program:
        """Arrays of the program, with initiatives that must or must not be chosen."""
        program = self.rows.program(whole=whole)
        for k in forced:
            program.row_lower[self.once[k]] = 1.0
        for k in banned:  # also one that is mandatory, to see what the duty costs
            program.row_lower[self.once[k]] = program.row_upper[self.once[k]] = 0.0
        return program

    def choice(self, values: Floats) -> Choice:
        """Read the decisions off a solution."""
        return self.decisions.choice(values)

    def refine(self, values: Floats) -> float:
        """Add a tangent wherever a solution saves more than its curve allows; return the most it does, in money."""
        worst = 0.0
        done: set[int] = set()
        for point, curve in self._curves.items():
            if curve.saved in done:
                continue
            done.add(curve.saved)
            decided = values[: curve.on_u.shape[1]]
            u, g = curve.on_u @ decided, curve.on_g @ decided
            cost, (left, _) = curve.parts.sum(axis=1), shares_left(curve.parts, curve.repeats, u, g)
            excess = float(values[curve.saved] - cost @ (1 - left))
            if excess > 1e-9:
                worst = max(worst, excess * self.unit)
                self.add_tangent(point, u, g)
        return worst
