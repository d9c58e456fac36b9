"""Ranking of measures by eight criteria, and the table of initiatives that investment allocation reads (U21)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, between, number, text
from models.dates import read_dates
from models.faults import FaultLog

CRITERIA = ("owner", "saving", "time", "complexity", "cost", "customers", "morale", "other")
_COMPLEXITY = ("complexity_people", "complexity_system", "complexity_process")
_FEELINGS = ("customers", "morale", "other")
_SCALE = between(1, 5, "must lie between 1 (simple) and 5 (very hard)")
_EFFECT = between(-2, 2, "must lie between -2 (much worse) and 2 (much better)")
_CHANGE = between(-1, 10, "must be above -1 (a change of -100 %) and at most 10", above=True)
_EFFECTS = {
    "aht_change": "change of the handle time",
    "contacts_change": "change of the number of contacts",
    "csat_change": "change of CSAT, in points of share",
    "attrition_change": "change of attrition",
}

TABLE = pa.DataFrameSchema(
    {
        "measure": text("name of the measure; once each", "required", unique=True),
        "owner": text("who answers for it", "nobody: score 0"),
        "saving_per_year": number("yearly saving once it works", "currency/year", "required", AT_LEAST_ZERO,
                                  required=True),
        "start": text("first day on which it can start, YYYY-MM-DD", "at once"),
        "duration_months": number("from its start until it works", "months", "0", AT_LEAST_ZERO),
        "complexity_people": number("how hard for people, 1 simple to 5 very hard", "score", "3", _SCALE),
        "complexity_system": number("how hard for systems", "score", "3", _SCALE),
        "complexity_process": number("how hard for processes", "score", "3", _SCALE),
        "cost": number("one-off cost of doing it", "currency", "0", AT_LEAST_ZERO),
        "cost_per_year": number("running cost once it works", "currency/year", "0", AT_LEAST_ZERO),
        "customers": number("effect on customers, -2 much worse to 2 much better", "score", "0", _EFFECT),
        "morale": number("effect on the agents' morale, -2 to 2", "score", "0", _EFFECT),
        "other": number("anything else, -2 to 2", "score", "0", _EFFECT),
    }
    | {name: number(f"{meaning}; -0.15 is -15 %", "share", "0", _CHANGE) for name, meaning in _EFFECTS.items()},
    strict=True,
    name="measures.csv",
    description="Measures that could be taken, one a row.",
)  # fmt: skip

WEIGHTS = pa.DataFrameSchema(
    {
        "criterion": text(f"one of {', '.join(CRITERIA)}", "required", unique=True),
        "weight": number("its weight; only the ratios count", "", "required", AT_LEAST_ZERO, required=True),
    },
    strict=True,
    name="weights.csv",
    description="Weights of the criteria, one a row; a criterion that is missing weighs 1.",
)

INITIATIVE_COLUMNS = (
    "initiative", "owner", "rank", "score", "outlay", "running_cost_per_year", "saving_per_year", "earliest_start",
    "duration_months", *_EFFECTS,
)  # fmt: skip
"""Columns of the table that investment allocation reads (U4): money in currency, changes as shares."""


@dataclass(frozen=True)
class Ranking:
    """Measures by their score.

    Parameters
    ----------
    measures, scores : DataFrame
        As `rank_measures` says.
    weights : dict of str to float
        Weight of each criterion, sum 1.
    initiatives : DataFrame
        `INITIATIVE_COLUMNS`, in the order of the rank.
    notes : tuple of str
        Ties, measures without an owner, weights that did not sum to 1.
    """

    measures: pd.DataFrame
    scores: pd.DataFrame
    weights: dict[str, float]
    initiatives: pd.DataFrame
    notes: tuple[str, ...]


def rank_measures(
    frame: pd.DataFrame,
    weights: Mapping[str, float] | None = None,
    *,
    file: str = "measures",
) -> Ranking:
    """Rank measures by the weighted mean of eight scores, each between 0 (worst) and 1 (best).

    ====================  =================================================================================
    owner                 1 with an owner, 0 without
    saving                saving per year / the largest of all measures
    time                  1 - months from the earliest start of all until it works / the longest of all
    complexity            (5 - mean of the scores for people, system, process) / 4
    cost                  1 - (cost + a year of running cost) / the largest of all
    customers, morale,    (effect + 2) / 4
    other
    ====================  =================================================================================

    Where the largest (longest) is 0, saving scores 0, time and cost 1. These scores depend on the measures that are
    compared: adding one can change the order of others.

    Parameters
    ----------
    frame : DataFrame
        Columns of `TABLE`; the index is the row that a fault names. Not changed.
    weights : mapping of str to float, optional
        Weight of criteria, 0 or more, not all 0; those not named weigh 1. Only the ratios count.
    file : str
        Name of the table in faults.

    Returns
    -------
    Ranking
        measures: rank (equal scores share it: 1, 1, 3), measure, owner, score, saving_per_year, cost, cost_per_year,
        months (until it works), payback_months (of the cost by the saving less running cost; infinite when that is
        not above 0). Within a rank the larger yearly saving comes first, then the name. scores: measure and the score
        of each criterion, in the same order.

    Raises
    ------
    InputFaults
        For a start that is no date, or a measure twice.
    ValueError
        For weights of unknown criteria, below 0, or all 0.

    Notes
    -----
    Source: SYSTEMS U21; the scales are ours. Weighted sum after Fishburn, Operations Research 15(3), 1967.
    """
    share = _weights(weights or {})
    start = _starts(frame, file)
    filled = _filled(frame)
    months = _months(start) + filled["duration_months"]
    yearly = filled["cost"] + filled["cost_per_year"]
    scores = pd.DataFrame(
        {
            "owner": filled["owner"].notna().astype(float),
            "saving": _relative(filled["saving_per_year"]),
            "time": 1 - _relative(months),
            "complexity": (5 - filled[list(_COMPLEXITY)].mean(axis=1)) / 4,
            "cost": 1 - _relative(yearly),
            **{name: (filled[name] + 2) / 4 for name in _FEELINGS},
        }
    )
    score = sum((scores[name] * share[name] for name in CRITERIA), start=pd.Series(0.0, index=filled.index)).round(12)
    net = filled["saving_per_year"] - filled["cost_per_year"]
    table = pd.DataFrame({"rank": score.rank(method="min", ascending=False).astype(int), "measure": filled["measure"]})
    table["owner"], table["score"] = filled["owner"], score
    table[["saving_per_year", "cost", "cost_per_year"]] = filled[["saving_per_year", "cost", "cost_per_year"]]
    table["months"] = months
    table["payback_months"] = np.where(net > 0, filled["cost"] / net.where(net > 0) * 12, np.inf)
    order = table.assign(_saving=-table["saving_per_year"]).sort_values(["rank", "_saving", "measure"]).index
    initiatives = filled.rename(
        columns={"measure": "initiative", "cost": "outlay", "cost_per_year": "running_cost_per_year"}
    ).assign(
        rank=table["rank"],
        score=score,
        earliest_start=start.dt.strftime("%Y-%m-%d").astype(object).where(start.notna(), None),
    )
    return Ranking(
        table.loc[order].reset_index(drop=True),
        scores.assign(measure=filled["measure"]).loc[order, ["measure", *CRITERIA]].reset_index(drop=True),
        share,
        initiatives.loc[order, list(INITIATIVE_COLUMNS)].reset_index(drop=True),
        _notes(table.loc[order], weights or {}),
    )


def _weights(given: Mapping[str, float]) -> dict[str, float]:
    """Weights of all criteria, sum 1."""
    unknown = [name for name in given if name not in CRITERIA]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no criterion; they are {', '.join(CRITERIA)}")
    values = {name: float(given.get(name, 1.0)) for name in CRITERIA}
    total = math.fsum(values.values())
    if not all(value >= 0 for value in values.values()) or not 0 < total < math.inf:
        raise ValueError("weights must be 0 or more, and not all of them 0")
    return {name: value / total for name, value in values.items()}


def _starts(frame: pd.DataFrame, file: str) -> pd.Series:
    """Earliest starts as dates; NaT where at once."""
    log = FaultLog()
    for row, name in frame.loc[frame["measure"].duplicated(), "measure"].items():
        log.add(file, int(str(row)), "measure", name, "stands there twice; keep one row", kind="the same name twice")
    blank = pd.Series(None, index=frame.index, dtype=object, name="start")
    starts = read_dates(file, frame["start"] if "start" in frame.columns else blank, log)
    log.raise_if_any()
    return starts.reset_index(drop=True)


def _filled(frame: pd.DataFrame) -> pd.DataFrame:
    """All columns, blanks by their default."""
    table = frame.reindex(columns=list(TABLE.columns)).reset_index(drop=True)
    blanks = dict.fromkeys(_COMPLEXITY, 3.0)
    for name, column in TABLE.columns.items():
        if str(column.dtype).startswith("float"):
            table[name] = table[name].astype(float).fillna(blanks.get(name, 0.0))
    return table


def _months(start: pd.Series) -> pd.Series:
    """Calendar months from the earliest start of all, and days of a further one; at once is that start."""
    first = start.min()
    if pd.isna(first):
        return pd.Series(0.0, index=start.index)
    whole = (start.dt.year - first.year) * 12 + start.dt.month - first.month
    months: pd.Series = whole + (start.dt.day - first.day) / (365.25 / 12)
    return months.fillna(0.0).astype(float)


def _relative(values: pd.Series) -> pd.Series:
    largest = float(values.max()) if len(values) else 0.0
    return values / largest if largest > 0 else values * 0.0


def _notes(table: pd.DataFrame, given: Mapping[str, float]) -> tuple[str, ...]:
    notes = []
    if given and (abs(math.fsum(given.values()) - 1) > 1e-9 or len(given) < len(CRITERIA)):
        notes.append("Weights are taken in proportion; a criterion without a weight weighs 1.")
    for rank, names in table.loc[table["rank"].duplicated(keep=False)].groupby("rank")["measure"]:
        notes.append(f"{', '.join(names)} share rank {rank}; the larger saving is shown first.")
    orphans = table.loc[table["owner"].isna(), "measure"]
    if len(orphans):
        notes.append(f"Without an owner: {', '.join(orphans)}.")
    return tuple(notes)
