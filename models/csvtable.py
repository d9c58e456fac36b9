"""Reading CSV tables that a user gave: typed by their schema, every fault with its line and the cell as written."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.faults import FaultLog
from models.hints import close_name, number_hint, share_hint
from models.textfile import read_text

MAX_CSV_BYTES = 200_000_000
_EXTRA = "\x00extra"


def read_table(path: Path, schema: pa.DataFrameSchema, log: FaultLog) -> pd.DataFrame | None:
    """Read and check one table.

    Parameters
    ----------
    path : Path
        CSV file: comma-separated, decimal point, UTF-8 with or without byte-order mark; blank lines are skipped.
        Larger than 200 MB is refused before it is read.
    schema : DataFrameSchema
        Columns with their checks; ``strict`` says whether further columns are faults. A column of the schema that the
        file lacks is added empty, unless it is required.
    log : FaultLog
        Takes every fault with file, line, column, value.

    Returns
    -------
    DataFrame or None
        The columns of the schema: float (NaN where blank) or object (None where blank); the index is the line in the
        file. Cells with faults are blank. None when the file cannot be read as a table with the required columns.
    """
    text = read_text(path, MAX_CSV_BYTES, log)
    if text is None:
        return None
    cells = _cells(path.name, text, log)
    return None if cells is None else typed_table(path.name, cells, schema, log)


def typed_table(file: str, cells: pd.DataFrame, schema: pa.DataFrameSchema, log: FaultLog) -> pd.DataFrame | None:
    """Check cells against a schema and give them its types.

    Parameters
    ----------
    file : str
        Name that faults carry.
    cells : DataFrame
        Stripped text, empty where blank; the index is the line (row of a sheet), the header is line 1.
    schema, log
        As for `read_table`.

    Returns
    -------
    DataFrame or None
        As for `read_table`.
    """
    return _typed(file, cells, schema, log) if _columns_fit(file, cells, schema, log) else None


def _cells(file: str, text: str, log: FaultLog) -> pd.DataFrame | None:
    """All cells as stripped text, indexed by line; faults for what is no table."""
    header_lines = text.find("\n") + 1 or len(text)
    header = [name.strip() for name in next(csv.reader([text[:header_lines].strip("\r\n")]), [])]
    if len(header) < 2 and any(mark in text[:header_lines] for mark in ";\t|"):
        what = "semicolons" if ";" in text[:header_lines] else "tabs or bars"
        log.add(file, 1, None, "", f"columns are separated by {what}; save it with commas (and decimal points)")
        return None
    for name in {name for name in header if name and header.count(name) > 1}:
        log.add(file, 1, name, "", "stands in the header twice; remove one of the columns")
        return None
    names = [name or f"\x00blank{place}" for place, name in enumerate(header)]
    try:
        cells = pd.read_csv(
            io.BytesIO(text[header_lines:].encode("utf-8")),
            names=[*names, _EXTRA],
            dtype=object,  # str would build arrow or masked arrays: four times the time for a million rows
            keep_default_na=False,
            skip_blank_lines=False,
            index_col=False,
        )
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=pd.Index(names), dtype=object)
    except pd.errors.ParserError:
        _log_ragged(file, text, len(header), log)
        return None
    columns = {name: _stripped(cells[name]) for name in cells}
    lines = np.arange(len(cells), dtype=np.int64) + 2
    if '"' in text and len(cells):  # only a quoted cell can hold line ends
        inner_lines = sum(
            np.array([v.count("\n") for v in texts], dtype=np.int64)
            for texts in map(_filled, (cells[n] for n in cells))
        )
        lines[1:] += np.cumsum(np.asarray(inner_lines, dtype=np.int64))[:-1]
    for place, value in enumerate(columns[_EXTRA]) if any(columns[_EXTRA]) else ():
        if value:
            log.add(file, int(lines[place]), None, value, _ragged_message(len(header)), kind="too many cells")
    table = pd.DataFrame(
        {name: np.array(columns[name], dtype=object) for name in names}, index=pd.Index(lines), dtype=object
    )
    blank = np.ones(len(table), dtype=bool)
    for name in names:
        if not blank.any():
            return table
        blank &= (table[name] == "").to_numpy()
    return table.loc[~blank]


def _stripped(column: pd.Series) -> list[str]:
    """Cells without blanks around them. By map, not by comprehension: a million cells take 40 ms."""
    try:
        return list(map(str.strip, column.to_numpy()))
    except TypeError:  # nan: rows that lack the cell
        return list(map(str.strip, _filled(column)))


def _filled(column: pd.Series) -> list[str]:
    """Cells as text; a cell that the row lacks is empty."""
    values = column.to_numpy()
    lacking = pd.isna(values)
    if lacking.any():
        values = np.where(lacking, "", values)
    return list(values)


def _ragged_message(columns: int) -> str:
    return f"the row has more than the {columns} cells of the header; quote cells that hold commas"


def _log_ragged(file: str, text: str, columns: int, log: FaultLog) -> None:
    """Find the rows that pandas gave up on."""
    before = len(log)
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        for row in reader:
            if len(row) > columns:
                log.add(file, reader.line_num, None, "", _ragged_message(columns), kind="too many cells")
    except csv.Error as problem:
        log.add(
            file, reader.line_num, None, "", f"cannot be read as CSV: {problem}; look for a quote that does not end"
        )
    if len(log) == before:
        log.add(file, None, None, "", "cannot be read as CSV; look for a quote that does not end")


def _columns_fit(file: str, cells: pd.DataFrame, schema: pa.DataFrameSchema, log: FaultLog) -> bool:
    """Check the header against the schema."""
    present = [str(name) for name in cells.columns if not str(name).startswith("\x00")]
    missing = [name for name, column in schema.columns.items() if column.required and name not in present]
    free = [name for name in schema.columns if name not in present]
    renamed: set[str] = set()
    for name in missing:
        found = ", ".join(present[:12]) or "nothing"
        hint = f"the header has {found}"
        if same := [other for other in present if other.lower() == name]:
            hint = f"rename {same[0]}: names of columns are in small letters"
            renamed |= {same[0]}
        log.add(file, 1, name, "", f"the column is missing; {hint}", kind=f"missing {name}")
    if schema.strict:
        for name in present:
            if name not in schema.columns and name not in renamed:
                close = close_name(name, free)
                hint = f"did you mean {close}?" if close else f"remove it, or use {', '.join(free) or 'no further one'}"
                log.add(file, 1, name, "", f"is no column of this table; {hint}", kind=f"unknown {name}")
    return not missing


def _typed(file: str, cells: pd.DataFrame, schema: pa.DataFrameSchema, log: FaultLog) -> pd.DataFrame:
    """Turn text into the types of the schema and run its checks."""
    columns: dict[str, pd.Series] = {}
    unreadable: set[tuple[int, str]] = set()
    for name, column in schema.columns.items():
        is_number = str(column.dtype).startswith("float")
        if name not in cells.columns:
            blank = np.full(len(cells), np.nan if is_number else None, dtype=float if is_number else object)
            columns[name] = pd.Series(blank, index=cells.index)
            continue
        raw = cells[name]
        if is_number:
            values = pd.to_numeric(raw, errors="coerce").astype(float)
            wrong = ~np.isfinite(values) & (raw != "")
            for line, value in raw[wrong].items():
                unreadable.add((int(str(line)), name))
                hint = number_hint(str(value), _unit(column))
                message = f"is no finite number; {hint or 'use digits with a decimal point and no thousands mark'}"
                log.add(file, int(str(line)), name, value, message, kind="is no finite number")
            columns[name] = values.where(~wrong) if wrong.any() else values
        else:
            is_blank = raw == ""
            columns[name] = raw.where(~is_blank, None).astype(object) if is_blank.any() else raw
    frame = pd.DataFrame(columns, index=cells.index)
    if _passes(columns, schema):
        return frame
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as problem:
        _log_failures(file, problem.failure_cases, cells, frame, unreadable, schema, log)
    return frame


def _passes(columns: dict[str, pd.Series], schema: pa.DataFrameSchema) -> bool:
    """Say whether all cells pass the checks of their columns; what fails, `validate` says, which takes much longer."""
    if schema.checks or schema.unique:
        return False
    for name, column in schema.columns.items():
        cells = columns[name]
        filled = cells.dropna()
        if len(filled) < len(cells) and not column.nullable:
            return False
        if column.unique and cells.duplicated().any():
            return False
        if len(filled) and not all(check(filled).check_passed for check in column.checks):
            return False
    return True


def _unit(column: Any) -> str:
    return str((column.metadata or {}).get("unit", ""))


def _log_failures(
    file: str,
    cases: pd.DataFrame,
    cells: pd.DataFrame,
    frame: pd.DataFrame,
    unreadable: set[tuple[int, str]],
    schema: pa.DataFrameSchema,
    log: FaultLog,
) -> None:
    """Say which cells fail the checks of the schema, and blank them in `frame`."""
    for (column, check), rows in cases.dropna(subset=["index"]).groupby(["column", "check"], sort=False):
        name, words = str(column), _words(str(check))
        places = rows["index"].astype(np.int64)
        if name in (column for _, column in unreadable):
            places = places[[(place, name) not in unreadable for place in places]]
        written = cells[name].loc[places] if name in cells.columns else pd.Series("", index=places)
        if check == "field_uniqueness":
            kept = cells[name].drop_duplicates()
            first_lines = dict(zip(kept, kept.index, strict=True))
            for place, value in zip(places, written, strict=True):
                if place != first_lines[value]:  # the first of them stays good, so that it is not missed elsewhere
                    message = f"stands in row {first_lines[value]} already; keep one of them"
                    log.add(file, int(place), name, value, message, kind="the same name twice")
            continue
        in_percent = (
            words != _words("not_nullable") and name in schema.columns and _unit(schema.columns[name]) == "share"
        )
        for place, value in zip(places, written, strict=True):
            hint = share_hint(float(value)) if in_percent and value != "" else None
            log.add(file, int(place), name, value, f"{words}; {hint}" if hint else words, kind=words)
        frame.loc[places, name] = np.nan if pd.api.types.is_float_dtype(frame[name].dtype) else None


def _words(check: str) -> str:
    if check == "not_nullable":
        return "is blank; give a value"
    return check
