"""All figures of a result folder as one table, a row for each scenario."""

from __future__ import annotations

import io
import json
from typing import Any

import pandas as pd

from models.files import write_atomic
from optimizer.batch.records import BATCH_FILE
from optimizer.batch.results import ResultFolder

FIGURES_FILE = "figures.parquet"
FIRST = ("name", "command", "status", "reason")
LAST = ("seed", "seconds", "cpu_seconds", "attempts", "worker", "ended", "key")


def figures_frame(folder: ResultFolder) -> pd.DataFrame:
    """Gather every finished and failed scenario.

    Parameters
    ----------
    folder : ResultFolder

    Returns
    -------
    DataFrame
        name, command, status, reason; a column for each label, each overridden path, and each figure; then how it ran.
        Sorted by name. A label called like another column has ``label.`` before it. `seconds` is what the worker took;
        a figure of that name is `solve_seconds`. The frame's attribute "marks" names labels and overridden paths.
    """
    labels = _labels(folder)
    rows: list[dict[str, Any]] = []
    marks: dict[str, None] = {}
    for record in folder.records():
        figures = {_figure(name): value for name, value in record["figures"].items()}
        last = {**record, "seed": record["options"]["seed"]}
        taken = {*FIRST, *LAST, *record["overrides"], *figures}
        own = {
            f"label.{name}" if name in taken else name: value for name, value in labels.get(record["key"], {}).items()
        }
        marks |= dict.fromkeys([*own, *record["overrides"]])
        rows.append({
            **{name: record[name] for name in FIRST},
            **own,
            **record["overrides"],
            **figures,
            **{name: last[name] for name in LAST},
        })  # fmt: skip
    names = dict.fromkeys([*FIRST, *marks, *(name for row in rows for name in row if name not in LAST)])
    frame = pd.DataFrame(rows, columns=[*names, *LAST])
    frame = pd.DataFrame({name: _one_kind(frame[name]) for name in frame.columns}) if rows else frame
    frame.attrs["marks"] = list(marks)
    return frame


def _figure(name: str) -> str:
    return f"solve_{name}" if name in LAST else "solve_status" if name == "status" else name


def _labels(folder: ResultFolder) -> dict[str, dict[str, Any]]:
    try:
        batch = json.loads((folder.root / BATCH_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return {one["key"]: one["labels"] for one in batch["scenarios"]}


def _one_kind(column: pd.Series) -> pd.Series:
    """A column of numbers where all of it is numbers, of truth values where all is, otherwise text."""
    known = column.dropna()
    if known.empty:
        return column.astype("float64") if column.name not in (*FIRST, *LAST) else column.astype("string")
    if known.map(lambda cell: isinstance(cell, bool)).all():
        return column.astype("boolean")
    if known.map(lambda cell: isinstance(cell, int) and not isinstance(cell, bool)).all():
        return column.astype("Int64")
    if known.map(lambda cell: isinstance(cell, int | float) and not isinstance(cell, bool)).all():
        return column.astype("float64")
    return column.map(str, na_action="ignore").astype("string")


def write_parquet(folder: ResultFolder, frame: pd.DataFrame) -> None:
    """Write figures.parquet, whole or not at all."""
    out = io.BytesIO()
    frame.to_parquet(out, index=False)
    write_atomic(folder.root / FIGURES_FILE, out.getvalue())
