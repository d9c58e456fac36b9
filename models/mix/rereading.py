"""Reading many channel mixes that have most of their tables in common, such as those of a sweep.

A table whose content was read before is not read again. Where all tables and the periods are those of a mix that was
found without a fault, only the settings are read, held against the tables, and put in place; where tables have other
prices, costs or volumes only, those are read and put in place too (`models.mix.renumbering`).
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import fields
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
from models.mix.renumbering import Renumbering
from models.mix.setting_checks import check_settings
from models.mix.settings import MixSettings
from models.section_file import read_section
from models.yamlfile import KeyPath, YamlFile

MOST_TABLES, MOST_CASES, MOST_SETTINGS = 128, 32, 512
"""So many tables, cases and settings are remembered; those that were not asked for the longest are forgotten."""
Kept = TypeVar("Kept")
_TABLE_NAMES = tuple(str(schema.name) for schema in tables.TABLES)


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
        self._settings = _Recent[tuple[MixSettings, YamlFile]](MOST_SETTINGS)
        self._whole: tuple[str, Renumbering] | None = None
        self._none = {item.name: getattr(MixTables.of({}), item.name) for item in fields(MixTables)}

    def read(self, folder: Path) -> MixCase:
        """Read a folder; parameters and errors as for `models.mix.reading.read_mix`."""
        marks = {name: _content(folder / name) for name in (SETTINGS_FILE, *_TABLE_NAMES)}
        case = self._known(marks)
        return self._from_disk(folder, marks) if case is None else case

    def read_contents(self, files: Mapping[str, bytes]) -> MixCase:
        """Read files by their content, name to bytes; errors as for `read`. A disk is only used for what is new."""
        marks = {name: _digest(files[name]) if name in files else "" for name in (SETTINGS_FILE, *_TABLE_NAMES)}
        case = self._known(marks)
        if case is not None:
            return case
        with tempfile.TemporaryDirectory(prefix="servopt-") as place:
            for name, content in files.items():
                Path(place, name).write_bytes(content)
            return self._from_disk(Path(place), marks)

    def _known(self, marks: Mapping[str, str]) -> MixCase | None:
        """Put settings that were read before on tables that were read before; None where either is new."""
        found = self._settings.get(marks[SETTINGS_FILE])
        return None if found is None else self._settled(*found, marks)

    def _settled(self, settings: MixSettings, source: YamlFile, marks: Mapping[str, str]) -> MixCase | None:
        known = self._cases.get(_mark(settings, marks))
        if known is None:
            return None
        case, data = known
        log = FaultLog()

        def fault(path: KeyPath, value: object, message: str) -> None:
            log.add(source.name, source.line(path), source.dotted(path), value, message)

        notes = check_settings(settings, data, list(case.pools), log, fault)
        log.raise_if_any()
        return with_settings(case, settings, data, notes)

    def _from_disk(self, folder: Path, marks: Mapping[str, str]) -> MixCase:
        settings, source = read_section(folder / SETTINGS_FILE, MixSettings, FaultLog())
        if settings is None or source is None:
            return read_mix(folder, self._table)  # it says all faults of all files
        self._settings.put(marks[SETTINGS_FILE], (settings, source))
        case = self._settled(settings, source, marks)
        if case is None and self._renumber(folder, settings, marks):
            case = self._settled(settings, source, marks)
        if case is None:
            case = read_mix(folder, self._table)
            data = self._remembered(marks)
            if data is not None:
                self._whole = _periods(settings, marks), Renumbering(case, data)
                self._cases.put(_mark(settings, marks), (case, data))
        return case

    def _renumber(self, folder: Path, settings: MixSettings, marks: Mapping[str, str]) -> bool:
        """Take the case that was last read in whole with other numbers; say whether that is all that is other."""
        if self._whole is None or self._whole[0] != _periods(settings, marks):
            return False
        log = FaultLog()
        for schema in tables.TABLES:
            mark = marks[str(schema.name)]
            if mark and self._tables.get(f"{schema.name} {mark}") is None:
                self._table(folder / str(schema.name), schema, log)
        data = self._remembered(marks)
        if len(log) or data is None:
            return False  # reading everything says all faults
        case = self._whole[1].with_tables(data)
        if case is not None:
            self._cases.put(_mark(settings, marks), (case, data))
        return case is not None

    def _remembered(self, marks: Mapping[str, str]) -> MixTables | None:
        """Return the tables of these contents; None where one of them is not known or was forgotten."""
        frames = {name: self._tables.get(f"{name} {marks[name]}") for name in _TABLE_NAMES if marks[name]}
        there = {name.removesuffix(".csv"): frame for name, frame in frames.items() if frame is not None}
        return MixTables.of({**self._none, **there}) if len(there) == len(frames) else None

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


def _mark(settings: MixSettings, marks: Mapping[str, str]) -> str:
    """Digest of what a case shares with others: its tables and its periods."""
    return _digest(repr([*((name, marks[name]) for name in _TABLE_NAMES), settings.periods]).encode())


def _periods(settings: MixSettings, marks: Mapping[str, str]) -> str:
    """Say which tables there are and what their periods are."""
    return repr([[name for name in _TABLE_NAMES if marks[name]], settings.periods])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
