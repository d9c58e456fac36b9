"""A workbook as planners expect one: flat sheets with one head row that stays, figures as figures, dates as dates.

Text is written as text, whatever it starts with, and no cell is a link: nothing in it can run or ask for trust.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from numpy.typing import NDArray
from xlsxwriter.utility import xl_col_to_name

from optimizer.report.language import Language
from optimizer.report.names import COLUMN_WORDS

_BAD_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME, MOST_ROWS = 31, 1_000_000
WIDEST = 40
INPUT, UNDER, OVER, GOOD = "#FFF6D6", "#F6CFAB", "#BCD7F0", "#CFE8DC"
"""Grounds: a number that may be changed; below, above, and as promised."""
_SHARES = {
    "service_level", "abandonment", "occupancy", "csat", "csat_before", "wape", "wape_seasonal_naive", "coverage_80",
    "promised", "simulated", "half_width", "share", "on_time", "meets_target",
}  # fmt: skip
_MONEY = {
    "cost", "cost_each", "amount", "amount_before", "price", "cost_of_rule", "saving", "base", "premium", "overtime",
    "shrinkage", "fixed", "overhead", "cost_per_contact", "cost_per_resolved", "marginal_price", "benefit", "net",
    "one_off_cost", "running_cost", "running_cost_per_year", "adds_npv", "npv_low", "npv_high", "span", "revenue",
    "tax", "satisfaction_value", "npv", "budget", "cost_before", "pay", "present_value",
}  # fmt: skip
_WHOLE = {
    "count",
    "heads",
    "on_break",
    "on_duty",
    "agents_floor",
    "agents_target",
    "agents",
    "paid_min",
    "year",
    "seed",
}
_SECONDS = {"aht_s", "mean_wait_s", "patience_s", "mean_aht_s", "asa_s"}


@dataclass(frozen=True)
class Formula:
    """A column of formulas: text for the row with ``{row}`` (1-based, as Excel counts), and the values they give."""

    text: str
    values: Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True)
class Sum:
    """Cells whose sum is a figure of the summary, and what they hold."""

    area: str
    values: Sequence[float] | pd.Series | NDArray[np.float64]


class Book:
    """A workbook that is being written.

    Parameters
    ----------
    speak : Language
        Of names and heads.
    made : date
        Written as the day on which it was made, so that the same plan gives the same bytes.
    title : str
    """

    def __init__(self, speak: Language, made: dt.date, title: str) -> None:
        self._memory = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                   "strings_to_numbers": False}  # fmt: skip
        self._book = xlsxwriter.Workbook(self._memory, options)
        self._book.set_properties({"title": title, "created": dt.datetime(made.year, made.month, made.day)})
        self.speak = speak
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()

    def content(self) -> bytes:
        """Close the workbook and return it."""
        self._book.close()
        return self._memory.getvalue()

    def format(self, **properties: Any) -> Any:
        """Return a format; the same properties give the same one."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def sheet(self, name: str) -> Any:
        """Add a sheet; its name is made to fit."""
        base = _BAD_IN_NAMES.sub(" ", name)[:LONGEST_NAME]
        found, k = base, 2
        while found.lower() in self._names:
            found = f"{base[: LONGEST_NAME - 3]} {k}"
            k += 1
        self._names.add(found.lower())
        sheet = self._book.add_worksheet(found)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def table(
        self, name: str, frame: pd.DataFrame, *, formulas: Mapping[str, Formula] | None = None,
        inputs: Sequence[str] = (), total: Sequence[str] = (),
    ) -> tuple[Any, dict[str, str]]:  # fmt: skip
        """Add a sheet that holds a table, with filters.

        Parameters
        ----------
        name : str
            Of the sheet.
        frame : DataFrame
            Any columns.
        formulas : mapping, optional
            Columns that are worked out in the sheet; those that the frame lacks come last.
        inputs : sequence of str
            Columns that a planner may change: they have a ground of their own.
        total : sequence of str
            Columns with their sum in a last row.

        Returns
        -------
        sheet, dict of str to str
            The sheet, and the cells of each column as a formula names them: ``'Schedule'!$H$2:$H$40``.
        """
        formulas = formulas or {}
        frame = frame.head(MOST_ROWS)
        columns = [*map(str, frame.columns), *(column for column in formulas if column not in frame)]
        sheet = self.sheet(name)
        places = {column: xl_col_to_name(k) for k, column in enumerate(columns)}
        for k, column in enumerate(columns):
            head = self._head(column)
            sheet.write_string(0, k, head, self.format(bold=True, text_wrap=True, valign="top", bottom=1))
            widest = self._column(sheet, k, column, frame, formulas.get(column), places, column in inputs)
            sheet.set_column(k, k, min(max(widest, len(head) * (1.2 if self.speak.code == "en" else 2.2)) + 2, WIDEST))
        last = len(frame)
        for column in total:
            letter = places[column]
            values = formulas[column].values if column in formulas else frame[column]
            area = f"{letter}2:{letter}{last + 1}"
            # SUBTOTAL follows the filter, and leaves itself out of other sums.
            form = self.format(bold=True, top=1, num_format=number_format(column))
            sheet.write_formula(last + 1, columns.index(column), f"=SUBTOTAL(109,{area})", form, _sum(values))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.repeat_rows(0)
        quoted = f"'{sheet.get_name()}'"
        return sheet, {column: f"{quoted}!${p}$2:${p}${max(last, 1) + 1}" for column, p in places.items()}

    def _head(self, column: str) -> str:
        """Name a column; one of each deferrable contact type is ``deferrable:TYPE``."""
        first, colon, rest = column.partition(":")
        words = self.speak(COLUMN_WORDS[first]) if first in COLUMN_WORDS else first.replace("_", " ")
        return f"{words}: {rest}" if colon else words

    def _column(
        self, sheet: Any, k: int, column: str, frame: pd.DataFrame, formula: Formula | None, places: dict[str, str],
        may_change: bool,
    ) -> int:  # fmt: skip
        """Write one column; returns the widest cell, roughly."""
        look = {"bg_color": INPUT} if may_change else {}
        form = self.format(num_format=number_format(column), **look)
        if formula is not None:
            for row, value in enumerate(formula.values):
                text = formula.text.format(row=row + 2, **places)
                sheet.write_formula(row + 1, k, text, form, _cell(value))
            return 12
        widest = 0
        for row, value in enumerate(frame[column].tolist()):
            widest = max(widest, self._write(sheet, row + 1, k, value, form, look))
        return widest

    def _write(self, sheet: Any, row: int, column: int, value: Any, form: Any, look: dict[str, str]) -> int:
        if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
            return 0
        if isinstance(value, pd.Timestamp):
            stamp = value.tz_localize(None).to_pydatetime()
            sheet.write_datetime(row, column, stamp, self.format(num_format="yyyy-mm-dd hh:mm", **look))
            return 16
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
            return 6
        if isinstance(value, (int, float)):
            sheet.write_number(row, column, value, form)
            return 12
        if isinstance(value, dt.date):
            stamp = dt.datetime(value.year, value.month, value.day)
            sheet.write_datetime(row, column, stamp, self.format(num_format="yyyy-mm-dd", **look))
            return 11
        text = str(value)
        sheet.write_string(row, column, text, self.format(**look))
        return len(text)


