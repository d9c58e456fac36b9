"""What all calculators share: their options, the types of their arguments, and how answers are shown and written.

A calculator is a module of `optimizer.cli.calculators` with

- ``SYSTEMS``: the systems it answers, such as ``("U14",)``;
- ``EXAMPLE``: a command line that a user can type in a checkout, starting with ``servopt calc``;
- ``ORACLE_TEST``: the test with its worked example, such as ``"tests/models/test_high_low.py"``;
- ``command``: the click command, with `output_options` on it, which calls one function of `models` and then `finish`.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

_Command = TypeVar("_Command", bound=Callable[..., Any])
Results = Mapping[str, Any]
SHOWN_ROWS = 40
PIPED_WIDTH = 120
_PERCENT = ("share",)


class Finite(click.FloatRange):
    """A range without nan and infinity, which a plain range lets through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Parse, and refuse what is no finite number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number", param, ctx)
        return number


NUMBER = Finite()
SHARE = Finite(0, 1)
POSITIVE = Finite(0, min_open=True)
AT_LEAST_ZERO = Finite(0)
DATE = click.DateTime(["%Y-%m-%d"])


class SheetFile(click.Path):
    """A table to read; a path below data/ that is not there is looked up among the examples of the package."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Find the file; that it is missing is said with the faults of its content."""
        path = Path(str(super().convert(value, param, ctx)))
        if not path.exists() and path.parts[:1] == ("data",):
            from models.examples import example_file

            found = example_file(Path(*path.parts[1:]))
            return path if found is None else found
        return path


SHEET = SheetFile()


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn a ValueError of a function of models, which an option caused, into wrong use (exit code 2)."""
    try:
        yield
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def output_options(command: _Command) -> _Command:
    """Add ``--out`` (argument `out`) and ``--json`` (argument `as_json`) to a command."""
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON with exact figures.")(command)
    return click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the tables to this .csv or .xlsx file (several tables: further .csv files beside it, or sheets).",
    )(command)


def finish(
    results: Results,
    notes: Sequence[str] = (),
    *,
    out: Path | None = None,
    as_json: bool = False,
    title: str = "",
    units: Mapping[str, str] | None = None,
    hidden: Sequence[str] = (),
    width: int = PIPED_WIDTH,
) -> None:
    """Print results as tables or JSON, and write them to a file when asked.

    Parameters
    ----------
    results : mapping of str to DataFrame, dataclass or mapping
        Tables by name, in the order to show; a record (dataclass, mapping of plain values) is shown as one figure a
        line. Frames keep their index to themselves.
    notes : sequence of str
        Remarks and warnings, shown below; in JSON under "notes".
    out : Path, optional
        File to write (`models.sheets.write_sheet`). A record becomes a table of figure and value.
    as_json : bool
        JSON instead of tables: a frame is a list of objects, a record an object; what JSON cannot say is null.
    title : str
        Headline above the tables.
    units : mapping of str to str, optional
        Unit of a column or figure, shown in its header: "EUR", "h". "%" shows a fraction as percent (columns whose
        name ends in share are shown so unless they are listed here); "id" shows a number without thousands marks.
    hidden : sequence of str
        Columns that are written but not shown, being too long for a screen.
    width : int
        Columns of a file or a pipe, which have no width of their own.

    Raises
    ------
    InputFaults
        If `out` is no .csv or .xlsx file.
    """
    written = _write(results, out) if out is not None else []
    if as_json:
        values = {name: _plain(value) for name, value in results.items()}
        click.echo(json.dumps({**values, "notes": list(notes)}, indent=2, ensure_ascii=False))
    else:
        shown = {
            name: value if _record(value) is not None else value.drop(columns=list(hidden), errors="ignore")
            for name, value in results.items()
        }
        _print(shown, notes, title, dict(units or {}), width)
    for path in written:
        click.echo(f"written: {path}", err=as_json)


def _record(value: Any) -> dict[str, Any] | None:
    """Fields of a record; None for a frame."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return dict(value) if isinstance(value, Mapping) else None


def _write(results: Results, out: Path) -> list[Path]:
    import pandas as pd

    from models.sheets import write_sheet

    frames: dict[str, pd.DataFrame] = {}
    for name, value in results.items():
        record = _record(value)
        if record is None:
            frames[name] = value
        else:
            rows = [(key, _cell(item)) for key, item in record.items()]
            frames[name] = pd.DataFrame(rows, columns=["figure", "value"], dtype=object)
    return write_sheet(out, frames)


