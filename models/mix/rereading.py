"""Reading many channel mixes that have most of their tables in common, such as those of a sweep.

A table whose content was read before is not read again. Where all tables and the periods are those of a mix that was
found without a fault, only the settings are read, held against the tables, and put in place.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Generic, TypeVar

import pandas as pd
import pandera.pandas as pa

from models.csvtable import read_table
from models.faults import FaultLog
from models.mix import tables
from models.mix.assemble import with_settings
from models.mix.case import MixCase
from models.mix.frames import MixTables
from models.mix.reading import SETTINGS_FILE, read_mix
from models.mix.setting_checks import check_settings
from models.mix.settings import MixSettings
from models.section_file import read_section
from models.yamlfile import KeyPath

MOST_TABLES, MOST_CASES = 128, 32
"""So many tables and cases are remembered; those that were not asked for the longest are forgotten."""
Kept = TypeVar("Kept")


class _Recent(Generic[Kept]):
    """The values that were asked for last, by their digest."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def get(self, mark: str) -> Kept | None:
        found = self._kept.get(mark)
        if found is not None:
            self._kept.move_to_end(mark)
        return found

    def put(self, mark: str, value: Kept) -> None:
        self._kept[mark] = value
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)


class MixReader:
    """Reads channel mixes as `read_mix` does, and remembers what they have in common."""

    def __init__(self) -> None:
        self._tables = _Recent[pd.DataFrame](MOST_TABLES)
        self._cases = _Recent[tuple[MixCase, MixTables]](MOST_CASES)

    def read(self, folder: Path) -> MixCase:
        """Read a folder; parameters and errors as for `models.mix.reading.read_mix`."""
        log = FaultLog()
        settings, source = read_section(folder / SETTINGS_FILE, MixSettings, log)
        if settings is None or source is None:
            return read_mix(folder, self._table)  # it says all faults of all files
        contents = {name: _content(folder / name) for name in (str(schema.name) for schema in tables.TABLES)}
        mark = _digest(repr([*sorted(contents.items()), settings.periods]).encode())
        known = self._cases.get(mark)
        if known is None:
            case = read_mix(folder, self._table)
            self._remember(mark, case, contents)
            return case
        case, data = known

        def fault(path: KeyPath, value: object, message: str) -> None:
            log.add(source.name, source.line(path), source.dotted(path), value, message)

        notes = check_settings(settings, data, list(case.pools), log, fault)
        log.raise_if_any()
        return with_settings(case, settings, data, notes)

    def _remember(self, mark: str, case: MixCase, contents: Mapping[str, str]) -> None:
        """Keep a case with its tables, unless one of them is forgotten already."""
        frames = {name: self._tables.get(f"{name} {content}") for name, content in contents.items() if content}
        there = {name.removesuffix(".csv"): frame for name, frame in frames.items() if frame is not None}
        if len(there) == len(frames):
            self._cases.put(mark, (case, MixTables.of(there)))

    def _table(self, path: Path, schema: pa.DataFrameSchema, log: FaultLog) -> pd.DataFrame | None:
        """Read a table, unless the same content was read before and had no fault."""
        mark = f"{path.name} {_content(path)}"
        found = self._tables.get(mark)
        if found is None:
            before = len(log)
            found = read_table(path, schema, log)
            if found is not None and len(log) == before:
                self._tables.put(mark, found)
        return found


def _content(path: Path) -> str:
    """Digest of a file; empty where there is none."""
    try:
        return _digest(path.read_bytes())
    except OSError:
        return ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
