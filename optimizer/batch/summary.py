"""The figures of a batch, grouped or ranked, as a frame and as files."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from models.faults import Fault, InputFaults
from models.files import write_atomic
from models.hints import close_name
from models.sheets import write_sheet
from optimizer.batch.records import FAILED
from optimizer.batch.table import FIRST, LAST

HEADLINE = (
    "cost", "npv", "service_level", "csat", "cost_per_contact", "paid_hours", "shifts",
)  # fmt: skip
"""Figures that are shown when none are named, where the scenarios have them."""
MOST_FIGURES = 4
_PLACE = "rank"
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


def ranked(frame: pd.DataFrame, figures: Sequence[str], rank: str | None, *, largest_first: bool) -> pd.DataFrame:
    """One row for each scenario, the best first.

    Parameters
    ----------
    frame : DataFrame
        `optimizer.batch.table.figures_frame`.
    figures : sequence of str
        Columns to show beside name, status, labels and overrides.
    rank : str or None
        Figure to rank by; None keeps the order of the names.
    largest_first : bool
        Whether the largest is the best.

    Returns
    -------
    DataFrame
        With `rank` from 1 where a figure is given; equal figures share it, scenarios without the figure come last.

    Raises
    ------
    InputFaults
        The figure is no column of numbers.
    """
    columns = list(dict.fromkeys(["name", "status", *_marks(frame), *figures, *([rank] if rank else [])]))
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
    """One row for each group of scenarios.

    Parameters
    ----------
    frame, figures, rank, largest_first
        As for `ranked`; groups are ranked by the mean of the figure.
    by : sequence of str
        Labels, overridden paths, or other columns.

    Returns
    -------
    DataFrame
        The columns of `by`; scenarios, infeasible, failed; mean, least and most of each figure, and the total of
        amounts. Scenarios without the figure do not count in it.

    Raises
    ------
    InputFaults
        A name is no column.
    """
    _require(by, [str(name) for name in frame.columns], "column")
    groups = frame.groupby(list(by), dropna=False, sort=True)
    parts: dict[str, pd.Series] = {
        "scenarios": groups.size(),
        "infeasible": groups["status"].agg(lambda cells: int((cells == "infeasible").sum())),
        "failed": groups["status"].agg(lambda cells: int((cells == FAILED).sum())),
    }
    for name in dict.fromkeys([*figures, *([rank] if rank else [])]):
        values = groups[name]
        parts |= {f"{name} mean": values.mean(), f"{name} least": values.min(), f"{name} most": values.max()}
        if not any(part in name for part in _NOT_SUMMED):
            parts[f"{name} total"] = values.sum(min_count=1)
    table = pd.DataFrame(parts).reset_index()
    if rank is None:
        return table
    place = table[f"{rank} mean"].rank(method="min", ascending=not largest_first).astype("Int64")
    table.insert(0, _PLACE, place)
    return table.sort_values(_PLACE, na_position="last", kind="stable").reset_index(drop=True)


def write_summary(path: Path, summary: pd.DataFrame, figures: pd.DataFrame) -> list[Path]:
    """Write a summary: .csv (the summary), .xlsx (and a sheet with all figures) or .html.

    Raises
    ------
    InputFaults
        The name ends otherwise.
    OSError
        It cannot be written.
    """
    if path.suffix.lower() == ".html":
        write_atomic(path, _page(summary))
        return [path]
    frames = {"summary": _plain(summary)}
    if path.suffix.lower() == ".xlsx":
        frames["figures"] = _plain(figures)
    return write_sheet(path, frames)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells as files can hold them: None where nothing is known."""
    return frame.astype(object).where(frame.notna(), None)


def cell_text(value: object) -> str:
    """A cell as people read it: numbers with at most four digits after the point where they are small."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
    return str(value)


def _page(frame: pd.DataFrame) -> str:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in frame.columns)
    lines = []
    for row in _plain(frame).itertuples(index=False):
        cells = "".join(
            f"<td{' class=n' if isinstance(cell, int | float) else ''}>{html.escape(cell_text(cell))}</td>"
            for cell in row
        )
        lines.append(f"<tr>{cells}</tr>")
    style = (
        "body{font:14px/1.4 system-ui,sans-serif;margin:2em}table{border-collapse:collapse}"
        "th,td{padding:.3em .7em;border-bottom:1px solid #ccc;text-align:left}"
        "th{position:sticky;top:0;background:#fff}.n{text-align:right;font-variant-numeric:tabular-nums}"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Summary of a batch</title>'
        f"<style>{style}</style></head><body><h1>Summary of {len(frame):,} rows</h1>"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(lines) + "\n</tbody></table></body></html>\n"
    )
