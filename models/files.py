"""Writing files so that nobody ever sees half of one, and no spreadsheet runs what a user typed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_atomic(path: str | Path, content: str | bytes) -> None:
    """Write a file whole or not at all: beside the target first, then renamed over it.

    Parameters
    ----------
    path : str or Path
        Target; its folder is created when missing. Through a symbolic link the file behind it is replaced.
    content : str or bytes
        Text is written as UTF-8 with its line ends as they are.

    Raises
    ------
    OSError
        If the folder cannot be written; the target is then as it was.
    """
    target = Path(path).resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, _mode_for(target))
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode_for(target: Path) -> int:
    """Keep the mode of a file that is replaced; a new one gets the user's default, not mkstemp's 0600."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def escape_cell(value: Any) -> Any:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Parameters
    ----------
    value : object
        A cell. Only text that starts with ``= + - @``, tab or a line end changes; numbers, also as text, do not.

    Returns
    -------
    object
        The cell, safe to open in a spreadsheet.
    """
    if not isinstance(value, str) or not value.startswith(_FORMULA_STARTS):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value


def csv_text(frame: pd.DataFrame) -> str:
    """Write a frame as CSV text: comma, UTF-8, one header line, ISO times with offset, formulas escaped.

    Parameters
    ----------
    frame : DataFrame
        Any columns; the index is left out. Floats are written in their shortest exact form, missing values empty.

    Returns
    -------
    str
        With a line feed after each row.
    """
    import pandas as pd  # here: what only writes text starts without it

    columns: dict[str, Any] = {}
    for position, name in enumerate(frame.columns):
        column = frame.iloc[:, position]
        if isinstance(column.dtype, pd.DatetimeTZDtype) or pd.api.types.is_datetime64_dtype(column.dtype):
            cells: Any = column.map({stamp: stamp.isoformat() for stamp in column.dropna().unique()})
        elif pd.api.types.is_numeric_dtype(column.dtype):
            # whole numbers with blanks among them stay whole
            cells = column.astype(object) if isinstance(column.dtype, pd.Int64Dtype) else column
        else:
            cells = column.map(escape_cell, na_action="ignore")
        columns[str(escape_cell(name))] = cells.to_numpy(dtype=object) if cells is not column else cells.to_numpy()
    return str(pd.DataFrame(columns, index=range(len(frame))).to_csv(index=False, lineterminator="\n"))


def write_csv(path: str | Path, frame: pd.DataFrame) -> None:
    """Write a frame to a CSV file, whole or not at all (`csv_text`, `write_atomic`)."""
    write_atomic(path, csv_text(frame))


@contextlib.contextmanager
def prepared_beside(folder: str | Path, texts: Mapping[str, str | bytes]) -> Iterator[tuple[Path, Path]]:
    """Write files of a folder in a hidden folder inside it, whence the block puts them in place.

    Parameters
    ----------
    folder : str or Path
        Target; created when missing.
    texts : mapping of str to str or bytes
        Path in the folder to content.

    Yields
    ------
    target, beside : Path
        The folder, resolved, and the hidden one, which is gone after the block. One is inside the other: the same file
        system even where the target is a mount, so that a rename is one step.

    Raises
    ------
    OSError
        If the folder cannot be written; its files are then as they were.
    """
    target = Path(folder).resolve()
    target.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=target, prefix=".", suffix=".part"))
    try:
        for name, text in texts.items():
            write_atomic(beside / name, text)
        yield target, beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_together(folder: str | Path, texts: Mapping[str, str | bytes]) -> list[Path]:
    """Write files of a folder that belong together: none is put in place before the last one is complete.

    Parameters
    ----------
    folder : str or Path
        Target; created when missing. Its other files stay as they are.
    texts : mapping of str to str or bytes
        Path in the folder to content.

    Returns
    -------
    list of Path
        The files, in the order in which they were put in place.

    Raises
    ------
    OSError
        If the folder cannot be written; its files are then as they were, unless a rename itself failed half-way.
    """
    with prepared_beside(folder, texts) as (target, beside):
        for name in texts:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(beside / name, target / name)
    return [target / name for name in texts]
