"""From a case to its answer: the portfolio, and what solving it again without, with and beside says about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from models.investment.case import Choice, InvestmentCase
from models.investment.portfolio import AT_LEAST, Capacity, Portfolio, Rejected
from models.investment.pricing import serve
from models.investment.risk import scenario_sizes
from models.plan import StageResult
from models.remark import remark
from optimizer.invest.conflict import explain
from optimizer.invest.decisions import AGAIN_GAP, budget_table, changes, chosen_of, decision_table, sureness, was_cut
from optimizer.invest.model import InvestModel
from optimizer.invest.search import Found, search, value_of

MOST_SOLVED_AGAIN = 60
"""So many initiatives at most are solved again without (or with) them."""
PRICE_STEPS = 9
"""Halvings of the interval in which the price of a rejected initiative is looked for."""
PRICE_STEP = 0.001
"""Share of its cost to which that price is found."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class _Again:
    """A case that is solved again and again, each time with what was learnt before."""

    case: InvestmentCase
    model: InvestModel
    best: Found
    until: float

    def left(self) -> float:
        return self.until - time.perf_counter()

    def solve(self, *, forced: int | None = None, banned: int | None = None) -> Found:
        """Solve with an initiative that must, or must not, be chosen."""
        return search(
            self.model,
            forced=frozenset(() if forced is None else (forced,)),
            banned=frozenset(() if banned is None else (banned,)),
            time_limit_s=max(self.left(), 0.5),
            gap=max(AGAIN_GAP, self.case.settings.solve.gap),
            again=True,
        )

    def changed(
        self,
        case: InvestmentCase,
        *,
        forced: int | None = None,
        hint: Choice | None = None,
        enough: float | None = None,
    ) -> Found:
        """Solve a changed case with the same effects."""
        model = InvestModel(case, self.model.sizes, self.model.tangents)
        must = frozenset(() if forced is None else (forced,))
        gap = max(AGAIN_GAP, self.case.settings.solve.gap)
        return search(
            model, forced=must, hint=hint, time_limit_s=max(self.left(), 0.5), gap=gap, again=True, enough=enough
        )


def with_limits(
    case: InvestmentCase, *, gap: float | None = None, time_limit_s: float | None = None, seed: int | None = None
) -> InvestmentCase:
    """Return the case with other limits of the search, where they are given."""
    given = {"gap": gap, "time_limit_s": time_limit_s, "seed": seed}
    limits = case.settings.solve.model_copy(update={name: value for name, value in given.items() if value is not None})
    return replace(case, settings=case.settings.model_copy(update={"solve": limits}))


def invest(case: InvestmentCase, *, again: bool = True, tell: Tell = lambda text: None) -> Portfolio:
    """Choose the portfolio of a case.

    Parameters
    ----------
    case : InvestmentCase
    again : bool
        Whether to solve again for what each initiative adds, the price of the best rejected one and the worth of
        another step of budget.
    tell : callable
        Takes progress in words.

    Returns
    -------
    Portfolio
        With conflicts and relaxation when no portfolio keeps every rule.
    """
    model = InvestModel(case, scenario_sizes(case))
    found = search(model, tell=tell)
    result = StageResult(
        status=found.status,
        objective=found.value if found.choice is not None else None,
        bound=found.bound if found.choice is not None else None,
        gap=found.gap,
        seconds=found.seconds,
        solver=f"tangents and HiGHS, {found.rounds} round{'s' if found.rounds != 1 else ''}",
        seed=case.settings.solve.seed,
    )
    if found.choice is None:
        conflicts, ways = explain(model) if found.status == "infeasible" else ((), ())
        none = Choice.none(case)
        return Portfolio(
            case, none, result, decision_table(case, found, {}), budget_table(case, found, {}),
            conflicts=conflicts, relaxation=ways, notes=case.notes,
        )  # fmt: skip
    begin, limit = time.perf_counter(), case.settings.solve.time_limit_s
    solved, notes = _each(_Again(case, model, found, begin + limit), tell) if again else ({}, ())
    # what is left over of one part is for the next; each has at least a third of the limit of its own
    state = _Again(case, model, found, max(begin + limit, time.perf_counter() + limit / 3))
    worth, more = _more_budget(state, tell) if again else ({}, ())
    state = replace(state, until=max(state.until, time.perf_counter() + limit / 3))
    person = _one_more_person(state, tell) if again else None
    rejected = _price_of_best(state, solved, tell) if again else None
    return Portfolio(
        case, found.choice, result, decision_table(case, found, solved), budget_table(case, found, worth),
        rejected=rejected, capacity_step=person,
        notes=(*case.notes, *_chords(case), *_part_of_a_post(case, found.choice), *notes, *more),
    )  # fmt: skip


def _each(state: _Again, tell: Tell) -> tuple[dict[int, Found], tuple[str, ...]]:
    """Solve without each chosen initiative, and with each other one; those chosen first, then the cheaper ones."""
    case, chosen = state.case, chosen_of(state.case, state.best.choice)
    others = [k for k in range(len(case.initiatives)) if k not in chosen]
    others.sort(key=lambda k: min(case.options[o].one_off for o in case.options_of[k]))
    order = chosen + others
    found: dict[int, Found] = {}
    for k in order[:MOST_SOLVED_AGAIN]:
        if state.left() <= 0:
            break
        tell(f"{'without' if k in chosen else 'with'} {case.initiatives[k]}")
        found[k] = state.solve(banned=k) if k in chosen else state.solve(forced=k)
    missing = len(order) - len(found)
    said = remark("{count} of {all} initiatives were not solved again: time", count=missing, all=len(order))
    notes = [said] if missing else []
    unsure = [k for k in found if was_cut(case, found[k])]
    notes += _unsure(remark("adds at most what is shown"), [case.initiatives[k] for k in unsure if k in chosen])
    notes += _unsure(remark("costs at most what is shown"), [case.initiatives[k] for k in unsure if k not in chosen])
    return found, tuple(notes)


