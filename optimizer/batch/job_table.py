"""A table with a row for each job: its name, how it is run, its labels, and overrides by dotted path."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.faults import FaultLog
from models.textfile import read_text
from optimizer.batch.records import Override, Plain

LABEL = "label."
MAX_TABLE_BYTES = 50_000_000
_NUMBERS = {"seed": (0, 2**31 - 1), "time_limit_s": (0, math.inf), "gap": (0, 1)}


@dataclass(frozen=True)
class JobRow:
    """One row.

    Parameters
    ----------
    line : int
        In the file.
    name : str
    command : str
        Empty where the row leaves it open.
    options : Mapping of str to number
        seed, time_limit_s and gap, where given.
    labels : Mapping of str to Plain
    overrides : tuple of Override
    """

    line: int
    name: str
    command: str
    options: Mapping[str, Any]
    labels: Mapping[str, Plain]
    overrides: tuple[Override, ...]


def plain(text: str) -> Plain:
    """Read a cell as YAML would: number, true, false, null, or text."""
    text = text.strip()
    known: dict[str, Plain] = {"true": True, "false": False, "null": None}
    if text.lower() in known:
        return known[text.lower()]
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else text
    return text


def read_job_table(path: Path, names: str, commands: Sequence[str], log: FaultLog) -> list[JobRow]:
    """Read a table of jobs.

    Parameters
    ----------
    path : Path
    names : str
        Column that names the scenario.
    commands : sequence of str
        What can be run.
    log : FaultLog
        Takes every fault but those of paths.
    """
    text = read_text(path, MAX_TABLE_BYTES, log)
    if text is None:
        return []
    lines = list(csv.reader(io.StringIO(text)))
    header = [name.strip() for name in lines[0]]
    for name in {name for name in header if header.count(name) > 1}:
        log.add(path.name, 1, name, "", "stands in the header twice; remove one of the columns")
    if names not in header and names == "scenario":
        log.add(path.name, 1, names, "", "is missing; it says which folder a row is about")
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            log.add(path.name, number, None, "", f"has {len(cells)} cells, and the header {len(header)}")
            continue
        row = _row(path.name, number, dict(zip(header, cells, strict=True)), names, log)
        if row.command and row.command not in commands:
            log.add(path.name, number, "command", row.command, f"must be one of {', '.join(commands)}")
            continue
        rows.append(row)
    return rows


def _row(file: str, line: int, cells: Mapping[str, str], names: str, log: FaultLog) -> JobRow:
    options: dict[str, Any] = {}
    labels: dict[str, Plain] = {}
    overrides = []
    for column, cell in cells.items():
        value = cell.strip()
        if not value or column in (names, "command"):
            continue
        if column in _NUMBERS:
            options[column] = _number(file, line, column, value, log)
        elif column.startswith(LABEL):
            labels[column.removeprefix(LABEL)] = plain(value)
        else:
            overrides.append(Override(column, plain(value)))
    name = cells.get(names, "").strip() or f"row-{line:05d}"
    return JobRow(line, name, cells.get("command", "").strip(), options, labels, tuple(overrides))


def _number(file: str, line: int, column: str, text: str, log: FaultLog) -> float | int | None:
    least, most = _NUMBERS[column]
    value = plain(text)
    whole = column != "seed" or isinstance(value, int)
    fits = isinstance(value, int | float) and not isinstance(value, bool) and whole and least <= value <= most
    if not fits or (column == "time_limit_s" and value == 0) or (column == "gap" and value == 1):
        log.add(file, line, column, text, f"must be a number between {least} and {most:g}")
        return None
    return value if isinstance(value, int) and column == "seed" else float(str(value))
