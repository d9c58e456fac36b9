"""Cost standards from history, peers and experts, with their provenance (U13)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import ABOVE_ZERO, AT_LEAST_ZERO, between, number, one_of, text
from models.dates import one_currency
from models.faults import FaultLog

SOURCES = ("history", "peers", "experts")
FAR = 0.2

TABLE = pa.DataFrameSchema(
    {
        "item": text("what the standard is for, such as cost of a call", "required"),
        "source": text("where the estimate comes from", "required", one_of(SOURCES)),
        "estimate": number("estimate", "currency/unit", "required", ABOVE_ZERO, required=True),
        "weight": number("how much the source counts", "", "1", AT_LEAST_ZERO),
        "confidence": number(
            "how sure the estimate is", "share", "1", between(0, 1, "must be above 0 and at most 1", above=True)
        ),
        "reference": text("who, when, which report", "empty"),
        "currency": text("currency of the estimates", "that of the other rows"),
    },
    strict=False,
    name="estimates",
    description="Estimates of unit costs, one row for each item and source (several peers: several rows).",
)


def cost_standards(
    estimates: pd.DataFrame, *, file: str = "estimates"
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Set the standard of each item as the mean of its estimates, weighted by weight x confidence.

    standard = sum(w c x) / sum(w c); spread = sqrt(sum(w c (x - standard)^2) / sum(w c)) / standard.

    Parameters
    ----------
    estimates : DataFrame
        `TABLE`; the index is the row in the file.
    file : str
        Name that faults carry.

    Returns
    -------
    standards : DataFrame
        item, standard (currency a unit), low, high (of the estimates that count), spread_share, history_share,
        peers_share, experts_share (how much of the standard's weight each source has), provenance (text).
    details : DataFrame
        item, source, estimate, weight, confidence, weight_share (adds up to 1 an item), away_share (from the standard),
        reference.
    notes : tuple of str
        Estimates further than 20 % from the standard, and sources that an item lacks.

    Raises
    ------
    InputFaults
        An item whose weights are all zero, or several currencies.
    """
    log = FaultLog()
    if "currency" in estimates:
        one_currency(file, estimates["currency"], log)
    details = pd.DataFrame({name: estimates[name].to_numpy() for name in ("item", "source", "estimate")})
    for name in ("weight", "confidence"):
        details[name] = estimates[name].fillna(1.0).to_numpy() if name in estimates else 1.0
    details["reference"] = estimates["reference"].fillna("").to_numpy() if "reference" in estimates else ""
    weight = details["weight"] * details["confidence"]
    sums = weight.groupby(details["item"]).transform("sum")
    for row, item in zip(estimates.index[(sums == 0).to_numpy()], details.loc[sums == 0, "item"], strict=True):
        log.add(file, int(row), "weight", "0", f"every weight of {item} is zero; give one of them weight")
    log.raise_if_any()
    details["weight_share"] = weight / sums
    weighted = details["weight_share"] * details["estimate"]
    standard = weighted.groupby(details["item"]).transform("sum")
    details["away_share"] = details["estimate"] / standard - 1.0
    rows = [_standard(str(item), rows) for item, rows in details.groupby("item", sort=False)]
    notes: list[str] = []
    for item, source, away in zip(details["item"], details["source"], details["away_share"], strict=True):
        if abs(away) > FAR:
            notes.append(f"{item}: {source} lies {away:+.0%} from the standard; find out why before it is used")
    for item in details["item"].unique().tolist():
        there = set(details.loc[details["item"] == item, "source"])
        lacking = [source for source in SOURCES if source not in there]
        if lacking:
            notes.append(f"{item}: no estimate from {' or '.join(lacking)}")
    order = ["item", "source", "estimate", "weight", "confidence", "weight_share", "away_share", "reference"]
    return pd.DataFrame(rows), details[order], tuple(notes)


def _standard(item: str, rows: pd.DataFrame) -> dict[str, object]:
    """Row of one item."""
    share, estimate = rows["weight_share"].to_numpy(), rows["estimate"].to_numpy()
    standard = float(share @ estimate)
    counting = estimate[share > 0]
    sources, references = map(str, rows["source"]), map(str, rows["reference"])
    told = [
        f"{source} {value:,.4g} ({part:.0%}{', ' if reference else ''}{reference})"
        for source, value, part, reference in zip(sources, estimate, share, references, strict=True)
    ]
    by_source = rows.groupby("source")["weight_share"].sum()
    return {
        "item": item,
        "standard": standard,
        "low": float(counting.min()),
        "high": float(counting.max()),
        "spread_share": float(np.sqrt(share @ (estimate - standard) ** 2)) / standard,
        **{f"{source}_share": float(by_source.get(source, 0.0)) for source in SOURCES},
        "provenance": "; ".join(told),
    }
