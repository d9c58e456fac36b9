"""Tables from CSV or Excel files, and back: the same checks, the same faults, whatever the file."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.csvtable import read_table, typed_table
from models.faults import Fault, FaultLog, InputFaults
from models.files import csv_text, write_atomic

MAX_EXCEL_BYTES = 100_000_000
MAX_UNPACKED_BYTES = 1_500_000_000
MAX_CELLS = 6_000_000
MAX_COLUMNS = 500
MAX_EXCEL_ROWS = 1_048_575
_EXCEL = (".xlsx", ".xlsm")
# a formula's end that no value follows, in the XML of a sheet
_UNSAVED = re.compile(rb"(?:</(?:\w+:)?f|<(?:\w+:)?f(?:\s[^<>]*)?/)>\s*(?:</|<(?:\w+:)?v(?:\s[^<>]*)?(?:/>|>\s*</))")
_CHUNK, _OVERLAP = 1 << 20, 1 << 10
_NO_VALUE = "is a formula without a saved value; open and save the file in a spreadsheet program, or write the value"
_KINDS = "a table is a .csv or .xlsx file"


def load_sheet(path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Read and check one table (`read_sheet`), and raise what is wrong with it.

    Parameters
    ----------
    path, schema
        As for `read_sheet`.

    Returns
    -------
    DataFrame
        As for `read_sheet`; at least one row.

    Raises
    ------
    InputFaults
        With every fault of the file; also when it holds no row.
    """
    log = FaultLog()
    frame = read_sheet(path, schema, log)
    if frame is not None and frame.empty:
        log.add(path.name, None, None, "", "holds no rows below its header")
    log.raise_if_any()
    if frame is None:
        raise InputFaults([Fault(path.name, None, None, "", "cannot be read")])
    return frame


def read_sheet(path: Path, schema: pa.DataFrameSchema, log: FaultLog) -> pd.DataFrame | None:
    """Read and check one table.

    Parameters
    ----------
    path : Path
        ``.csv``: see `models.csvtable.read_table`. ``.xlsx``, ``.xlsm``: the first sheet, whose first row is the
        header; dates are read as ISO text, formulas by the value that was saved with them (one without is a fault). At
        most 100 MB, 1.5 GB unpacked, 6 million cells.
    schema : DataFrameSchema
        As for `models.csvtable.read_table`.
    log : FaultLog
        Takes every fault with file, row as the sheet shows it, column and value.

    Returns
    -------
    DataFrame or None
        As for `models.csvtable.read_table`.
    """
    ending = path.suffix.lower()
    if ending in _EXCEL:
        cells = _excel_cells(path, schema, log)
        return None if cells is None else typed_table(path.name, cells, schema, log)
    if ending == ".xls":
        log.add(path.name, None, None, "", "is an Excel file of before 2007; save it as .xlsx")
        return None
    if ending != ".csv":
        log.add(path.name, None, None, path.suffix, f"is no kind of file that is read: {_KINDS}")
        return None
    return read_table(path, schema, log)


def _excel_cells(path: Path, schema: pa.DataFrameSchema, log: FaultLog) -> pd.DataFrame | None:
    """Cells of the first sheet as stripped text, indexed by the sheet's rows."""
    if not path.is_file():
        log.add(path.name, None, None, "", f"is {'no file' if path.exists() else 'missing'} in {path.parent}")
        return None
    if path.stat().st_size > MAX_EXCEL_BYTES:
        log.add(path.name, None, None, "", f"is above {MAX_EXCEL_BYTES / 1e6:,.0f} MB: save it as CSV, or split it")
        return None
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            log.add(path.name, None, None, "", "unpacks to more than 1.5 GB: save it as CSV, or split it")
            return None
        rows = _rows(path, log)
        if rows and _may_lack_values(path) and _log_unsaved(path, set(map(str, schema.columns)), log):
            return None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, SyntaxError, OSError) as problem:
        # whatever a damaged or disguised file makes of openpyxl (SyntaxError: XML that does not parse)
        log.add(path.name, None, None, "", f"cannot be read as an Excel workbook: {problem}")
        return None
    return None if rows is None else _framed(path.name, rows, log)


