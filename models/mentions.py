"""Why customers contact us: how often each issue is mentioned, and what its removal is worth (U24)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, SHARE, number, text
from models.faults import FaultLog

ASSUMPTION = (
    "Assumption: mention rate = mentions of the issue / all mentions; the formula of the source is lost (SYSTEMS U24)."
)

TABLE = pa.DataFrameSchema(
    {
        "centre": text("service centre, where there are several", "one centre"),
        "issue": text("what the customer contacted us about", "required"),
        "mentions": number("contacts that mentioned it", "contacts", "required",
                            AT_LEAST_ZERO, required=True),
        "removable": number("share of the mentions that would go if the cause were mended", "share", "1",
                             SHARE),
        "cost_per_contact": number("cost of such a contact that goes away with it", "currency", "--cost-per-contact",
                                    AT_LEAST_ZERO),
    },
    strict=True,
    name="mentions.csv",
    description="Mentions of issues in a period, one row for each issue (and service centre).",
)  # fmt: skip


@dataclass(frozen=True)
class Mentions:
    """Issues by how often they are mentioned.

    Parameters
    ----------
    issues : DataFrame
        Over all centres.
    centres : DataFrame
        By centre and issue; empty when the table names no centres.
    notes : tuple of str
        Always the assumption first.
    """

    issues: pd.DataFrame
    centres: pd.DataFrame
    notes: tuple[str, ...]


def mention_rates(
    frame: pd.DataFrame,
    cost_per_contact: float | None = None,
    contacts: float | None = None,
    *,
    file: str = "mentions",
) -> Mentions:
    """Share of each issue in all mentions, and the worth of removing it.

    ``rate = mentions / all mentions``; ``worth = mentions x removable x cost of a contact x w``. A contact may mention
    several issues and goes away only when all of them do, so with `contacts` below the mentions each mention weighs
    ``w = contacts / mentions``; else w = 1.

    Parameters
    ----------
    frame : DataFrame
        Columns of `TABLE`; the index is the row that a fault names.
    cost_per_contact : float or None
        Avoidable cost of a contact in currency, where the table gives none; None leaves the worth of those NaN.
    contacts : float or None
        Contacts of the period; gives the mentions per contact, and w.
    file : str
        Name of the table in faults.

    Returns
    -------
    Mentions
        issues: issue, mentions, rate, cumulative_rate, worth (currency), worth_share, most mentioned first (equal ones
        by name), with mentions_per_contact when `contacts` is given. centres: centre, issue, mentions, rate (within the
        centre), rate_all (over all centres), times_all (their ratio). Rates are 0 when nothing is mentioned.

    Raises
    ------
    InputFaults
        For an issue twice in one centre, or centres named in some rows only.
    ValueError
        If `contacts` or `cost_per_contact` is negative, or there are mentions without contacts.

    Notes
    -----
    Source: SYSTEMS U24, our reading; `ASSUMPTION` goes into every answer.
    """
    if min(contacts or 0, cost_per_contact or 0) < 0:
        raise ValueError("contacts and their cost must be 0 or more")
    several = "centre" in frame.columns and bool(frame["centre"].notna().any())
    _check(frame, several, file)
    cost = frame.reindex(columns=["cost_per_contact"])["cost_per_contact"].astype(float)
    cost = cost.fillna(np.nan if cost_per_contact is None else cost_per_contact)
    removable = frame.reindex(columns=["removable"])["removable"].astype(float).fillna(1.0)
    total = float(frame["mentions"].sum())
    if contacts == 0 and total > 0:
        raise ValueError("there are mentions, so there must be contacts")
    weight = min(1.0, contacts / total) if contacts is not None and total > 0 else 1.0
    rows = frame[["issue", "mentions"]].assign(worth=frame["mentions"] * removable * cost * weight)
    summed = rows.groupby("issue", sort=True).agg(
        mentions=("mentions", "sum"), worth=("worth", lambda part: part.sum(skipna=False))
    )
    issues = summed.reset_index().sort_values("mentions", ascending=False, kind="stable", ignore_index=True)
    issues.insert(2, "rate", issues["mentions"] / (total or 1.0))
    issues.insert(3, "cumulative_rate", issues["rate"].cumsum().clip(upper=1.0))
    worth = float(issues["worth"].sum())
    issues["worth_share"] = issues["worth"] / worth if worth > 0 else np.nan
    notes = [ASSUMPTION]
    if contacts is not None:
        issues["mentions_per_contact"] = issues["mentions"] / contacts if contacts else np.nan
        if total > contacts:
            notes.append(
                f"{total:,.0f} mentions in {contacts:,.0f} contacts: each mention weighs {weight:.3f} contacts."
            )
    if issues["worth"].isna().any():
        notes.append("No cost of a contact for some issues: their worth is left open.")
    if total == 0:
        notes.append("Nothing was mentioned: all rates are 0.")
    return Mentions(issues, _centres(frame, issues) if several else _no_centres(), tuple(notes))


def _check(frame: pd.DataFrame, several: bool, file: str) -> None:
    log = FaultLog()
    keys = ["centre", "issue"] if several else ["issue"]
    for row, issue in frame.loc[frame.duplicated(keys), "issue"].items():
        log.add(file, int(str(row)), "issue", issue, "stands there twice; add the rows up", kind="the same issue twice")
    if several:
        for row in frame.index[frame["centre"].isna()]:
            log.add(file, int(str(row)), "centre", "", "is blank while other rows name a centre; give it one")
    log.raise_if_any()


def _no_centres() -> pd.DataFrame:
    return pd.DataFrame(columns=["centre", "issue", "mentions", "rate", "rate_all", "times_all"])


def _centres(frame: pd.DataFrame, issues: pd.DataFrame) -> pd.DataFrame:
    """Rates within each centre beside those over all."""
    table = frame[["centre", "issue", "mentions"]].reset_index(drop=True)
    within = table.groupby("centre")["mentions"].transform("sum")
    table["rate"] = (table["mentions"] / within.where(within > 0)).fillna(0.0)
    table["rate_all"] = table["issue"].map(issues.set_index("issue")["rate"]).astype(float)
    table["times_all"] = table["rate"] / table["rate_all"].where(table["rate_all"] > 0)
    order = ["centre", "mentions", "issue"]
    return table.sort_values(order, ascending=[True, False, True], ignore_index=True)
