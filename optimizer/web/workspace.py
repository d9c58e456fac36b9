"""A working copy of a scenario folder: what is changed on the page stays there until it is saved or exported."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from models.files import write_atomic
from optimizer.batch.overrides import Cells, OverrideError, changed_table, set_key

MOST_FILES, MOST_FILE_BYTES, MOST_BYTES = 200, 50_000_000, 100_000_000
SUFFIXES = (".yaml", ".csv", ".md", ".txt")
"""Of files that belong to a scenario."""
BACKUP = ".bak"
"""Ends the name of a file as it was before the last save."""
SETTINGS_FILES = ("scenario.yaml", "mix.yaml", "invest.yaml", "roster.yaml")
NO_SCENARIO = "no scenario: it needs scenario.yaml, mix.yaml, invest.yaml or roster.yaml"
Keys = tuple[str, ...]


class RefusedError(ValueError):
    """A file that was handed over is not taken; the message says why."""


@dataclass(frozen=True)
class Change:
    """A setting or cell that is not what it was.

    Attributes
    ----------
    place : as dotted paths write it, such as ``service.target`` or ``pools.csv[pool=calls].target``
    """

    file: str
    place: str
    before: str
    after: str


class Workspace:
    """Files of a scenario, as they were opened and as they are now.

    Parameters
    ----------
    opened : name to content
    place : an empty folder for the working copy
    source : folder that `save` writes to; None for one that was uploaded

    Raises
    ------
    RefusedError
        When there are no settings.
    """

    def __init__(self, opened: dict[str, bytes], place: Path, source: Path | None) -> None:
        if not any(name in opened for name in SETTINGS_FILES):
            raise RefusedError(NO_SCENARIO)
        self.opened, self.folder, self.source = dict(opened), place, source
        self._factors: dict[tuple[str, str], float] = {}
        self._read: dict[str, tuple[bytes, Any]] = {}
        place.mkdir(parents=True, exist_ok=True)
        for name, content in opened.items():
            (place / name).write_bytes(content)

    @classmethod
    def of_folder(cls, source: Path, place: Path) -> Workspace:
        """Open a folder."""
        return cls(scenario_files(source), place, source)

    @classmethod
    def of_zip(cls, content: bytes, place: Path) -> Workspace:
        """Open an exported scenario."""
        return cls(unzipped(content), place, None)

    @property
    def files(self) -> dict[str, bytes]:
        """Name to content, as they are now."""
        return scenario_files(self.folder)

    def kinds(self) -> tuple[str, ...]:
        """The settings files that are there."""
        return tuple(name for name in SETTINGS_FILES if (self.folder / name).is_file())

    def tables(self) -> list[str]:
        """Names of the tables that are there."""
        return sorted(path.name for path in self.folder.glob("*.csv"))

    def setting(self, file: str, keys: Keys) -> Any:
        """Value of a setting as the file has it; None where it has none.

        Entries of lists are called by their name, as in dotted paths.
        """
        value: Any = self._settings(file)
        for key in keys:
            if isinstance(value, list):
                value = next((one for one in value if isinstance(one, dict) and one.get("name") == key), None)
            elif isinstance(value, dict):
                value = value.get(key, value.get(int(key)) if key.isdecimal() else None)
            else:
                return None
        return value

    def set_setting(self, file: str, keys: Keys, value: Any) -> None:
        """Put a value in a settings file; comments and order stay as they are.

        Raises
        ------
        optimizer.batch.overrides.OverrideError
            When the keys lead nowhere.
        """
        settings = self._settings(file)
        self._read.pop(file)  # it is changed below
        holder: Any = settings
        for key in keys[:-1]:
            holder = holder.get(key) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and keys[-1].isdecimal() and int(keys[-1]) in holder:
            holder[int(keys[-1])] = value  # a year is a number in YAML
        else:
            set_key(settings, keys, value)
        out = io.StringIO()
        _yaml().dump(settings, out)
        write_atomic(self.folder / file, out.getvalue())

    def factor(self, table: str, column: str) -> float:
        """By how much a column was multiplied."""
        return self._factors.get((table, column), 1.0)

    def set_factor(self, table: str, column: str, factor: float) -> None:
        """Multiply a column of what was opened.

        Raises
        ------
        optimizer.batch.overrides.OverrideError
            When a cell holds no number.
        """
        times = factor / self.factor(table, column)
        path = self.folder / table
        if times != 1.0:
            path_text = path.read_text("utf-8-sig")
            write_atomic(path, changed_table(path_text, Cells(table, column, ()), f"x{times:.12f}"))
        self._factors[table, column] = factor

    def columns(self, table: str) -> list[str]:
        """Names in the first line of a table."""
        with (self.folder / table).open(encoding="utf-8-sig", errors="replace") as file:
            return [name.strip() for name in next(csv.reader([file.readline()]), [])]

    def rows(self, table: str, most: int) -> tuple[list[str], list[list[str]], int]:
        """Header, the first rows, and how many there are."""
        lines = list(csv.reader(io.StringIO((self.folder / table).read_text("utf-8-sig"))))
        header, rows = (lines[0] if lines else []), [row for row in lines[1:] if row]
        return header, rows[:most], len(rows)

    def cell(self, table: str, row: int, column: str) -> str:
        """Text of a cell; rows count from 0 below the header."""
        header, rows, _ = self.rows(table, row + 1)
        return rows[row][header.index(column)]

    def set_cell(self, table: str, row: int, column: str, value: str) -> None:
        """Put a text in a cell; rows count from 0 below the header.

        Raises
        ------
        optimizer.batch.overrides.OverrideError
            When there is no such cell.
        """
        path = self.folder / table
        lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
        places = [number for number, line in enumerate(lines) if line][1:]
        if not 0 <= row < len(places) or column not in lines[0]:
            raise OverrideError(f"{table} has no row {row} or no column {column}")
        line = lines[places[row]]
        line += [""] * (len(lines[0]) - len(line))
        line[lines[0].index(column)] = value
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(lines)
        write_atomic(path, out.getvalue())

    def replace(self, name: str, content: bytes) -> None:
        """Put an uploaded file in place of, or beside, the others.

        Raises
        ------
        RefusedError
            When its name or size is none of a scenario's file.
        """
        require_name(name)
        if len(content) > MOST_FILE_BYTES:
            raise RefusedError(f"{name}: at most {MOST_FILE_BYTES:,} bytes")
        if name not in self.files and len(self.files) >= MOST_FILES:
            raise RefusedError(f"at most {MOST_FILES} files")
        write_atomic(self.folder / name, content)
        self._factors = {key: value for key, value in self._factors.items() if key[0] != name}

    def restore(self, files: dict[str, bytes] | None = None) -> None:
        """Go back to what was opened, or to other files."""
        wanted = self.opened if files is None else files
        for name in self.files:
            if name not in wanted:
                (self.folder / name).unlink()
        for name, content in wanted.items():
            write_atomic(self.folder / name, content)
        self._factors.clear()

    def changed_files(self) -> list[str]:
        """Names of files that are not as they were opened."""
        return sorted(name for name, content in self.files.items() if self.opened.get(name) != content)

    def save(self) -> list[str]:
        """Write what changed to the folder that was opened; each file of before stays beside it with `BACKUP`.

        Returns
        -------
        Names of the files written.

        Raises
        ------
        RefusedError
            When there is no such folder, or somebody changed a file there meanwhile: nothing is written then.
        """
        if self.source is None:
            raise RefusedError("it was uploaded: export it in place of saving")
        names = self.changed_files()
        for name in names:
            there = self.source / name
            now = there.read_bytes() if there.is_file() else None
            if now != self.opened.get(name):
                raise RefusedError(f"{name} was changed in {self.source} meanwhile: export yours, then open it again")
        files = self.files
        for name in names:
            if name in self.opened:
                write_atomic(self.source / (name + BACKUP), self.opened[name])
            write_atomic(self.source / name, files[name])
            self.opened[name] = files[name]
        self._factors.clear()
        return names

    def copy_to(self, folder: Path) -> None:
        """Write the files as they are now into a new folder."""
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)

    def _settings(self, file: str) -> Any:
        content = (self.folder / file).read_bytes()
        if self._read.get(file, (b"", None))[0] != content:
            loaded = _yaml().load(content.decode("utf-8-sig"))
            self._read[file] = content, {} if loaded is None else loaded
        return self._read[file][1]


def _yaml() -> Any:
    """YAML that keeps comments, order and quotes."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.representer.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null",
                                                                                         "null"))  # fmt: skip
    return yaml


