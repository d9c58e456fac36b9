"""Why no portfolio keeps every rule, in words, and the cheapest way out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from models.investment.case import InvestmentCase
from models.investment.pricing import flows
from models.remark import remark
from optimizer.invest.model import InvestModel
from optimizer.invest.rows import Label
from optimizer.solve import Program, Status, solve

_OF_PERIODS = ("capacity", "at_once", "csat")
"""Rules that hold in every period: one rule for an explanation."""
_RULES = ("mandatory", "needs", "excludes", "at_most", "budget", "target", *_OF_PERIODS)
_CHECK_SECONDS = 20.0
_TARGET_ROUNDS = 20


def explain(model: InvestModel) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say which rules exclude each other, and what would help.

    Parameters
    ----------
    model : InvestModel
        Without a portfolio.

    Returns
    -------
    conflicts : tuple of str
        Rules that cannot all be kept, though any one less can.
    relaxation : tuple of str
        What to change; the least that budgets have to rise comes first.
    """
    program = model.program(frozenset(), frozenset())
    program = replace(program, cost=np.zeros_like(program.cost))
    groups = _groups(model)
    kept = list(groups)
    for group in reversed(list(kept)):  # later budgets first: with carry-over they hold the earlier ones too
        rest = [other for other in kept if other != group]
        if not _possible(program, model, rest):
            kept = rest
    conflicts = tuple(_words(model.case, group) for group in kept)
    return conflicts, tuple(filter(None, [_more_budget(program, model, kept), *(_way_out(model, g) for g in kept)]))


def _groups(model: InvestModel) -> list[Label]:
    """Rules of the program; those of every period together, mandatory only where something must be chosen."""
    found: dict[Label, None] = {}
    for place, label in enumerate(model.rows.labels):
        if label[0] in _RULES and not (label[0] == "mandatory" and model.rows.row_lower[place] < 1):
            found[_group(label)] = None
    return list(found)


def _group(label: Label) -> Label:
    return (label[0], 0) if label[0] in _OF_PERIODS else label


def _possible(program: Program, model: InvestModel, kept: list[Label]) -> bool:
    """Say whether there is a portfolio that keeps these rules; True when that is not known in time."""
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    wanted = set(kept)
    for place, label in enumerate(model.rows.labels):
        if label[0] in _RULES and _group(label) not in wanted:
            lower[place] = 0.0 if label[0] == "mandatory" else -np.inf
            upper[place] = 1.0 if label[0] == "mandatory" else np.inf
    answer = solve(replace(program, row_lower=lower, row_upper=upper), time_limit_s=_CHECK_SECONDS)
    return answer.status is not Status.INFEASIBLE


def _more_budget(program: Program, model: InvestModel, kept: list[Label]) -> str:
    """Least rise of the budgets that makes a portfolio possible."""
    rows = [place for place, label in enumerate(model.rows.labels) if label in kept and label[0] == "budget"]
    if not rows:
        return ""
    settings, case = model.case.settings, model.case
    years = [model.rows.labels[place][1] for place in rows]
    all_rows = {model.rows.labels[p][1]: p for p, label in enumerate(model.rows.labels) if label[0] == "budget"}
    shape = program.matrix.shape
    entries = [
        (row, k) for k, year in enumerate(years) for other, row in all_rows.items()
        if other == year or (settings.carry_over and other > year)
    ]  # fmt: skip
    more = sparse.csc_matrix((-np.ones(len(entries)), tuple(zip(*entries, strict=True))), shape=(shape[0], len(years)))
    wider = Program(
        cost=np.concatenate([program.cost, np.ones(len(years))]),
        lower=np.concatenate([program.lower, np.zeros(len(years))]),
        upper=np.concatenate([program.upper, np.full(len(years), np.inf)]),
        integer=np.concatenate([program.integer, np.zeros(len(years), bool)]),
        matrix=sparse.csc_matrix(sparse.hstack([program.matrix, more])),
        row_lower=program.row_lower,
        row_upper=program.row_upper,
    )
    answer = solve(wider, time_limit_s=_CHECK_SECONDS)
    if answer.values is None:
        return ""
    rise = 1000 * answer.values[shape[1] :]
    parts = [
        remark(
            "that of {year} by {money}",
            year=case.horizon.calendar_years[year],
            money=f"{amount:,.0f} {settings.currency}",
        )
        for year, amount in zip(years, rise, strict=True)
        if amount > 0.005
    ]
    return remark("raise the budget: {rules}", rules=", ".join(parts)) if parts else ""


def _words(case: InvestmentCase, group: Label) -> str:
    kind, place = group
    names, settings, relations = case.initiatives, case.settings, case.relations
    if kind == "mandatory":
        least = min(case.options[o].one_off for o in case.options_of[place])
        money = f"{least:,.0f} {settings.currency}"
        return remark("{name} must be done, at {money} or more", name=names[place], money=money)
    if kind == "budget":
        year = case.horizon.calendar_years[place]
        given = sum(v for y, v in settings.budgets.items() if y == year or (settings.carry_over and y < year))
        money = f"{given:,.0f} {settings.currency}"
        return remark(
            "the budget up to {year} is {money}" if settings.carry_over else "the budget of {year} is {money}",
            year=year, money=money,
        )  # fmt: skip
    if kind == "needs":
        first, second = relations.needs[place]
        return remark("{name} needs {other}", name=names[first], other=names[second])
    if kind == "excludes":
        first, second = relations.excludes[place]
        return remark("{name} and {other} exclude each other", name=names[first], other=names[second])
    if kind == "at_most":
        members, number = relations.at_most[place]
        return remark("at most {count} of {names}", count=number, names=", ".join(names[k] for k in members))
    saved = f"{settings.target_saving_per_year or 0:,.0f} {settings.currency}"
    return {
        "capacity": remark("the change capacity is {count} people", count=f"{settings.change_capacity or 0:g}"),
        "at_once": remark("at most {count} initiatives are built at once", count=settings.at_most_at_once),
        "csat": remark("CSAT must not fall below {level}", level=f"{settings.csat.floor or 0:g}"),
        "target": remark("the last year must save {money}", money=saved),
    }[kind]


def _most_saved(model: InvestModel) -> str:
    """Most that the last year can save and earn with every other rule kept, in words; empty when that is not known."""
    rows = model.rows
    target = rows.labels.index(("target", 0))
    for _ in range(_TARGET_ROUNDS):
        program = model.program(frozenset(), frozenset())
        program.row_lower[target] = -np.inf
        aim = -program.matrix.tocsr()[target].toarray()[0]
        answer = solve(replace(program, cost=aim), time_limit_s=_CHECK_SECONDS, gap=1e-6)
        if answer.values is None:
            return ""
        values = answer.values
        if model.refine(values) <= model.negligible:
            break
    else:
        return ""
    money = flows(model.case, model.choice(values))
    most = float(money.earned[0, -1])
    reached = f"{most:,.0f} {model.case.settings.currency}"
    return remark("lower target_saving_per_year: {money} can be reached", money=reached)


def _way_out(model: InvestModel, group: Label) -> str:
    case, (kind, place) = model.case, group
    if kind == "target":
        return _most_saved(model) or remark("lower target_saving_per_year")
    if kind == "mandatory":
        return remark("do without {name} (mandatory: no)", name=case.initiatives[place])
    ways = {
        "capacity": remark("raise change_capacity"),
        "at_once": remark("raise at_most_at_once"),
        "csat": remark("lower csat.floor"),
        "budget": "",
    }
    return ways[kind] if kind in ways else remark("drop the rule: {what}", what=_words(case, group))
