"""From the tables of an investment case to its records, with every fault on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.faults import FaultLog
from models.investment.case import Effect, InvestmentCase, Option, Relations, Spend, Work
from models.investment.checks import check_effects, check_relations, check_spends, log_unknown, matching
from models.investment.periods import read_period
from models.investment.settings import InvestSettings
from models.remark import remark

_OF_THE_WHOLE = ("attrition", "revenue", "cost")


@dataclass(frozen=True)
class Tables:
    """The tables of a case as read; the index is the line in the file. Optional ones are empty when left out."""

    initiatives: pd.DataFrame
    effects: pd.DataFrame
    work: pd.DataFrame
    relations: pd.DataFrame
    spends: pd.DataFrame
    costs: pd.DataFrame


def assemble(
    settings: InvestSettings, given: Tables, log: FaultLog | None = None, *, of_mix: bool = False
) -> InvestmentCase:
    """Make a case of settings and tables.

    Parameters
    ----------
    settings : InvestSettings
    given : Tables
    log : FaultLog, optional
        With the faults found so far.
    of_mix : bool
        Whether the work is that of a channel mix: adoption can then be an effect.

    Returns
    -------
    InvestmentCase

    Raises
    ------
    InputFaults
        With every fault.
    """
    log = FaultLog() if log is None else log
    options = _options(given, settings, log)
    names = list(dict.fromkeys(given.initiatives["initiative"].dropna()))
    work = work_of(given.work, settings, log)
    sizes = [(option.initiative, option.level) for option in options]
    check_effects(given.effects, sizes, names, list(given.spends["initiative"].dropna()), work, settings, log, of_mix)
    check_relations(given.relations, names, options, log)
    check_spends(given.spends, names, work, log)
    if not len(given.initiatives) and not len(given.spends):
        log.add("initiatives.csv", None, None, "", "holds no rows below its header")
    log.raise_if_any()
    must = given.initiatives.loc[given.initiatives["mandatory"] == "yes", "initiative"]
    effects = _effects(given.effects, options, work)
    return InvestmentCase(
        settings=settings,
        initiatives=tuple(names),
        mandatory=frozenset(names.index(name) for name in must),
        options=tuple(options),
        effects=effects,
        relations=_relations(given.relations, names),
        spends=_spends(given.spends, work),
        work=work,
        notes=_notes(options, effects, frozenset(must)),
    )


def _options(given: Tables, settings: InvestSettings, log: FaultLog) -> list[Option]:
    """All initiatives in their sizes, those of one initiative together; rows with faults are left out."""
    seen: dict[tuple[str, str], tuple[int, Option | None]] = {}
    for line, row in given.initiatives.dropna(subset=["initiative"]).iterrows():
        key, place = (str(row["initiative"]), _text(row["level"])), int(str(line))
        if key in seen:
            message = f"stands in row {seen[key][0]} already; keep one, or give each size its level"
            log.add("initiatives.csv", place, "initiative", key[0], message, kind="the same name twice")
            continue
        later, running = _later_payments(given.costs, key), _later_running(given.costs, key)
        seen[key] = (place, _option(row, place, settings, later, running, log))
    for line, row in given.costs.dropna(subset=["initiative"]).iterrows():
        log_unknown("costs.csv", int(str(line)), row, list(seen), log)
    order = {name: place for place, name in enumerate(dict.fromkeys(name for name, _ in seen))}
    whole = [option for _, option in seen.values() if option is not None]
    return sorted(whole, key=lambda option: order[option.initiative])


def _later_payments(costs: pd.DataFrame, key: tuple[str, str]) -> tuple[float, ...]:
    """Payments of costs.csv by period after the start."""
    rows = _costs_of(costs, key)
    rows = rows[rows["kind"] != "running"]
    paid = [0.0] * (int(rows["after_periods"].max()) + 1 if len(rows) else 1)
    for after, cost in zip(rows["after_periods"], rows["cost"], strict=True):
        paid[int(after)] += float(cost)
    return tuple(paid)


def _later_running(costs: pd.DataFrame, key: tuple[str, str]) -> tuple[tuple[int, float], ...]:
    """Running costs of costs.csv: periods since it works, and money a year from then on; the last row of several."""
    rows = _costs_of(costs, key)
    rows = rows[rows["kind"] == "running"]
    return tuple(sorted({int(a): float(c) for a, c in zip(rows["after_periods"], rows["cost"], strict=True)}.items()))


def _costs_of(costs: pd.DataFrame, key: tuple[str, str]) -> pd.DataFrame:
    rows = costs[(costs["initiative"] == key[0]) & (costs["level"].isna() | (costs["level"] == key[1]))]
    return rows.dropna(subset=["after_periods", "cost"])


def _option(
    row: pd.Series,
    line: int,
    settings: InvestSettings,
    later: tuple[float, ...],
    running: tuple[tuple[int, float], ...],
    log: FaultLog,
) -> Option | None:
    """One row; None with faults in its window."""
    horizon, bounds = settings.horizon, [0, settings.horizon.periods - 1]
    good = True
    for place, column in enumerate(("start_from", "start_to")):
        if pd.isna(row[column]):
            continue
        try:
            bounds[place] = read_period(str(row[column]), horizon, last=column == "start_to")
        except ValueError as problem:
            log.add("initiatives.csv", line, column, row[column], str(problem))
            good = False
    if good and bounds[1] < bounds[0]:
        message = f"is before start_from {row['start_from']}; swap them"
        log.add("initiatives.csv", line, "start_to", row["start_to"], message)
    if not good or bounds[1] < bounds[0]:
        return None
    return Option(
        initiative=str(row["initiative"]),
        level=_text(row["level"]),
        first_start=bounds[0],
        last_start=bounds[1],
        payments=(_number(row["one_off_cost"]) + later[0], *later[1:]),
        running_per_year=_number(row["running_cost_per_year"]),
        build=int(_number(row["build_periods"])),
        ramp=int(_number(row["ramp_periods"])),
        capacity=_number(row["capacity_needed"]),
        running_later=running,
    )


def _text(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell)


def _number(value: Any, default: float = 0.0) -> float:
    return default if pd.isna(value) else float(value)


def work_of(frame: pd.DataFrame, settings: InvestSettings, log: FaultLog) -> Work:
    """Read the work of a table by period; a row that stands twice is a fault."""
    seen: dict[tuple[str, str], int] = {}
    for line, row in frame.dropna(subset=["contact_type", "channel"]).iterrows():
        key = (str(row["contact_type"]), str(row["channel"]))
        if key in seen:
            message = f"with {key[1]} stands in row {seen[key]} already; add the two up"
            log.add("work.csv", int(str(line)), "contact_type", key[0], message, kind="the same work twice")
        seen.setdefault(key, int(str(line)))
    horizon = settings.horizon
    year = np.arange(horizon.periods) // horizon.periods_per_year
    filled = {
        name: np.asarray(frame[name].astype(float).fillna(default), dtype=np.float64)
        for name, default in (
            ("contacts_per_year", 0.0), ("growth_per_year", 0.0), ("aht_s", 0.0), ("contained_share", 0.0),
            ("repeat_share", 0.0), ("cost_per_hour", settings.people.cost_per_hour), ("unit_price", 0.0),
            ("busy_share", settings.people.busy_share),
        )
    }  # fmt: skip
    yearly = filled["contacts_per_year"][:, None] * (1 + filled["growth_per_year"])[:, None] ** year
    return Work(
        names=tuple(zip(frame["contact_type"].astype(str), frame["channel"].astype(str), strict=True)),
        contacts=yearly / horizon.periods_per_year,
        aht_s=filled["aht_s"],
        contained=filled["contained_share"],
        repeats=filled["repeat_share"],
        cost_per_hour=filled["cost_per_hour"],
        unit_price=filled["unit_price"],
        busy_share=filled["busy_share"],
    )


def _effects(frame: pd.DataFrame, options: list[Option], work: Work) -> tuple[Effect, ...]:
    found = []
    for _, row in frame.iterrows():
        rows = () if row["on"] in _OF_THE_WHOLE else matching(row, work.names)
        if row["on"] == "containment":  # only where something is contained: a bot's gain is none of the telephone's
            rows = tuple(place for place in rows if work.contained[place] > 0)
        likely = float(row["likely"])
        low, high = _number(row["low"], likely), _number(row["high"], likely)
        for place, option in enumerate(options):
            if option.initiative == row["initiative"] and _text(row["level"]) in ("", option.level):
                sure = _text(row["confidence"]) or "medium"
                found.append(Effect(place, str(row["on"]), rows, low, likely, high, sure))
    return tuple(found)


def _relations(frame: pd.DataFrame, names: list[str]) -> Relations:
    found: dict[str, list[Any]] = {"needs": [], "excludes": [], "at_most": [], "overlap": []}
    for _, row in frame.iterrows():
        if row["kind"] == "at_most":
            members = tuple(names.index(part.strip()) for part in str(row["a"]).split(";"))
            found["at_most"].append((members, int(row["value"])))
            continue
        pair = (names.index(row["a"]), names.index(row["b"]))
        found[row["kind"]].append((*pair, float(row["value"])) if row["kind"] == "overlap" else pair)
    return Relations(*(tuple(found[kind]) for kind in ("needs", "excludes", "at_most", "overlap")))


def _spends(frame: pd.DataFrame, work: Work) -> tuple[Spend, ...]:
    found = []
    for name, rows in frame.groupby("initiative", sort=False):
        first = rows.iloc[0]
        points = sorted({0.0: 0.0, **dict(zip(rows["spend_per_year"], rows["effect"], strict=True))}.items())
        acts_on = () if first["on"] in _OF_THE_WHOLE else matching(first, work.names)
        amounts, changes = np.array(points, dtype=np.float64).T
        found.append(Spend(str(name), str(first["on"]), acts_on, amounts, changes))
    return tuple(found)


def _notes(options: list[Option], effects: tuple[Effect, ...], must: frozenset[str]) -> tuple[str, ...]:
    acting = {effect.option for effect in effects}
    return tuple(
        remark(
            "{name} has no effect: it only costs"
            if option.initiative in must
            else "{name} has no effect: it only costs, so it is never chosen",
            name=option.label,
        )
        for place, option in enumerate(options)
        if place not in acting
    )