def require_name(name: str) -> None:
    """Refuse what is no plain file name of a scenario.

    Raises
    ------
    RefusedError
    """
    if name != PurePosixPath(name).name or "\\" in name or name.startswith(".") or len(name) > 100:
        raise RefusedError(f"{name[:100]!r} is no plain file name")
    if not name.endswith(SUFFIXES):
        raise RefusedError(f"{name}: a scenario consists of {', '.join(SUFFIXES)} files")


def scenario_files(folder: Path) -> dict[str, bytes]:
    """Name to content of the files of a scenario folder; what does not belong to one is left aside."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())
            if path.is_file() and path.suffix in SUFFIXES and not path.name.startswith(".")}  # fmt: skip


def unzipped(content: bytes) -> dict[str, bytes]:
    """Name to content of a zipped scenario; it may lie in one folder.

    Raises
    ------
    RefusedError
        When it is no zip, holds other files, or is too large unpacked.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise RefusedError("this is no zip file") from None
    if len(entries) > MOST_FILES:
        raise RefusedError(f"at most {MOST_FILES} files")
    if any(entry.file_size > MOST_FILE_BYTES for entry in entries) or sum(e.file_size for e in entries) > MOST_BYTES:
        raise RefusedError(f"at most {MOST_BYTES:,} bytes unpacked")
    tops = {entry.filename.rpartition("/")[0] for entry in entries}
    if len(tops) != 1 or any(part in ("", "..") for top in tops for part in top.split("/")[:1] if top):
        raise RefusedError("the files of a scenario lie side by side, at most in one folder")
    files: dict[str, bytes] = {}
    for entry in entries:
        name = entry.filename.rpartition("/")[2]
        require_name(name)
        try:
            with archive.open(entry) as stream:
                files[name] = stream.read(MOST_FILE_BYTES + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError):
            raise RefusedError(f"{name} cannot be unpacked") from None
        if len(files[name]) > entry.file_size:
            raise RefusedError(f"{name} is larger than the zip says")
    return files