def number_format(column: str) -> str:
    """Return the number format of a column, by its name."""
    if column in _SHARES:
        return "0.0%"
    if column in _MONEY or column.endswith(("_cost", "_per_hour")):
        return "#,##0.00"
    if column in _WHOLE:
        return "#,##0"
    if column in _SECONDS:
        return "#,##0"
    return "#,##0.0##"


def _cell(value: float) -> float | str:
    return float(value) if math.isfinite(value) else ""


def _sum(values: Sequence[float] | pd.Series | NDArray[np.float64]) -> float:
    """Sum as a spreadsheet does: blank cells are left out."""
    cells = np.asarray(values, dtype=np.float64)
    return float(cells[np.isfinite(cells)].sum())


def as_dates(frame: pd.DataFrame, stamps: Sequence[str] = (), dates: Sequence[str] = ()) -> pd.DataFrame:
    """Return a frame whose ISO texts are wall-clock stamps and dates, as a spreadsheet counts with them."""
    changed: dict[str, list[Any]] = {}
    for name in stamps:
        changed[name] = [pd.Timestamp(str(text)[:19]) if text else None for text in frame[name]]
    for name in dates:
        changed[name] = [dt.date.fromisoformat(str(text)[:10]) if text else None for text in frame[name]]
    # object: pandas would make a column of stamps of the dates
    return frame.assign(**{name: pd.Series(cells, index=frame.index, dtype=object) for name, cells in changed.items()})
