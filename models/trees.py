"""Trees in tables: a name and its parent on each row, blank for the top."""

from __future__ import annotations

import pandas as pd

from models.faults import FaultLog


def check_tree(names: pd.Series, parents: pd.Series, file: str, column: str, log: FaultLog) -> None:
    """Check that rows make a tree (or several): known parents, no circle.

    Parameters
    ----------
    names, parents : Series of object
        Each row's name (each once) and its parent's; blank for the top. The index is the row in the file.
    file, column : str
        Names that faults carry.
    log : FaultLog
        Takes unknown parents, and one row of every circle.
    """
    above = {str(name): (None if pd.isna(parent) else str(parent)) for name, parent in zip(names, parents, strict=True)}
    row_of = {str(name): int(str(row)) for row, name in names.items()}
    for name, parent in above.items():
        if parent is not None and parent not in above:
            log.add(file, row_of[name], "parent", parent, f"is no {column} of this table; add a row for it")
    settled: set[str | None] = {None}
    for name in above:
        path: list[str] = []
        place: str | None = name
        while place not in settled and place in above and place not in path:
            path.append(str(place))
            place = above[str(place)]
        if place in path:
            circle = " in ".join([*path[path.index(str(place)) :], str(place)])
            log.add(file, row_of[str(place)], "parent", above[str(place)] or "", f"goes round in a circle: {circle}")
        settled.update(path)


def children_of(names: list[str], parents: list[str]) -> dict[str, list[str]]:
    """Children by name, in the order of the rows; those of "" are at the top. Every name has an entry."""
    found: dict[str, list[str]] = {"": [], **{name: [] for name in names}}
    for name, parent in zip(names, parents, strict=True):
        found[parent].append(name)
    return found


def depth_first(children: dict[str, list[str]]) -> list[tuple[str, int]]:
    """Names with their level (1 at the top), each before its children."""
    order: list[tuple[str, int]] = []
    waiting = [(name, 1) for name in reversed(children[""])]
    while waiting:
        name, level = waiting.pop()
        order.append((name, level))
        waiting += [(child, level + 1) for child in reversed(children[name])]
    return order