def zipped(folders: dict[str, Path], *, texts: dict[str, str] | None = None) -> bytes:
    """Pack folders, each under a name; hidden files are left aside."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for top, folder in folders.items():
            for path in sorted(folder.rglob("*")):
                inner = path.relative_to(folder)
                if path.is_file() and not any(part.startswith(".") for part in inner.parts):
                    archive.write(path, str(PurePosixPath(top, *inner.parts)))
        for name, text in (texts or {}).items():
            archive.writestr(name, text)
    return out.getvalue()


def changes(before: dict[str, bytes], after: dict[str, bytes], most: int = 200) -> list[Change]:
    """List settings and cells that differ, file by file."""
    found: list[Change] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new or name.endswith((".md", ".txt")):
            continue
        if old is None or new is None:
            found.append(Change(name, "", "" if old is None else name, "" if new is None else name))
        elif name.endswith(".yaml"):
            found += _setting_changes(name, old, new)
        else:
            found += _cell_changes(name, old, new, most)
    return found[:most]


def _setting_changes(name: str, old: bytes, new: bytes) -> list[Change]:
    one, two = (_flat(_yaml().load(content.decode("utf-8-sig")) or {}) for content in (old, new))
    return [Change(name, key, one.get(key, ""), two.get(key, "")) for key in {**one, **two}
            if one.get(key, "") != two.get(key, "")]  # fmt: skip


def _flat(value: Any, path: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        pairs = [(str(key), below) for key, below in value.items()]
    elif isinstance(value, list):
        pairs = [(str(one.get("name", place)) if isinstance(one, dict) else str(place), one)
                 for place, one in enumerate(value)]  # fmt: skip
    else:
        return {path: "" if value is None else str(value)}
    return {
        key: text for name, below in pairs for key, text in _flat(below, f"{path}.{name}" if path else name).items()
    }


def _cell_changes(name: str, old: bytes, new: bytes, most: int) -> list[Change]:
    one, two = (list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) for content in (old, new))
    if not one or not two or one[0] != two[0] or len(one) != len(two):
        return [Change(name, "", f"{max(len(one) - 1, 0)} rows", f"{max(len(two) - 1, 0)} rows")]
    cells = [(line, column, first, second) for line, (left, right) in enumerate(zip(one, two, strict=True), 1)
             for column, first, second in zip(one[0], left, right, strict=False) if first != second]  # fmt: skip
    columns = {column for _, column, _, _ in cells}
    if len(cells) > most or (len(columns) == 1 and len(cells) > 20):
        ratios = {_ratio(first, second) for _, _, first, second in cells}
        words = f"x{ratios.pop():g}" if len(ratios) == 1 and None not in ratios else f"{len(cells)} cells"
        return [Change(name, ", ".join(sorted(columns)), "", words)]
    return [Change(name, f"{line}:{column}", first, second) for line, column, first, second in cells]


def _ratio(first: str, second: str) -> float | None:
    try:
        return round(float(second) / float(first), 6)
    except (ValueError, ZeroDivisionError):
        return None


def clear(folder: Path) -> None:
    """Remove a folder with all that is in it."""
    shutil.rmtree(folder, ignore_errors=True)
