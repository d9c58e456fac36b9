"""The figures of a batch, grouped or ranked."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from models.faults import Fault, InputFaults
from models.hints import close_name
from optimizer.batch.job_table import LABEL
from optimizer.batch.records import FAILED, OUTDATED, PLANNED
from optimizer.batch.table import FIRST, LAST

HEADLINE = (
    "cost", "npv", "service_level", "csat", "cost_per_contact", "paid_hours", "shifts",
)  # fmt: skip
"""Figures that are shown when none are named, where the scenarios have them."""
MOST_FIGURES = 4
ALL = "all"
"""Stands in the row of all groups together."""
_PLACE = "rank"
_CONTACTS = "contacts"
_PER_CONTACT = ("cost_per_contact", "service_level", "abandonment", "mean_wait_s")
_NOT_SUMMED = (
    "service_level",
    "abandonment",
    "occupancy",
    "csat",
    "gap",
    "mean_wait_s",
    "cost_per_",
    "worst_",
    "share",
)


def pick_figures(frame: pd.DataFrame, wanted: Sequence[str]) -> list[str]:
    """Names of the figures to show: those wanted, or the headline ones that there are.

    Raises
    ------
    InputFaults
        A wanted figure is no column of numbers.
    """
    numbers = [str(name) for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name].dtype)]
    if wanted:
        _require(wanted, numbers, "figure")
        return list(wanted)
    picked = [name for name in HEADLINE if name in numbers][:MOST_FIGURES]
    if picked and "gap" in numbers:
        picked.append("gap")
    return picked or [name for name in numbers if name not in (*FIRST, *LAST)][:6]


def _require(names: Sequence[str], known: Sequence[str], what: str) -> None:
    faults = []
    for name in names:
        if name not in known:
            close = close_name(name, known)
            hint = f"did you mean {close}?" if close else f"there are {', '.join(known)}"
            faults.append(Fault("", None, None, name, f"is no {what} of these results; {hint}"))
    if faults:
        raise InputFaults(faults)


def planned_only(frame: pd.DataFrame) -> pd.DataFrame:
    """Blank the figures of scenarios without a plan: a partial plan, or one that is outdated, compares with nothing.

    Parameters
    ----------
    frame : DataFrame
        `optimizer.batch.table.figures_frame`.

    Returns
    -------
    DataFrame
        The same rows; names, statuses, labels, overrides and how it ran are kept.
    """
    kept = {*FIRST, *LAST, *_marks(frame)}
    without = ~frame["status"].isin(PLANNED)
    return frame.assign(**{
        str(name): frame[name].mask(without) for name in frame.columns if name not in kept
    })  # fmt: skip


def without_plan(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return name, status and reason of every scenario that counts in no figure."""
    rows = frame[~frame["status"].isin(PLANNED)]
    cells = zip(rows["name"], rows["status"], rows["reason"].fillna(""), strict=True)
    return [(str(name), str(status), str(reason)) for name, status, reason in cells]


