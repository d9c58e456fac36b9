"""The summary of a batch as people read it: how each figure is shown, and the files."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from models.faults import Fault, InputFaults
from models.files import write_atomic
from models.sheets import write_sheet
from optimizer.batch.table import LAST

SHARE, MONEY, UNIT_MONEY, COUNT, NUMBER = "share", "money", "unit money", "count", "number"
_FORMATS = {SHARE: "0.0%", MONEY: "#,##0", UNIT_MONEY: "#,##0.00", COUNT: "#,##0", NUMBER: "#,##0.00"}
"""Number formats of Excel."""
_DIGITS = {SHARE: 5, MONEY: 2, UNIT_MONEY: 4, COUNT: 0, NUMBER: 4}
"""Digits after the point in CSV."""
_SHARES = (
    "service_level", "simulated_half_width", "abandonment", "occupancy", "utilisation", "gap", "csat",
)  # fmt: skip
_MONEY = ("cost", "npv", "saving", "objective", "bound", "pay", "revenue", "budget", "premium")
_KINDS_OF_FILES = "cannot be written: use a .csv, .xlsx or .html file"


def kind_of(column: str) -> str:
    """Kind of a figure by its name: what a share, an amount of money, or a count is, is shown as one."""
    name = column.rpartition(".")[2].partition(" ")[0]
    if any(name == part or name.startswith(f"{part}_") or name.endswith(f"_{part}") for part in _SHARES):
        return SHARE
    if name.startswith(("cost_per_", "wage_per_")):
        return UNIT_MONEY
    return MONEY if name.startswith(_MONEY) else NUMBER


def cell_text(value: object, kind: str = NUMBER) -> str:
    """A cell as people read it: shares in percent, numbers with at most four digits after the point where small."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and kind == SHARE:
        return f"{value:.1%}" if value >= 0.0005 or value <= 0 else f"{value:.3%}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"
    return str(value) if isinstance(value, bool) or not isinstance(value, int) else f"{value:,}"


@dataclass(frozen=True)
class Summary:
    """What is written.

    Parameters
    ----------
    name : str
        Of the batch.
    table : DataFrame
        Rows of `optimizer.batch.summary`.
    figures : DataFrame
        `optimizer.batch.table.figures_frame`.
    without_plan : sequence of (name, status, reason)
        Scenarios that count in no figure.
    """

    name: str
    table: pd.DataFrame
    figures: pd.DataFrame
    without_plan: Sequence[tuple[str, str, str]] = ()

    @property
    def title(self) -> str:
        """Name of the batch, and the day on which its last scenario ended."""
        ended = self.figures["ended"].dropna()
        return f"Batch {self.name}, {str(ended.max())[:10]}" if len(ended) else f"Batch {self.name}"


def write_summary(path: Path, summary: Summary) -> list[Path]:
    """Write a summary: .csv (the table), .xlsx (also sheets with all figures, and what has no plan) or .html.

    Raises
    ------
    InputFaults
        The name ends otherwise.
    OSError
        It cannot be written.
    """
    ending = path.suffix.lower()
    if ending == ".html":
        write_atomic(path, _page(summary))
        return [path]
    if ending == ".csv":
        return write_sheet(path, {"summary": _rounded(summary.table)})
    if ending != ".xlsx":
        raise InputFaults([Fault(path.name, None, None, path.suffix, _KINDS_OF_FILES)])
    frames = {"summary": _plain(summary.table), "figures": _plain(summary.figures)}
    if summary.without_plan:
        frames["without a plan"] = pd.DataFrame(summary.without_plan, columns=["name", "status", "reason"])
    return write_sheet(path, frames, _formats([summary.table, summary.figures]))


def _formats(frames: Sequence[pd.DataFrame]) -> dict[str, str]:
    """Formats of the columns of numbers but for those of how it ran."""
    found = {}
    for frame in frames:
        marks = {str(name) for name in frame.attrs.get("marks", [])}
        for name in map(str, frame.columns):
            kind = frame[name].dtype.kind
            if kind in "iuf" and name not in {*LAST, *marks}:
                found[name] = _FORMATS[COUNT if kind in "iu" else kind_of(name)]
    return found


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with no more digits than its figures carry."""
    floats = [name for name in map(str, frame.columns) if frame[name].dtype.kind == "f"]
    return frame.assign(**{name: frame[name].round(_DIGITS[kind_of(name)]) for name in floats})


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells as files can hold them: None where nothing is known."""
    return frame.astype(object).where(frame.notna(), None)


def _page(summary: Summary) -> str:
    frame, title = summary.table, html.escape(summary.title)
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in frame.columns)
    kinds = [kind_of(str(name)) for name in frame.columns]
    lines = []
    for row in _plain(frame).itertuples(index=False):
        cells = "".join(
            f"<td{' class=n' if isinstance(cell, int | float) else ''}>{html.escape(cell_text(cell, kind))}</td>"
            for cell, kind in zip(row, kinds, strict=True)
        )
        lines.append(f"<tr>{cells}</tr>")
    style = (
        "body{font:14px/1.4 system-ui,sans-serif;margin:2em}table{border-collapse:collapse}"
        "th,td{padding:.3em .7em;border-bottom:1px solid #ccc;text-align:left}"
        "th{position:sticky;top:0;background:#fff}.n{text-align:right;font-variant-numeric:tabular-nums}"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{style}</style></head><body><h1>{title}</h1><p>{len(summary.figures):,} scenarios</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(lines) + "\n</tbody></table>\n"
        f"{_named(summary.without_plan)}</body></html>\n"
    )


def _named(found: Sequence[tuple[str, str, str]]) -> str:
    if not found:
        return ""
    items = "\n".join(
        f"<li>{html.escape(name)}: {status}: {html.escape(reason)}</li>" for name, status, reason in found
    )
    return f"<h2>Without a plan, in no figure</h2>\n<ul>\n{items}\n</ul>\n"