def _unsure(words: str, names: list[str]) -> list[str]:
    """Say of which initiatives a figure is only a side: a better portfolio may exist without, or with, each."""
    said = remark("{names}: {what}; time ended the search", names=", ".join(names), what=words)
    return [said] if names else []


def _price_of_best(state: _Again, changes: dict[int, Found], tell: Tell) -> Rejected | None:
    """Find the rejected initiative that costs least when it must be chosen, and the price at which it would be."""
    case, value = state.case, state.best.value
    chosen = chosen_of(case, state.best.choice)
    open_ones = {k: found for k, found in changes.items() if k not in chosen and found.choice is not None}
    if not open_ones:
        return None
    k = max(open_ones, key=lambda key: open_ones[key].value)
    tell(f"price of {case.initiatives[k]}")
    loss = value - open_ones[k].value
    cost = min(case.options[o].one_off for o in case.options_of[k])

    def pays(price: float) -> bool:
        enough = value - 1e-6 * abs(value)
        found = state.changed(_at_price(case, k, price), forced=k, enough=enough)
        return found.choice is not None and found.value >= enough

    if cost == 0:
        return Rejected(case.initiatives[k], loss, cost, None, for_nothing=False)
    # the portfolio that was found with it keeps every rule at a lower price too, and its value is linear in the price
    free, forced = value_of(_at_price(case, k, 0.0), open_ones[k].choice or Choice.none(case)), open_ones[k].value
    low, step = 0.0, PRICE_STEP * cost
    if free >= value:
        low = cost * (free - value) / (free - forced)
    elif not pays(0.0):
        return Rejected(case.initiatives[k], loss, cost, None, for_nothing=state.left() <= 0)
    if low + step >= cost or not pays(low + step):
        return Rejected(case.initiatives[k], loss, cost, low, exact=state.left() > 0)
    low, high = low + step, cost
    for _ in range(PRICE_STEPS):
        if state.left() <= 0 or high - low <= step:
            break
        middle = (low + high) / 2
        low, high = (middle, high) if pays(middle) else (low, middle)
    return Rejected(case.initiatives[k], loss, cost, low, exact=state.left() > 0)


def _at_price(case: InvestmentCase, initiative: int, price: float) -> InvestmentCase:
    """Return the case with an initiative at another one-off cost, its sizes and payments in proportion."""
    cost = min(case.options[o].one_off for o in case.options_of[initiative])
    factor = price / cost if cost else 0.0
    options = tuple(
        replace(option, payments=tuple(factor * amount for amount in option.payments))
        if case.initiative_of[o] == initiative
        else option
        for o, option in enumerate(case.options)
    )
    return replace(case, options=options)


def with_budgets(case: InvestmentCase, budgets: dict[int, float]) -> InvestmentCase:
    """Return the case with other budgets."""
    return replace(case, settings=case.settings.model_copy(update={"budgets": budgets}))


def _more_budget(state: _Again, tell: Tell) -> tuple[dict[int, Found], tuple[str, ...]]:
    """Solve again with one step of budget more in one year, by calendar year."""
    case, solved = state.case, dict[int, Found]()
    cut: list[str] = []
    for year, amount in case.settings.budgets.items():
        if state.left() <= 0:
            break
        tell(f"budget of {year} and one step")
        more = with_budgets(case, {**case.settings.budgets, year: amount + case.settings.budget_step})
        solved[year] = state.changed(more, hint=state.best.choice)
        if was_cut(case, solved[year]):
            cut.append(str(year))
    return solved, tuple(_unsure(remark("another step of budget is worth at least what is shown"), cut))


def _one_more_person(state: _Again, tell: Tell) -> Capacity | None:
    """Solve again with one person more of change capacity; None without such a limit."""
    case, best = state.case, state.best
    if case.settings.change_capacity is None:
        return None
    tell("one person more of change capacity")
    settings = case.settings.model_copy(update={"change_capacity": case.settings.change_capacity + 1})
    found = state.changed(replace(case, settings=settings), hint=best.choice)
    gain, nothing = max(0.0, found.value - best.value), Choice.none(case)
    words = changes(case, best.choice or nothing, found.choice or nothing) if gain >= 0.01 else ""
    return Capacity(gain, sureness(case, best, found, AT_LEAST), words)


def _part_of_a_post(case: InvestmentCase, choice: Choice) -> tuple[str, ...]:
    """Say where the hours that are saved are less than one person's: they are cash only where contracts shrink."""
    today, then = serve(case, Choice.none(case)), serve(case, choice)
    posts = float(today.heads[0, -1] - then.heads[0, -1])
    if not 0.005 <= posts < 1:
        return ()
    said = remark("the hours saved by the end are {count} of a post: cash only if hours can be cut",
                  count=f"{posts:.2f}")  # fmt: skip
    return (said,)


def _chords(case: InvestmentCase) -> tuple[str, ...]:
    """Say how far a spend's curve is from straight lines between its points."""
    return tuple(
        remark(
            "{name}: between its points the effect differs from a straight line by at most {count} points",
            name=spend.name,
            count=f"{100 * spend.chord_error:.2g}",
        )
        for spend in case.spends
    )
