"""All figures of a result folder as one table, a row for each scenario."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from models.files import write_atomic
from optimizer.batch.job_table import LABEL
from optimizer.batch.overrides import factor
from optimizer.batch.records import BATCH_FILE, OUTDATED
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
        Sorted by name. An override by a multiple (x0.9, +5%) is a number too, in its path with ``.factor`` at the end.
        A label called like another column has ``label.`` before it. `seconds` is what the worker took;
        a figure of that name is `solve_seconds`. An answer to what a scenario was before it changed has the status
        `OUTDATED`, until the new one is there. The frame's attribute "marks" names labels and overridden paths;
        "alternatives" says whether the scenarios are variants of one (of a grid or table), which have no total.
    """
    asked = _asked(folder)
    current = {one["name"]: one for one in asked.get("scenarios", ())}
    rows: list[dict[str, Any]] = []
    marks: dict[str, None] = {}
    for record in _marked(folder.records(), current):
        figures = {_figure(name): value for name, value in record["figures"].items()}
        last = {**record, "seed": record["options"]["seed"]}
        taken = {*FIRST, *LAST, *record["overrides"], *figures}
        labels = current[record["name"]]["labels"] if record["name"] in current else record.get("labels", {})
        own = {f"{LABEL}{name}" if name in taken else name: value for name, value in labels.items()}
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
    factors = {f"{path}.factor": frame[path].map(factor, na_action="ignore") for path in marks if path in frame}
    factors = {name: known.astype("float64") for name, known in factors.items() if known.notna().any()}
    frame = pd.concat([frame, pd.DataFrame(factors, index=frame.index)], axis=1) if factors else frame
    frame.attrs["marks"] = list(marks)
    frame.attrs["alternatives"] = bool(asked.get("grid") or asked.get("table"))
    return frame


def _marked(records: list[dict[str, Any]], current: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the records, an outdated one marked as such, and left out where there is a newer one."""
    keys = {record["key"] for record in records}
    for record in records:
        asked = current.get(record["name"])
        if asked is None or asked["key"] == record["key"]:
            yield record
        elif asked["key"] not in keys:
            reason = f"was {record['status']} before it changed; run the batch again"
            yield {**record, "status": OUTDATED, "reason": reason}


def _figure(name: str) -> str:
    return f"solve_{name}" if name in LAST else "solve_status" if name == "status" else name


def _asked(folder: ResultFolder) -> dict[str, Any]:
    """What was asked for last; empty where that is not known."""
    try:
        batch: dict[str, Any] = json.loads((folder.root / BATCH_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return batch


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
