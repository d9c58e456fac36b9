"""Changes to a base scenario by dotted paths, checked against the schemas before anything is solved.

``service.target`` is a setting of the command's settings file; an entry of a list is named by its ``name`` or its place
(``shifts.full.paid_min``). ``pools.csv.wage_per_hour`` is a whole column of a table, and
``pools.csv[pool=calls].wage_per_hour`` only its rows where the pool is calls (several conditions: comma). The value
stands there instead; ``x1.1`` or ``+5%`` is a multiple of what is there; null is a blank.
"""

from __future__ import annotations

import copy
import csv
import io
import re
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

import yaml

from models.faults import FaultLog
from models.hints import close_name
from models.section_file import sections
from models.yamlfile import read_yaml
from optimizer.batch.commands import COMMANDS, runner_of
from optimizer.batch.records import Override

if TYPE_CHECKING:
    import pandera.pandas as pa
    from pydantic import BaseModel

_TABLE = re.compile(r"^(?P<table>[\w-]+\.csv)(?:\[(?P<rows>[^\]]*)\])?\.(?P<column>\w+)$")
_TIMES = re.compile(r"^[x*]\s*(\d+(?:\.\d+)?)$")
_PERCENT = re.compile(r"^([+-]\d+(?:\.\d+)?)\s*%$")


class OverrideError(ValueError):
    """A path that leads nowhere, or a value that cannot stand there; the message says what to do."""


@dataclass(frozen=True)
class Cells:
    """Cells of a table: a column, in the rows where other columns hold given texts."""

    table: str
    column: str
    rows: tuple[tuple[str, str], ...]


def parse_path(path: str) -> Cells | tuple[str, ...]:
    """Read a path: cells of a table, or the keys of a setting.

    Raises
    ------
    OverrideError
        It is neither.
    """
    if found := _TABLE.match(path.strip()):
        rows = []
        for part in (found["rows"] or "").split(",") if found["rows"] is not None else ():
            name, mark, text = part.partition("=")
            if not mark or not name.strip():
                raise OverrideError(f"[{found['rows']}] names no rows; write [column=value]")
            rows.append((name.strip(), text.strip()))
        return Cells(found["table"], found["column"], tuple(rows))
    if ".csv" in path:
        raise OverrideError("names no column of a table; write table.csv.column or table.csv[column=value].column")
    keys = tuple(path.strip().split("."))
    if not all(keys):
        raise OverrideError("has an empty part; write the names of the settings with single points between them")
    return keys


def factor(value: Any) -> float | None:
    """Read ``x1.1`` as 1.1 and ``+5%`` as 1.05; None for any other value."""
    if not isinstance(value, str):
        return None
    if found := _TIMES.match(value.strip()):
        return float(found[1])
    if found := _PERCENT.match(value.strip()):
        return 1 + float(found[1]) / 100
    return None


def check_path(path: str, command: str) -> None:
    """Hold a path against the schemas of a command's input.

    Raises
    ------
    OverrideError
        There is no such table, column or setting.
    """
    where = parse_path(path)
    if isinstance(where, Cells):
        _check_cells(where, {str(schema.name): schema for schema in runner_of(command).TABLES})
    else:
        _check_keys(where, 0, [runner_of(command).SETTINGS], COMMANDS[command].settings_file)


def _check_cells(where: Cells, schemas: Mapping[str, pa.DataFrameSchema]) -> None:
    if where.table not in schemas:
        raise OverrideError(_unknown("table", where.table, schemas))
    columns = schemas[where.table].columns
    for column in (where.column, *(name for name, _ in where.rows)):
        if column not in columns:
            raise OverrideError(_unknown(f"column of {where.table}", column, columns))


def _check_keys(keys: tuple[str, ...], place: int, models: Sequence[type[BaseModel]], file: str) -> None:
    """Follow the keys from a place on through the sections that may stand there."""
    fields = {field.alias or name: field for model in models for name, field in model.model_fields.items()}
    here = ".".join(keys[: place + 1])
    if keys[place] not in fields:
        raise OverrideError(_unknown(f"setting of {file}", here, fields))
    rest = len(keys) - place - 1
    annotation = fields[keys[place]].annotation
    below = list(sections(annotation))
    entries = _has_entries(annotation)
    if below:
        # an entry is called by its name, which is known only with the base
        following = place + (2 if entries else 1)
        if following < len(keys):
            _check_keys(keys, following, below, file)
    elif rest > (1 if entries else 0):
        raise OverrideError(f"{here} is a single value; nothing stands below it")


def _has_entries(annotation: Any) -> bool:
    """Whether a setting is (or may be) a list or a mapping."""
    return any(get_origin(part) in (tuple, list, dict) for part in (annotation, *get_args(annotation)))


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    close = close_name(name if name.endswith(".csv") else name.rpartition(".")[2], known)
    hint = f"did you mean {close}?" if close else f"there are {', '.join(sorted(known))}"
    return f"{name} is no {what}; {hint}"


def changed_files(files: Mapping[str, bytes], overrides: Iterable[Override], settings_file: str, work: Path) -> None:
    """Write the files of a scenario into an empty folder, with its overrides applied; else as `changed_contents`."""
    for name, content in changed_contents(files, overrides, settings_file).items():
        (work / name).write_bytes(content)


