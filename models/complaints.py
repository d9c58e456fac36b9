"""Complaints: what they cost, how long they take, what causes them, what they do to satisfaction (U26)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, SHARE, number, one_of, text
from models.dates import one_currency, read_dates
from models.faults import FaultLog

CONVERTED, SOFTENED, LOST = "converted", "softened", "lost"
RESPONSES = ("prevent", "convert", "soften")
"""What can be done about a cause, the best first: no complaint, a complainer won over, a complainer appeased."""

TABLE = pa.DataFrameSchema(
    {
        "case": text("number of the case; once each", "required", unique=True),
        "opened": text("day of the complaint, YYYY-MM-DD", "required"),
        "closed": text("day on which it was settled", "still open"),
        "cause": text("what caused it", "required"),
        "outcome": text("converted (won over), softened (appeased) or lost", "not known",
                        one_of((CONVERTED, SOFTENED, LOST))),
        "compensation": number("paid to the customer", "currency", "0", AT_LEAST_ZERO),
        "handling_min": number("work on the case", "min", "0", AT_LEAST_ZERO),
        "csat": number("satisfaction of this customer afterwards", "share", "not asked", SHARE),
        "currency": text("currency of the compensation; one for the whole table", "that of the other rows"),
    },
    strict=False,
    name="complaints.csv",
    description="Complaints, one case a row. Further columns are ignored.",
)  # fmt: skip


@dataclass(frozen=True)
class Complaints:
    """What the cases come to.

    Parameters
    ----------
    total : dict of str to float
        As `complaint_cost` says.
    causes, outcomes, responses : DataFrame
        As `complaint_cost` says.
    as_of : date
        Day up to which open cases are counted.
    notes : tuple of str
        What a reader should know.
    """

    total: dict[str, float]
    causes: pd.DataFrame
    outcomes: pd.DataFrame
    responses: pd.DataFrame
    as_of: dt.date
    notes: tuple[str, ...]


def complaint_cost(
    cases: pd.DataFrame,
    wage_per_hour: float,
    *,
    as_of: dt.date | None = None,
    latest: dt.date | None = None,
    csat_base: float | None = None,
    file: str = "complaints",
) -> Complaints:
    """Cost, cycle time, causes and effect on satisfaction of complaints.

    ``cost of a case = compensation + handling_min / 60 x wage_per_hour``; ``cycle time = closed - opened`` in days (0
    on the same day); the effect on satisfaction of a cause is the mean CSAT of its cases less `csat_base`.

    What a response to a cause is worth, in the order in which they are to be tried:

    - prevent: the cause is mended. Saves all of its cost, and its customers are as satisfied as others.
    - convert: cases that are not converted now end as the converted ones do. Costs their mean cost instead.
    - soften: lost cases end as the softened ones do.

    The means of the last two are those of the cause's own cases with that outcome, else those of all causes, else
    they are not known (NaN).

    Parameters
    ----------
    cases : DataFrame
        Columns of `TABLE`; dates as ISO text; the index is the row that a fault names.
    wage_per_hour : float
        Cost of an hour of handling, currency/h, 0 or more.
    as_of : date or None
        Open cases have run until then; later dates are faults. None: the last day in the table, which a note says.
    latest : date or None
        Later dates are faults too when `as_of` is None; None allows any.
    csat_base : float or None
        CSAT of customers who did not complain, share. None leaves the effects NaN.
    file : str
        Name of the table in faults.

    Returns
    -------
    Complaints
        total: cases, open_cases, compensation, handling, cost, cost_per_case (currency), mean_days,
        median_days, p90_days (of settled cases), oldest_open_days, csat, csat_effect. causes: cause, cases, share,
        cost, cost_share, cumulative_cost_share, cost_per_case, mean_days, csat, csat_effect, costliest first, equal
        ones by name. outcomes: cause, cases, known (with an outcome), converted_share, softened_share, lost_share (of
        the known ones; NaN when there is none), in the same order. responses: cause, response, cases (that it would
        change), saving (currency, negative when it costs more), csat_gain (sum over those cases), causes in that
        order and responses in the order prevent, convert, soften.

    Raises
    ------
    InputFaults
        For dates that cannot be read, lie after `as_of` or `latest`, or close a case before it was opened; mixed
        currencies.
    ValueError
        If the wage is negative or csat_base lies outside 0 and 1.

    Notes
    -----
    Source: SYSTEMS U26. P90 is the linear interpolation between order statistics.
    """
    if not wage_per_hour >= 0 or (csat_base is not None and not 0 <= csat_base <= 1):
        raise ValueError("the wage must be 0 or more, and csat_base lie between 0 and 1")
    opened, closed, day = _dates(cases, as_of, as_of or latest, file)
    table = cases.reindex(columns=["cause", "outcome", "compensation", "handling_min", "csat"]).reset_index(drop=True)
    table[["compensation", "handling_min"]] = table[["compensation", "handling_min"]].astype(float).fillna(0.0)
    table["handling"] = table["handling_min"] / 60 * wage_per_hour
    table["cost"] = table["compensation"] + table["handling"]
    table["csat"] = table["csat"].astype(float)
    table["days"] = (closed - opened).dt.days.to_numpy(dtype=float)
    running = (pd.Timestamp(day) - opened[closed.isna()]).dt.days
    causes = _causes(table, csat_base)
    notes = [] if as_of else [f"Open cases are counted up to {day}, the last day in the table."]
    unknown = int(table["outcome"].isna().sum())
    if unknown:
        notes.append(f"{unknown:,} cases have no outcome; they count in cost and time, not in the shares of outcomes.")
    if csat_base is None:
        notes.append("No CSAT of other customers is given: the effect on satisfaction is left open.")
    responses = _responses(table, list(causes["cause"]), csat_base)
    total, outcomes = _total(table, running, csat_base), _outcomes(table, causes)
    return Complaints(total, causes, outcomes, responses, day, tuple(notes))


def _dates(
    cases: pd.DataFrame, as_of: dt.date | None, latest: dt.date | None, file: str
) -> tuple[pd.Series, pd.Series, dt.date]:
    """Days of opening and closing, and the day up to which cases run."""
    log = FaultLog()
    blank = pd.Series(None, index=cases.index, dtype=object, name="closed")
    opened = read_dates(file, cases["opened"], log, latest=latest)
    closed = read_dates(file, cases["closed"] if "closed" in cases.columns else blank, log, latest=latest)
    for row, value in cases.loc[(closed < opened).to_numpy(), "closed"].items():
        log.add(
            file, int(str(row)), "closed", value, "lies before the day on which the case was opened; mend one of them"
        )
    if "currency" in cases.columns:
        one_currency(file, cases["currency"], log)
    log.raise_if_any()
    return opened, closed, as_of or max(opened.max(), closed.fillna(opened).max()).date()


def _total(table: pd.DataFrame, running: pd.Series, csat_base: float | None) -> dict[str, float]:
    """Figures over all cases."""
    days = table["days"].dropna()
    csat = float(table["csat"].mean())
    return {
        "cases": len(table),
        "open_cases": len(running),
        "compensation": float(table["compensation"].sum()),
        "handling": float(table["handling"].sum()),
        "cost": float(table["cost"].sum()),
        "cost_per_case": float(table["cost"].mean()),
        "mean_days": float(days.mean()),
        "median_days": float(days.median()),
        "p90_days": float(days.quantile(0.9)),
        "oldest_open_days": float(running.max()) if len(running) else np.nan,
        "csat": csat,
        "csat_effect": csat - csat_base if csat_base is not None else np.nan,
    }


def _causes(table: pd.DataFrame, csat_base: float | None) -> pd.DataFrame:
    """One row a cause, costliest first."""
    grouped = table.groupby("cause", sort=True)
    causes = grouped.agg(
        cases=("cost", "size"), cost=("cost", "sum"), mean_days=("days", "mean"), csat=("csat", "mean")
    ).reset_index()
    total = float(causes["cost"].sum())
    causes = causes.sort_values("cost", ascending=False, kind="stable", ignore_index=True)
    share = causes["cost"] / total if total > 0 else pd.Series(0.0, index=causes.index)
    return pd.DataFrame(
        {
            "cause": causes["cause"],
            "cases": causes["cases"],
            "share": causes["cases"] / len(table),
            "cost": causes["cost"],
            "cost_share": share,
            "cumulative_cost_share": share.cumsum().clip(upper=1.0),
            "cost_per_case": causes["cost"] / causes["cases"],
            "mean_days": causes["mean_days"],
            "csat": causes["csat"],
            "csat_effect": causes["csat"] - (np.nan if csat_base is None else csat_base),
        }
    )


def _outcomes(table: pd.DataFrame, causes: pd.DataFrame) -> pd.DataFrame:
    """How the cases of each cause ended."""
    known = table.dropna(subset="outcome")
    frame = causes[["cause", "cases"]].copy()
    counts = pd.crosstab(known["cause"], known["outcome"]).reindex(
        index=causes["cause"], columns=[CONVERTED, SOFTENED, LOST]
    )
    counts = counts.fillna(0)
    with_outcome = counts.sum(axis=1)
    frame["known"] = with_outcome.to_numpy(dtype=int)
    for outcome in (CONVERTED, SOFTENED, LOST):
        frame[f"{outcome}_share"] = (counts[outcome] / with_outcome.where(with_outcome > 0)).to_numpy()
    return frame


def _responses(table: pd.DataFrame, causes: list[str], csat_base: float | None) -> pd.DataFrame:
    """What preventing, converting and softening would change."""
    rows = []
    for cause in causes:
        mine = table[table["cause"] == cause]
        changed = {
            "prevent": mine,
            "convert": mine[mine["outcome"].isin([SOFTENED, LOST])],
            "soften": mine[mine["outcome"] == LOST],
        }
        after = {"convert": _mean_end(table, mine, CONVERTED), "soften": _mean_end(table, mine, SOFTENED)}
        after["prevent"] = (0.0, np.nan if csat_base is None else csat_base)
        for response in RESPONSES:
            cases, (cost, csat) = changed[response], after[response]
            rows.append(
                {
                    "cause": cause,
                    "response": response,
                    "cases": len(cases),
                    "saving": float(cases["cost"].sum() - cost * len(cases)) if len(cases) else 0.0,
                    "csat_gain": float((csat - cases["csat"]).sum(skipna=True)) if _asked(cases, csat) else np.nan,
                }
            )
    return pd.DataFrame(rows, columns=["cause", "response", "cases", "saving", "csat_gain"])


def _asked(cases: pd.DataFrame, csat: float) -> bool:
    return bool(cases["csat"].notna().any()) and not np.isnan(csat)


def _mean_end(table: pd.DataFrame, mine: pd.DataFrame, outcome: str) -> tuple[float, float]:
    """Mean cost and CSAT of cases with an outcome: of this cause, else of all."""
    own, every = mine[mine["outcome"] == outcome], table[table["outcome"] == outcome]
    cost, csat = own["cost"].mean(), own["csat"].mean()
    return (
        float(every["cost"].mean() if pd.isna(cost) else cost),
        float(every["csat"].mean() if pd.isna(csat) else csat),
    )