def _rows(path: Path, log: FaultLog) -> list[tuple[int, list[str]]] | None:
    """Rows of the first sheet that hold anything, with their number."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        if not book.worksheets:
            log.add(path.name, None, None, "", "holds no sheet of cells")
            return None
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size may be wrong
        found: list[tuple[int, list[str]]] = []
        cells = 0
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
            texts = [cell_text(value) for value in row]
            while texts and not texts[-1]:
                texts.pop()
            cells += len(texts)
            if cells > MAX_CELLS:
                log.add(path.name, number, None, "", f"more than {MAX_CELLS:,} cells: save it as CSV, or split it")
                return None
            if texts:
                found.append((number, texts))
        return found
    finally:
        book.close()


def _may_lack_values(path: Path) -> bool:
    """Say whether some formula of the workbook seems to lack a value: a quick look, as few files do."""
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with packed.open(name) as part:
                tail = b""
                while chunk := part.read(_CHUNK):
                    if _UNSAVED.search(tail + chunk):
                        return True
                    tail = (tail + chunk)[-_OVERLAP:]
    return False


def _log_unsaved(path: Path, columns: set[str], log: FaultLog) -> bool:
    """Faults for formulas of the first sheet, in its header or in `columns`, that were saved without a value."""
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    values = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    formulas = load_workbook(path, read_only=True, data_only=False, keep_links=False)
    found = False
    try:
        sheets = values.worksheets[0], formulas.worksheets[0]
        for sheet in sheets:
            sheet.reset_dimensions()
        header: list[str] = []
        pairs = zip(*(sheet.iter_rows(max_col=MAX_COLUMNS) for sheet in sheets), strict=True)
        for number, (saved, written) in enumerate(pairs, start=1):
            if number == 1:
                header = [cell_text(cell.value) for cell in saved]
            for place, (value, formula) in enumerate(zip(saved, written, strict=True)):
                # "str": the saved value is a text of no characters, as of =""
                if formula.data_type != "f" or value.value is not None or value.data_type == "str":
                    continue
                name = header[place] if place < len(header) else ""
                if number == 1 or name in columns:
                    text = formula.value if isinstance(formula.value, str) else ""
                    log.add(path.name, number, name or get_column_letter(place + 1), text, _NO_VALUE)
                    found = True
    finally:
        values.close()
        formulas.close()
    return found


def cell_text(value: Any) -> str:
    """Text of a cell as a CSV file would hold it: ISO dates, shortest exact numbers, no blanks around.

    Parameters
    ----------
    value : object
        What openpyxl makes of a cell.

    Returns
    -------
    str
        Empty for a blank cell.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value).strip()


def _framed(file: str, rows: list[tuple[int, list[str]]], log: FaultLog) -> pd.DataFrame | None:
    """Split off the header; faults for what is no table."""
    if not rows:
        log.add(file, None, None, "", "is empty")
        return None
    first, header = rows[0]
    if first != 1:
        log.add(file, 1, None, "", f"the header must stand in row 1; the first row with text is {first}")
        return None
    for name in {name for name in header if name and header.count(name) > 1}:
        log.add(file, 1, name, "", "stands in the header twice; remove one of the columns")
        return None
    names = [name or f"\x00blank{place}" for place, name in enumerate(header)]
    width = len(names)
    for number, texts in rows[1:]:
        if len(texts) > width:
            message = f"the row has more than the {width} cells of the header"
            log.add(file, number, None, texts[-1], message, kind="too many cells")
    body = [(texts + [""] * width)[:width] for _, texts in rows[1:]]
    columns = list(zip(*body, strict=True)) if body else [()] * width
    data = {name: np.array(column, dtype=object) for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame(data, index=pd.Index([number for number, _ in rows[1:]], dtype="int64"), dtype=object)


def write_sheet(path: Path, frames: Mapping[str, pd.DataFrame], formats: Mapping[str, str] | None = None) -> list[Path]:
    """Write frames to a CSV file or an Excel workbook, whole or not at all; no cell is run as a formula.

    Parameters
    ----------
    path : Path
        ``.csv``: the first frame goes to this file, each further one to a file beside it with its name at the end
        (tree.csv, tree_lines.csv). ``.xlsx``: one sheet for each frame.
    frames : mapping of str to DataFrame
        Names (of sheets, at most 31 characters) and frames; at least one. The index is left out.
    formats : mapping of str to str, optional
        Columns to Excel's number formats, such as ``0.0%``.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    InputFaults
        If the name of the file ends otherwise, or a frame has more rows than a sheet can hold.
    OSError
        If the folder cannot be written.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        names = list(frames)
        targets = [path] + [path.with_name(f"{path.stem}_{name}{path.suffix}") for name in names[1:]]
        texts = [csv_text(frames[name]) for name in names]
        for target, text in zip(targets, texts, strict=True):
            write_atomic(target, text)
        return targets
    if ending != ".xlsx":
        raise InputFaults([Fault(path.name, None, None, path.suffix, "cannot be written: use a .csv or .xlsx file")])
    longest = max(len(frame) for frame in frames.values())
    if longest > MAX_EXCEL_ROWS:
        raise InputFaults([Fault(path.name, None, None, "", f"{longest:,} rows are too many for Excel; use .csv")])
    write_atomic(path, _workbook(frames, formats or {}))
    return [path]


def _workbook(frames: Mapping[str, pd.DataFrame], formats: Mapping[str, str]) -> bytes:
    """Excel file: bold header, wide enough columns, text as text whatever it looks like, numbers as `formats` says."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, options)
    bold = book.add_format({"bold": True})
    shown = {text: book.add_format({"num_format": text}) for text in set(formats.values())}
    for name, frame in frames.items():
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(frame.columns):
            cells = [_excel_value(value) for value in frame.iloc[:, column]]
            look = shown.get(formats.get(str(title), ""))
            sheet.write_string(0, column, str(title), bold)
            for row, value in enumerate(cells, start=1):
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                elif value is not None:
                    sheet.write(row, column, value, *([look] if look is not None else []))
            widest = max([len(str(title)), *(len(str(value)) for value in cells[:200])])
            sheet.set_column(column, column, min(max(widest + 1, 8), 60))
    book.close()
    return data.getvalue()


def _excel_value(value: Any) -> str | float | bool | None:
    """A cell as Excel can hold it: stamps as ISO text, what is no number blank."""
    if value is None or value is pd.NaT or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.integer, np.floating)):
        return float(value) if isinstance(value, (float, np.floating)) else int(value)
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else str(value)[:32767]
