"""Reading the files of a plan as they stand: text in cells, and the line of each row."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from models.faults import Fault, InputFaults
from models.verification.findings import Log

FILES = "files"


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    file: str
    line: int
    cells: Mapping[str, str]

    def place(self, column: str) -> tuple[str, int | None, str]:
        """Where a cell stands."""
        return self.file, self.line, column

    def text(self, column: str) -> str:
        """Text of a cell, without the apostrophe that keeps a spreadsheet from running it."""
        cell = self.cells.get(column) or ""
        return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r\n") else cell

    def number(self, column: str, log: Log) -> float | None:
        """Figure in a cell; None where it is blank, NaN with a finding where it is no number."""
        cell = (self.cells.get(column) or "").strip()
        if not cell:
            return None
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            log.holds(FILES, False, self.place(column), "a number", repr(cell))
            return math.nan
        return value

    def figure(self, column: str, log: Log) -> float:
        """Figure in a cell that must not be blank; NaN with a finding where it is."""
        value = self.number(column, log)
        if value is None:
            log.holds(FILES, False, self.place(column), "a number", "nothing")
            return math.nan
        return value


def read_table(path: Path, name: str, columns: tuple[str, ...], log: Log) -> list[Row]:
    """Read a CSV file; a column that is missing is a finding, and every cell of it is then blank."""
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    if len(header := list(reader.fieldnames or ())) == 1 and ";" in header[0]:
        message = "has its columns separated by semicolons; save it with commas"
        raise InputFaults([Fault(str(path), 1, None, "", message)])
    for column in columns:
        if column not in (reader.fieldnames or ()):
            log.holds(FILES, False, (name, 1, column), "this column", "none")
    return [Row(name, reader.line_num, cells) for cells in reader]


def read_settings(path: Path) -> dict[str, Any]:
    """Read a YAML file as text in mappings and lists: no scalar is taken for anything but what is written."""
    # the base loader makes text of every scalar and builds no object, as the safe one
    data = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506
    return data if isinstance(data, dict) else {}


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file that holds an object."""
    data = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} holds no object")
    return data


def known(value: object) -> float | None:
    """Read a figure of a JSON file; None where there is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