def _columns(frame: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Find columns by name; a label may have ``label.`` before it, and the last part of an overridden path will do."""
    known = [str(name) for name in frame.columns]
    lasts = [mark.rpartition(".")[2] for mark in _marks(frame)]
    short = {last: mark for last, mark in zip(lasts, _marks(frame), strict=True) if lasts.count(last) == 1}
    found = [name if name in known else short.get(name, name.removeprefix(LABEL)) for name in names]
    _require(found, known, "column")
    return found


def ranked(frame: pd.DataFrame, figures: Sequence[str], rank: str | None, *, largest_first: bool) -> pd.DataFrame:
    """One row for each scenario, the best first.

    Parameters
    ----------
    frame : DataFrame
        `planned_only`.
    figures : sequence of str
        Columns to show beside name, status, labels and overrides.
    rank : str or None
        Figure to rank by; None keeps the order of the names.
    largest_first : bool
        Whether the largest is the best.

    Returns
    -------
    DataFrame
        With `rank` from 1 where a figure is given; equal figures share it, scenarios without the figure come last; and
        with `reason` where some scenario has one.

    Raises
    ------
    InputFaults
        The figure is no column of numbers.
    """
    reasons = [] if frame["reason"].fillna("").eq("").all() else ["reason"]
    columns = list(dict.fromkeys(["name", "status", *_marks(frame), *figures, *([rank] if rank else []), *reasons]))
    if rank is None:
        return frame[columns]
    pick_figures(frame, [rank])
    place = frame[rank].rank(method="min", ascending=not largest_first)
    order = frame.assign(**{_PLACE: place}).sort_values([_PLACE, "name"], na_position="last", kind="stable")
    return order.assign(**{_PLACE: order[_PLACE].astype("Int64")})[[_PLACE, *columns]].reset_index(drop=True)


def _marks(frame: pd.DataFrame) -> list[str]:
    """Columns that tell scenarios apart: labels and overrides stand between the first columns and the figures."""
    return [str(name) for name in frame.attrs.get("marks", [])]


def grouped(
    frame: pd.DataFrame, by: Sequence[str], figures: Sequence[str], rank: str | None, *, largest_first: bool
) -> pd.DataFrame:
    """One row for each group of scenarios, and one for all of them where there are several.

    Parameters
    ----------
    frame, figures, rank, largest_first
        As for `ranked`; groups are ranked by the mean of the figure.
    by : sequence of str
        Labels (with or without ``label.``), overridden paths, or other columns.

    Returns
    -------
    DataFrame
        The columns of `by`; scenarios, infeasible, failed, and outdated where there are any; mean, least and most of
        each figure, and the total of amounts, unless the scenarios are variants of one. The mean of a rate for each
        contact is that of all their contacts together, and its column says so. Scenarios without the figure do not
        count in it.

    Raises
    ------
    InputFaults
        A name is no column.
    """
    by = _columns(frame, by)
    names = list(dict.fromkeys([*figures, *([rank] if rank else [])]))
    if rank is not None:
        pick_figures(frame, [rank])
    table = _groups(frame, by, names)
    if rank is not None:
        place = table[_mean_name(frame, rank)].rank(method="min", ascending=not largest_first).astype("Int64")
        table.insert(0, _PLACE, place)
        table = table.sort_values(_PLACE, na_position="last", kind="stable").reset_index(drop=True)
    if len(table) < 2:
        return table
    whole = _groups(frame.assign(**{by[0]: ALL}), by[:1], names)
    table = table.astype(dict.fromkeys(by, object))
    last = pd.concat([table.iloc[:0], whole]).astype({_PLACE: "Int64"} if rank is not None else {})
    return pd.concat([table, last], ignore_index=True)


def _groups(frame: pd.DataFrame, by: Sequence[str], figures: Sequence[str]) -> pd.DataFrame:
    groups = frame.groupby(list(by), dropna=False, sort=True)
    parts: dict[str, pd.Series] = {"scenarios": groups.size()}
    for status in ("infeasible", FAILED, OUTDATED):
        count = (frame["status"] == status).astype("int64")
        if status != OUTDATED or count.any():
            parts[status] = count.groupby([frame[name] for name in by], dropna=False, sort=True).sum()
    for name in figures:
        values = groups[name]
        mean = _by_contacts(frame, by, name) if _is_weighed(frame, name) else values.mean()
        parts |= {_mean_name(frame, name): mean, f"{name} least": values.min(), f"{name} most": values.max()}
        if not frame.attrs.get("alternatives") and not any(part in name for part in _NOT_SUMMED):
            parts[f"{name} total"] = values.sum(min_count=1)
    return pd.DataFrame(parts).reset_index()


def _is_weighed(frame: pd.DataFrame, figure: str) -> bool:
    """Whether the figure is a rate for each contact, of scenarios that stand side by side and know their contacts."""
    return figure in _PER_CONTACT and _CONTACTS in frame.columns and not frame.attrs.get("alternatives")


def _mean_name(frame: pd.DataFrame, figure: str) -> str:
    return f"{figure} by contacts" if _is_weighed(frame, figure) else f"{figure} mean"


def _by_contacts(frame: pd.DataFrame, by: Sequence[str], figure: str) -> pd.Series:
    """Mean of a figure over the contacts of each group."""
    values = frame[figure].astype("float64")
    contacts = frame[_CONTACTS].astype("float64").where(values.notna())
    keys = [frame[name] for name in by]
    products = (values * contacts).groupby(keys, dropna=False, sort=True).sum(min_count=1)
    return products / contacts.groupby(keys, dropna=False, sort=True).sum(min_count=1)


def pivoted(frame: pd.DataFrame, rows: str, columns: str, figure: str) -> pd.DataFrame:
    """Means of a figure, by the values of one column down and those of another across.

    Parameters
    ----------
    frame : DataFrame
        `planned_only`.
    rows, columns : str
        Labels, overridden paths or their last parts, or other columns.
    figure : str
        Blank where no scenario has it.

    Raises
    ------
    InputFaults
        A name is no column, or both are the same.
    """
    down, across = _columns(frame, [rows, columns])
    if down == across:
        raise InputFaults([Fault("", None, None, columns, "stands down and across; name two different columns")])
    table = frame.groupby([down, across], dropna=False, sort=True)[figure].mean().unstack(across)
    short = across.rpartition(".")[2]
    table.columns = pd.Index([f"{figure} {short}={value}" for value in table.columns])
    return table.reset_index()
