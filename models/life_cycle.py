"""What a customer is worth from acquisition to winning back, by segment (U19)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, between, number, one_of, text
from models.faults import FaultLog

STAGES = ("acquire", "develop", "retain", "win back")
NO_FORCE = 1e-15
"""A force of interest that money does not feel; divided by less, digits are lost."""

TABLE = pa.DataFrameSchema(
    {
        "segment": text("segment of customers", "required"),
        "stage": text(
            "acquire, develop, retain or win back",
            "required",
            one_of(STAGES),
        ),
        "customers": number("customers in the stage; in acquire: customers won", "customers", "required",
                             AT_LEAST_ZERO, required=True),
        "start_year": number("years from acquisition to the start of the stage", "years", "0",
                              between(0, 100, "must lie between 0 and 100")),
        "years": number("length of the stage; 0 means once, at its start", "years", "0",
                         between(0, 100, "must lie between 0 and 100")),
        "revenue_per_customer": number("revenue of a customer: a year, or once where years is 0", "currency", "0",
                                        AT_LEAST_ZERO),
        "cost_per_customer": number("cost of a customer, goods and service: a year, or once where years is 0",
                                     "currency", "0", AT_LEAST_ZERO),
    },
    strict=True,
    name="life_cycle.csv",
    description="Stages of the customer's life, one row for each segment and stage; one that is missing is empty.",
)  # fmt: skip


@dataclass(frozen=True)
class LifeCycle:
    """Value of segments and of their stages.

    Parameters
    ----------
    segments, by_stage, stages : DataFrame
        As `life_cycle_value` says.
    notes : tuple of str
        Stages that cost more than they bring, and stages that are missing.
    """

    segments: pd.DataFrame
    by_stage: pd.DataFrame
    stages: pd.DataFrame
    notes: tuple[str, ...]


def present_years(start_year: npt.ArrayLike, years: npt.ArrayLike, rate: float = 0.0) -> npt.NDArray[np.float64]:
    """Present value of one unit of money a year, spread evenly over a stage.

    ``integral over t in [start, start + years] of (1 + rate)^-t dt``, which is `years` when the rate is 0; a stage
    of no length is one payment at its start, ``(1 + rate)^-start``.

    Parameters
    ----------
    start_year, years : array_like
        Start and length in years, 0 or more; broadcast together.
    rate : float
        Discount rate a year, above -1.

    Returns
    -------
    ndarray of float
        Years of undiscounted money that are worth the same today.

    Raises
    ------
    ValueError
        If the rate is not above -1.
    """
    if not rate > -1 or not math.isfinite(rate):
        raise ValueError("the discount rate must be above -1")
    start, length = np.broadcast_arrays(np.asarray(start_year, dtype=float), np.asarray(years, dtype=float))
    force = math.log1p(rate)
    spread = length if abs(force) < NO_FORCE else -np.expm1(-force * length) / force
    worth: npt.NDArray[np.float64] = np.exp(-force * start) * np.where(length > 0, spread, 1.0)
    return worth


def life_cycle_value(frame: pd.DataFrame, rate: float = 0.0, *, file: str = "life_cycle") -> LifeCycle:
    """Life-cycle value of each segment: what its stages bring less what they cost, discounted to acquisition.

    For stage s of a segment, with v = `present_years`(start_s, years_s, rate)::

        revenue_s = customers_s x revenue_per_customer_s x v      cost_s likewise
        value = sum_s (revenue_s - cost_s)                        value per customer = value / customers won

    Parameters
    ----------
    frame : DataFrame
        Columns of `TABLE`; the index is the row that a fault names.
    rate : float
        Discount rate a year, above -1; 0 adds money up as it is.
    file : str
        Name of the table in faults.

    Returns
    -------
    LifeCycle
        stages: segment, stage, customers, revenue, cost, value, value_per_customer (per customer of the stage), in
        the order of life. segments: segment, customers (won), revenue, cost, value, value_per_customer (per customer
        won; NaN when none is), acquisition_cost_per_customer, value_to_acquisition (value before acquisition cost,
        over that cost; NaN when it is 0), best first. by_stage: segment, one column of value for each stage, value,
        in the same order.

    Raises
    ------
    InputFaults
        For a segment and stage twice, or more customers in a later stage than were won, where any were.
    ValueError
        If the rate is not above -1.

    Notes
    -----
    Source: SYSTEMS U19; customer lifetime value by stages after Berger and Nasr, Journal of Interactive Marketing
    12(1), 1998, with money spread over the stage instead of paid at the year's end.
    """
    filled = frame.fillna(dict.fromkeys(("start_year", "years", "revenue_per_customer", "cost_per_customer"), 0.0))
    _check(filled, file)
    worth = filled["customers"].to_numpy(dtype=float) * present_years(filled["start_year"], filled["years"], rate)
    order = filled["stage"].map({stage: at for at, stage in enumerate(STAGES)})
    stages = pd.DataFrame(
        {
            "segment": filled["segment"],
            "stage": filled["stage"],
            "customers": filled["customers"].astype(float),
            "revenue": worth * filled["revenue_per_customer"],
            "cost": worth * filled["cost_per_customer"],
        }
    )
    stages["value"] = stages["revenue"] - stages["cost"]
    stages["value_per_customer"] = stages["value"] / stages["customers"].where(stages["customers"] > 0)
    first = pd.factorize(stages["segment"])[0]
    stages = stages.iloc[np.lexsort((order, first))].reset_index(drop=True)
    segments, by_stage = _segments(stages)
    return LifeCycle(segments, by_stage, stages, _notes(stages))


def _check(frame: pd.DataFrame, file: str) -> None:
    log = FaultLog()
    for row, stage in frame.loc[frame.duplicated(["segment", "stage"]), "stage"].items():
        log.add(file, int(str(row)), "stage", stage, "stands there twice for this segment; keep one row",
                kind="the same stage twice")  # fmt: skip
    won = frame[frame["stage"] == "acquire"].drop_duplicates("segment").set_index("segment")["customers"]
    limit = frame["segment"].map(won).to_numpy(dtype=float)
    above = (frame["customers"].to_numpy(dtype=float) > limit) & (limit > 0)
    for row, value in frame.loc[above, "customers"].items():
        log.add(file, int(str(row)), "customers", f"{value:g}", "are more than the segment won (its row acquire); put"
                " customers who were there before into a segment of their own", kind="more than were won")  # fmt: skip
    log.raise_if_any()


def _segments(stages: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a segment, best first; and the value of its stages side by side."""
    names = list(dict.fromkeys(stages["segment"]))
    wide = {
        what: stages.pivot(index="segment", columns="stage", values=what).reindex(index=names, columns=list(STAGES))
        for what in ("customers", "revenue", "cost", "value")
    }
    won = wide["customers"]["acquire"].fillna(0)
    acquisition = wide["cost"]["acquire"].fillna(0)
    sums = {what: wide[what].fillna(0).sum(axis=1) for what in ("revenue", "cost", "value")}
    frame = pd.DataFrame({"segment": names, "customers": won.to_numpy()})
    frame["revenue"], frame["cost"] = sums["revenue"].to_numpy(), sums["cost"].to_numpy()
    frame["value"] = sums["value"].to_numpy()
    per = won.where(won > 0).to_numpy()
    frame["value_per_customer"] = frame["value"] / per
    frame["acquisition_cost_per_customer"] = acquisition.to_numpy() / per
    frame["value_to_acquisition"] = (sums["value"] + acquisition).to_numpy() / acquisition.where(
        acquisition > 0
    ).to_numpy()
    frame = frame.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    by_stage = wide["value"].fillna(0).reindex(frame["segment"]).reset_index()
    by_stage.columns = pd.Index(["segment", *(stage.replace(" ", "_") for stage in STAGES)])
    return frame, by_stage.assign(value=frame["value"])


def _notes(stages: pd.DataFrame) -> tuple[str, ...]:
    notes = [
        f"{row['segment']}: to {row['stage']} costs {-row['value']:,.2f} more than it brings."
        for row in stages[(stages["value"] < 0) & (stages["stage"] != "acquire")].to_dict("records")
    ]
    for segment, have in stages.groupby("segment", sort=False)["stage"]:
        missing = [stage for stage in STAGES if stage not in set(have)]
        if missing:
            notes.append(f"{segment}: no row for {', '.join(missing)}; taken as nothing.")
    return tuple(notes)
