"""Reading text that a user gave: bounded before it is in memory, UTF-8, and a fault instead of a stack trace."""

from __future__ import annotations

from pathlib import Path

from models.faults import FaultLog


def read_text(path: Path, max_bytes: int, log: FaultLog) -> str | None:
    """Read a UTF-8 file, with or without byte-order mark.

    Parameters
    ----------
    path : Path
        File.
    max_bytes : int
        A larger file is refused before it is read.
    log : FaultLog
        Takes what is wrong: missing, not a file, too large, empty, another encoding.

    Returns
    -------
    str or None
        The text, line ends as they are; None when there is a fault.
    """
    try:
        if not path.is_file():
            log.add(path.name, None, None, "", f"is {'no file' if path.exists() else 'missing'} in {path.parent}")
            return None
        size = path.stat().st_size
        if size > max_bytes:
            log.add(
                path.name,
                None,
                None,
                "",
                f"has {size / 1e6:,.1f} MB; at most {max_bytes / 1e6:,.0f} MB are read: split it",
            )
            return None
        data = path.read_bytes()
    except OSError as problem:
        log.add(path.name, None, None, "", f"cannot be read: {problem.strerror or problem}")
        return None
    if not data.strip():
        log.add(path.name, None, None, "", "is empty")
        return None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data:
        log.add(
            path.name, None, None, "", "is not UTF-8 text (UTF-16 or a binary file); save it as CSV or text in UTF-8"
        )
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        row = data.count(b"\n", 0, problem.start) + 1
        log.add(path.name, row, None, "", "is not UTF-8 (perhaps Windows-1252); save it in UTF-8 encoding")
        return None


def read_text_quietly(path: Path) -> str:
    """Text of one of our own files; empty when it is missing."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""