def _cell(value: Any) -> Any:
    return ", ".join(str(item) for item in value) if isinstance(value, (list, tuple)) else value


def _plain(value: Any) -> Any:
    """Turn a result into what JSON can say."""
    import numpy as np
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        columns = [[_plain(cell) for cell in value[name]] for name in value.columns]
        return [dict(zip(map(str, value.columns), row, strict=True)) for row in zip(*columns, strict=True)]
    record = _record(value)
    if record is not None:
        return {str(key): _plain(item) for key, item in record.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() and value.tzinfo is None else value.isoformat()
    return value if isinstance(value, (str, bool, int, float)) else str(value)


def _print(results: Results, notes: Sequence[str], title: str, units: dict[str, str], width: int) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:  # a file or a pipe has no width of its own
        console = Console(highlight=False, width=max(console.width, width))
    if title:
        console.print(Text(title, style="bold"))
    for name, value in results.items():
        record = _record(value)
        heading = name.replace("_", " ") if len(results) > 1 else None
        table = _frame_table(value, heading, units) if record is None else _record_table(record, heading, units)
        console.print(table, crop=False)
        if record is None and len(value) > SHOWN_ROWS:
            console.print(f"  ... and {len(value) - SHOWN_ROWS:,} more rows; --out FILE writes them all")
    for note in notes:
        console.print(Text(f"note: {note}"))


def _frame_table(frame: pd.DataFrame, heading: str | None, units: dict[str, str]) -> Table:
    import pandas as pd
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(title=heading, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    columns: list[list[str]] = []
    for place, name in enumerate(map(str, frame.columns)):
        column = frame.iloc[:SHOWN_ROWS, place]
        unit = units.get(name, "%" if name.endswith(_PERCENT) else "")
        is_number = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
        digits = _decimals([float(value) for value in column if pd.notna(value)], unit) if is_number else None
        cells = [format_value(value, unit, digits) for value in column]
        title = _title(name, unit)
        longest = max((len(word) for text in (title, *cells) for word in text.split()), default=0)
        justify: Any = "right" if is_number else "left"
        table.add_column(Text(title), justify=justify, overflow="fold", min_width=min(longest, 30))
        columns.append(cells)
    for row in zip(*columns, strict=True):
        table.add_row(*(Text(cell) for cell in row))
    return table


def _record_table(record: dict[str, Any], heading: str | None, units: dict[str, str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=heading, title_justify="left", title_style="bold", show_header=False)
    table.add_column()
    table.add_column(justify="right", overflow="fold")
    for name, value in record.items():
        unit = units.get(name, "%" if name.endswith(_PERCENT) else "")
        table.add_row(Text(_title(name, unit)), Text(format_value(_cell(value), unit)))
    return table


def _title(name: str, unit: str) -> str:
    words = name.replace("_", " ")
    return words if unit in ("", "id", "%") else f"{words} {unit}"


def _decimals(values: list[float], unit: str) -> int:
    """As many decimals as the column needs, at most two (four where all are small); none beside millions."""
    factor = 100 if unit == "%" else 1
    finite = [abs(value * factor) for value in values if math.isfinite(value)]
    if all(abs(value - round(value)) < 1e-9 * max(value, 1.0) for value in finite):
        return 0
    return 4 if max(finite) < 1 else 2 if max(finite) < 1e6 else 0


def format_value(value: Any, unit: str = "", digits: int | None = None) -> str:
    """Text of one value as the screen shows it.

    Parameters
    ----------
    value : object
        Numbers get thousands marks; blank for None, NaN and NaT; yes and no for booleans; ISO dates.
    unit : str
        "%" shows a fraction as percent, "id" a number without thousands marks; others do not matter here.
    digits : int, optional
        Decimals; as many as one value needs when left out.

    Returns
    -------
    str
    """
    import numpy as np
    import pandas as pd

    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        if math.isinf(value):
            return "no end" if value > 0 else "-no end"
        if unit == "id":
            return f"{value:g}" if isinstance(value, float) else str(value)
        places = _decimals([float(value)], unit) if digits is None else digits
        text = f"{value:,.{places}%}" if unit == "%" else f"{value:,.{places}f}"
        return text.removeprefix("-") if not text.strip("-0.,%") else text
    return str(_plain(value))