def changed_contents(files: Mapping[str, bytes], overrides: Iterable[Override], settings_file: str) -> dict[str, bytes]:
    """Return the files of a scenario with its overrides applied.

    Parameters
    ----------
    files : Mapping of str to bytes
        The base.
    overrides : iterable of Override
        In this order.
    settings_file : str
        Which file holds the settings.

    Raises
    ------
    OverrideError
        A path leads nowhere in this base, or a value cannot stand there.
    models.faults.InputFaults
        The settings are no YAML.
    """
    found, settings = dict(files), list[tuple[tuple[str, ...], Any]]()
    for one in overrides:
        where = parse_path(one.path)
        if not isinstance(where, Cells):
            settings.append((where, one.value))
        elif where.table not in files:
            raise OverrideError(f"{one.path}: the scenario has no {where.table}")
        else:
            found[where.table] = _CHANGED.get(
                (found[where.table], where, repr(one.value)), partial(_with_cells, found[where.table], where, one.value)
            )
    if settings:
        base = files[settings_file]
        found[settings_file] = _CHANGED.get((base, repr(settings)), partial(_with_keys, base, settings_file, settings))
    return found


class _Recent:
    """Contents that were changed last: scenarios of a sweep have most of their changes in common."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        content = self._kept.get(key)
        if content is None:
            content = self._kept[key] = make()
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return content


_CHANGED = _Recent(256)


def _with_cells(content: bytes, where: Cells, value: Any) -> bytes:
    return changed_table(content.decode("utf-8-sig"), where, value).encode()


def _with_keys(content: bytes, name: str, changes: Iterable[tuple[tuple[str, ...], Any]]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="servopt-") as place:
        path = Path(place, name)
        path.write_bytes(content)
        settings = _read(path)
    for keys, value in changes:
        set_key(settings, keys, value)
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True).encode()


def _read(path: Path) -> dict[str, Any]:
    log = FaultLog()
    file = read_yaml(path, log)
    log.raise_if_any()
    return {} if file is None else copy.deepcopy(file.data)


def set_key(settings: dict[str, Any], keys: tuple[str, ...], value: Any) -> None:
    """Put a value where the keys lead; sections that are not there yet are made.

    Raises
    ------
    OverrideError
        A key names no entry of a list, or a multiple is asked of what is no number.
    """
    holder: Any = settings
    for place, key in enumerate(keys[:-1]):
        holder = _below(holder, keys, place, key)
    last = keys[-1]
    if isinstance(holder, list):
        holder[_entry(holder, last, keys)] = value
        return
    if not isinstance(holder, dict):
        raise OverrideError(f"{'.'.join(keys)}: nothing can stand below a single value")
    times = factor(value)
    if times is not None:
        old = holder.get(last)
        if not isinstance(old, int | float) or isinstance(old, bool):
            raise OverrideError(f"{'.'.join(keys)}: {value} is a multiple, and the base has no number there")
        value = _rounded(old * times)
    holder[last] = value


def _below(holder: Any, keys: tuple[str, ...], place: int, key: str) -> Any:
    if isinstance(holder, list):
        return holder[_entry(holder, key, keys)]
    if not isinstance(holder, dict):
        raise OverrideError(f"{'.'.join(keys)}: {'.'.join(keys[:place])} is a single value")
    if holder.get(key) is None:
        holder[key] = {}
    return holder[key]


def _entry(entries: list[Any], key: str, keys: tuple[str, ...]) -> int:
    """Place of the entry of that name, or of that number (from 0)."""
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in entries]
    if key in names:
        return names.index(key)
    if key.isdecimal() and int(key) < len(entries):
        return int(key)
    known = ", ".join(str(name) for name in names if name) or f"0 to {len(entries) - 1}"
    raise OverrideError(f"{'.'.join(keys)}: {key} is no entry; there are {known}")


def changed_table(text: str, where: Cells, value: Any) -> str:
    """Return a table with other cells.

    Raises
    ------
    OverrideError
        No row meets the conditions, or a multiple is asked of cells that hold no number.
    """
    rows = list(csv.reader(io.StringIO(text)))
    header = [name.strip() for name in rows[0]] if rows else []
    for name, _ in where.rows:
        if name not in header:
            raise OverrideError(f"{where.table} has no column {name}")
    times = factor(value)
    if where.column not in header:
        if times is not None:
            raise OverrideError(
                f"{where.table} has no column {where.column} here of which {value} could be a multiple: add it, or"
                " change the setting that holds it, such as pay.wage_per_hour"
            )
        header.append(where.column)
        rows = [header, *([*row, ""] for row in rows[1:] if row)]
    tests = [(header.index(name), cell) for name, cell in where.rows]
    column, changed = header.index(where.column), 0
    for row in rows[1:]:
        if len(row) != len(header) or any(row[place].strip() != cell for place, cell in tests):
            continue
        old = row[column].strip()
        if times is None:
            row[column] = "" if value is None else str(value)
        elif old:
            row[column] = _times(old, times, where)
        elif where.rows:
            raise OverrideError(f"{where.table}: {where.column} is blank there, so {value} is a multiple of nothing")
        changed += 1
    if not changed:
        shown = ", ".join(f"{name} is {cell}" for name, cell in where.rows)
        raise OverrideError(f"{where.table} has no row" + (f" where {shown}" if shown else ""))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _times(old: str, times: float, where: Cells) -> str:
    try:
        return str(_rounded(float(old) * times))
    except ValueError:
        raise OverrideError(f"{where.table}: {where.column} holds {old!r}, which is no number") from None


def _rounded(number: float) -> float:
    """Without the last digits that a product of decimals adds (0.1 x 3 is 0.3)."""
    return float(f"{number:.12g}")
