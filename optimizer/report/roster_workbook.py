"""A roster as an Excel workbook: people by days in colour with totals, and every table behind it."""

from __future__ import annotations

import datetime as dt
import io
import math
from typing import Any

import pandas as pd
import xlsxwriter

from models.files import escape_cell
from models.roster.case import OFF, Lines
from models.roster.folder import RosterFolder
from models.roster.records import Reason

COLOURS = {"early": "#CFE8F7", "day": "#DDF1D5", "late": "#FBE3C2", "night": "#CFC9E8"}
OTHER, AWAY, WEEKEND, SHORT = "#E9E9E9", "#F4D9DF", "#F3F3F3", "#F6B6B6"
TOTALS = (
    "hours",
    "contract_hours",
    "night_shifts",
    "weekends",
    "requests",
    "refused_requests",
    "overtime_hours",
    "pay",
)
HEAD_HEIGHT = 84
"""Of the row with the dates and the names of totals, in points: they stand upright."""
WIDTHS = {"words": 48, "rule": 30, "employee": 16, "burden": 26}


def roster_workbook(
    found: RosterFolder, lines: Lines, tables: dict[str, pd.DataFrame], published: Lines | None = None
) -> bytes:
    """Return the workbook.

    Parameters
    ----------
    found : RosterFolder
    lines : ndarray of int, shape (employees, days)
    tables : by the name of their sheet; "agents" gives the totals of the first one
    published : a roster before this one, shape (employees, days); what changed is framed
    """
    memory = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    book = xlsxwriter.Workbook(memory, options)
    day = found.calendar.first_day
    book.set_properties({"title": found.settings.name, "created": dt.datetime(day.year, day.month, day.day)})
    add_roster_sheets(book, found, lines, tables, published)
    book.close()
    return memory.getvalue()


def add_roster_sheets(
    book: Any, found: RosterFolder, lines: Lines, tables: dict[str, pd.DataFrame], published: Lines | None = None
) -> None:
    """Add the sheets of a roster to an open workbook (parameters of `roster_workbook`)."""
    _Grid(book, found, lines, tables["agents"], published).write()
    for name, table in tables.items():
        _table_sheet(book, name, table)


class _Grid:
    """The sheet of people by days."""

    def __init__(
        self, book: Any, found: RosterFolder, lines: Lines, agents: pd.DataFrame, published: Lines | None
    ) -> None:
        self._book, self._found, self._lines, self._published = book, found, lines, published
        self._totals = dict(zip(agents["employee"], agents[list(TOTALS)].to_numpy(float).tolist(), strict=True))
        self._sheet = book.add_worksheet("roster")
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def _format(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format({"font_size": 9, **properties})
        return self._formats[key]

    def write(self) -> None:
        """Write heads, people, totals and cover."""
        sheet, days = self._sheet, self._found.calendar.days
        bold = self._format(bold=True)
        sheet.write_string(0, 0, str(escape_cell(self._found.settings.name)), bold)
        sheet.write_string(1, 0, "employee", bold)
        for day in range(days):
            date = self._found.calendar.date(day)
            weekday = self._format(bold=True, align="center", **self._weekend(day))
            sheet.write_string(0, 1 + day, date.strftime("%a"), weekday)
            moment = dt.datetime(date.year, date.month, date.day)
            head = self._format(bold=True, num_format="d mmm", rotation=90, align="center", **self._weekend(day))
            sheet.write_datetime(1, 1 + day, moment, head)
        for place, name in enumerate(TOTALS):
            sheet.write_string(1, 1 + days + place, name.replace("_", " "), self._format(bold=True, rotation=90))
        for place in range(len(self._lines)):
            self._person(place)
        self._cover(3 + len(self._lines))
        self._key(3 + len(self._lines) + len(self._found.case.shifts) + 2)
        sheet.set_row(1, HEAD_HEIGHT)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, days, 6)
        sheet.set_column(1 + days, days + len(TOTALS), 8)
        sheet.freeze_panes(2, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, 1)

    def _weekend(self, day: int) -> dict[str, Any]:
        weekend = self._found.calendar.weekday(day) in self._found.calendar.weekend_days
        return {"bg_color": WEEKEND} if weekend else {}

    def _person(self, place: int) -> None:
        case, agent, row = self._found.case, self._found.agents[place], 2 + place
        self._sheet.write_string(row, 0, str(escape_cell(agent.name)), self._format())
        refused = {
            wish.day
            for wish in case.wishes_of.get(agent.name, ())
            if wish.reason is Reason.REQUEST and not case.granted(wish, int(self._lines[place, wish.day]))
        }
        for day, shift in enumerate(self._lines[place].tolist()):
            look: dict[str, Any] = {"align": "center", **self._weekend(day)}
            text = ""
            if shift != OFF:
                text = case.shifts[shift].name
                look["bg_color"] = COLOURS.get(case.shifts[shift].counts_as, OTHER)
            elif day in agent.away:
                text, look["bg_color"] = ("\N{EN DASH}" if day in agent.outside else "leave"), AWAY
            if day in refused:
                look["font_color"], look["italic"] = "#B00020", True
            if self._published is not None and self._published[place, day] != shift:
                look["border"], look["bold"] = 2, True
            self._sheet.write_string(row, 1 + day, str(escape_cell(text)), self._format(**look))
        for k, (name, figure) in enumerate(zip(TOTALS, self._totals[agent.name], strict=True)):
            form = self._format(num_format="#,##0.00" if name == "pay" else "0.##")
            self._sheet.write_number(row, 1 + self._found.calendar.days + k, figure, form)

    def _cover(self, row: int) -> None:
        """People on each shift below the people, red where too few."""
        case = self._found.case
        need = {(one.day, one.shift): one.need for one in case.cover if one.skill is None}
        self._sheet.write_string(row - 1, 0, "on the shift / needed", self._format(bold=True))
        for place, shift in enumerate(case.shifts):
            self._sheet.write_string(row + place, 0, str(escape_cell(shift.name)), self._format())
            for day in range(case.days):
                present = int((self._lines[:, day] == place).sum())
                wanted = need.get((day, shift.name))
                text = str(present) if wanted is None else f"{present}/{wanted}"
                short = {"bg_color": SHORT} if wanted is not None and present < wanted else {}
                self._sheet.write_string(row + place, 1 + day, text, self._format(align="center", **short))

    def _key(self, row: int) -> None:
        marks: list[tuple[str, dict[str, Any]]] = [(kind, {"bg_color": colour}) for kind, colour in COLOURS.items()]
        marks += [("other", {"bg_color": OTHER}), ("away", {"bg_color": AWAY}), ("too few", {"bg_color": SHORT})]
        marks += [("request refused", {"font_color": "#B00020", "italic": True})]
        if self._published is not None:
            marks.append(("changed", {"border": 2, "bold": True}))
        for place, (text, look) in enumerate(marks):
            self._sheet.write_string(row + place, 0, text, self._format(**look))


def _table_sheet(book: Any, name: str, table: pd.DataFrame) -> None:
    """One table with its head, filtered and frozen."""
    sheet = book.add_worksheet(name)
    bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.##"})
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, str(column), bold)
        sheet.set_column(place, place, WIDTHS.get(str(column), max(10, len(str(column)) + 2)))
        for row, cell in enumerate(table[column].tolist(), start=1):
            if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
                continue
            if isinstance(cell, bool):
                sheet.write_boolean(row, place, cell)
            elif isinstance(cell, (int, float)):
                sheet.write_number(row, place, cell, number)
            else:
                sheet.write_string(row, place, str(escape_cell(str(cell))))
    sheet.freeze_panes(1, 0)
    if len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)
