"""What a report is made of: the parts of a plan that were written, read from their folders.

A folder holds a part when it holds the part's record: plan.json (shifts), skills.json (shifts of agent groups),
mix.json (channel mix), invest.json or joint.json (initiatives), roster.json, simulation.json, decision.json. Folders
inside are looked into, one level deep.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from models.faults import Fault, InputFaults
from optimizer.report.content import ReportContent
from optimizer.report.reading import read_shifts

Record = dict[str, Any]
MOST_BYTES = 300_000_000


@dataclass(frozen=True, eq=False)
class Tables:
    """A part that is read as it was written: its record, and its tables by name."""

    record: Record
    tables: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def get(self, name: str) -> pd.DataFrame | None:
        """Return a table that need not be there."""
        return self.tables.get(name)

    @property
    def currency(self) -> str:
        """Of its money."""
        return str(self.record.get("about", self.record).get("currency", ""))

    @property
    def name(self) -> str:
        """Of what was planned; empty where it has none."""
        return str(self.record.get("about", self.record).get("name") or "")


@dataclass(frozen=True, eq=False)
class Parts:
    """Everything that a report shows; what was not made is None.

    Parameters
    ----------
    shifts : ReportContent or None
        Shift plan.
    mix, invest, roster, check, skills : Tables or None
        Channel mix; initiatives; roster; simulation; shifts of agent groups with several skills.
    decision : Tables or None
        The closed loop of mix, initiatives and schedule (decision.json, decision.csv).
    frontiers : tuple of DataFrame
        Tables of `servopt frontier`.
    prices : DataFrame or None
        What `servopt price` wrote.
    places : dict of str to Path
        Folder of each part.
    """

    shifts: ReportContent | None = None
    mix: Tables | None = None
    invest: Tables | None = None
    roster: Tables | None = None
    check: Tables | None = None
    skills: Tables | None = None
    decision: Tables | None = None
    frontiers: tuple[pd.DataFrame, ...] = ()
    prices: pd.DataFrame | None = None
    places: dict[str, Path] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Name of what was planned."""
        if self.shifts is not None:
            return self.shifts.title
        others = (self.skills, self.mix, self.invest, self.roster, self.check)
        return next((part.name for part in others if part is not None and part.name), "servopt")

    @property
    def currency(self) -> str:
        """Currency of the part that comes first."""
        if self.shifts is not None:
            return self.shifts.currency
        others = (self.skills, self.mix, self.invest, self.roster)
        return next((part.currency for part in others if part is not None), "")


_MIX = {
    "flows": ("contact_type", "tier", "channel", "contacts", "contained", "escalated", "lost"),
    "cost": ("item", "amount"),
    "csat": ("level", "name", "contacts", "csat"),
    "rules": ("rule", "level", "unit", "binding", "step", "price", "cost_of_rule"),
}
_PORTFOLIO = ("initiative", "decision", "start", "works_from", "one_off_cost", "running_cost_per_year")
_CASH = ("year", "date", "benefit", "cost", "net")
_TORNADO = ("figure", "low", "high", "npv_low", "npv_high", "span")
LEAVE = "inputs/leave"
"""The leave that a roster was made for, among its tables."""
_ROSTER = ("employee", "date", "shift", "start", "end", "paid_min", "breaks")
_SKILLS = {
    "schedule": ("group", "date", "shift", "start", "end", "paid_min", "breaks", "count", "cost_each"),
    "service": ("date", "contact_type", "contacts", "service_level", "half_width", "target", "abandonment", "asa_s"),
}
_KINDS: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "shifts": (("plan.json",), {}),
    "skills": (("skills.json",), _SKILLS),
    "mix": (("mix.json",), _MIX),
    "invest": (("invest.json", "joint.json"), {"portfolio": _PORTFOLIO, "cash_flow": _CASH}),
    "roster": (("roster.json",), {"roster": _ROSTER}),
    "check": (("simulation.json",), {"days": ("pool", "date", "service_level", "half_width", "promised")}),
    "decision": (("decision.json",), {"decision": ("figure", "unit", "before", "after", "naive")}),
}
"""Records that a part is known by, and the tables that it has to have, with their columns."""
_OPTIONAL: dict[str, dict[str, tuple[str, ...]]] = {
    "mix": {"workload": ("period", "pool", "hours", "cost"), "licences": (), "changes": (), "outsource": ()},
    "invest": {"tornado": _TORNADO, "budget": (), "headcount": (), "savings": ()},
    "roster": {"agents": ("employee",), "cover": (), "fairness": (), "rules": (), LEAVE: ()},
    "check": {"pools": (), "intervals": (), "types": ()},
    "skills": {"coverage": (), "training": ("from_group", "to_group", "skills", "net_per_agent_week")},
}
_FRONTIER = {"status", "gap"}
_PRICES = {"rule", "from", "to", "saves_per_year", "how", "part"}


def read_parts(folders: Sequence[str | Path], files: Iterable[str | Path] = ()) -> Parts:
    """Read what stands in some folders, and in the folders inside them.

    Parameters
    ----------
    folders : sequence of paths
        Of `servopt plan`, `mix`, `invest`, `roster`, `simulate`; in any order.
    files : iterable of paths
        Tables of `servopt frontier` and `servopt price`; those that lie in the folders are found.

    Returns
    -------
    Parts

    Raises
    ------
    InputFaults
        Where there is no part at all, two of a kind, or a file that is not as it was written.
    """
    places, faults = _places([Path(folder) for folder in folders])
    if faults:
        raise InputFaults(faults)
    found: dict[str, Any] = {}
    for kind, place in places.items():
        try:
            found[kind] = read_shifts(place) if kind == "shifts" else _tables(kind, place)
        except InputFaults as wrong:
            faults += wrong.faults
    tables = [Path(file) for file in files]
    tables += sorted({file for folder in folders for file in Path(folder).glob("*.csv")} - set(tables))
    frontiers = [_table(path, ()) for path in tables if _is_frontier(path)]
    prices = [path for path in tables if _header(path) >= _PRICES]
    faults += [
        Fault(str(path), None, None, "", f"holds prices of rules, as {prices[0]} does; give one of them")
        for path in prices[1:]
    ]
    if faults:
        raise InputFaults(faults)
    if prices:
        found["prices"] = _table(prices[0], ())
    if not found and not frontiers:
        message = f"holds no plan: none of {', '.join(file for files, _ in _KINDS.values() for file in files)} is there"
        raise InputFaults([Fault(str(folder), None, None, "", message) for folder in folders])
    return Parts(**found, frontiers=tuple(frontiers), places=places)


def _places(folders: list[Path]) -> tuple[dict[str, Path], list[Fault]]:
    """Find the folder of each kind of part. What is named goes before what lies inside."""
    inside = [
        child for folder in folders if folder.is_dir() for child in sorted(folder.iterdir())
        if child.is_dir() and not child.name.startswith(".") and child.name != "scenario"
    ]  # fmt: skip
    places: dict[str, Path] = {}
    faults = []
    for level in (folders, inside):
        for kind, (records, _) in _KINDS.items():
            here = list(dict.fromkeys(place for place in level if any((place / name).is_file() for name in records)))
            if len(here) > 1:
                message = f"holds a {kind} too, as {here[0]} does; give one of them"
                faults += [Fault(str(place), None, None, "", message) for place in here[1:]]
            if here:
                places.setdefault(kind, here[0])
    return places, faults


def _tables(kind: str, place: Path) -> Tables:
    records, needed = _KINDS[kind]
    name = next(name for name in records if (place / name).is_file())
    record = _json(place / name)
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    optional = _OPTIONAL.get(kind, {})
    for table, columns in {**needed, **optional}.items():
        path = place / f"{table}.csv"
        if table in optional and not path.is_file():
            continue
        try:
            tables[table] = _table(path, columns)
        except InputFaults as wrong:
            faults += wrong.faults
    if faults:
        raise InputFaults(faults)
    return Tables(record, tables)


def _json(path: Path) -> Record:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InputFaults([Fault(str(path), None, None, "", f"cannot be read: {problem}; make it again")]) from problem
    if not isinstance(content, dict):
        raise InputFaults([Fault(str(path), None, None, "", "is not as servopt writes it; make it again")])
    return content


def _table(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a table that servopt wrote: text as it was before formulas were made harmless, figures as figures."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is larger than 300 MB")
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as problem:
        raise InputFaults([Fault(str(path), None, None, "", f"cannot be read: {problem}; make it again")]) from problem
    missing = [name for name in columns if name not in raw]
    if missing:
        message = f"lacks the columns {', '.join(missing)}; make it again"
        raise InputFaults([Fault(str(path), 1, missing[0], "", message)])
    return raw.apply(_typed)


def _typed(column: pd.Series) -> pd.Series:
    """Numbers where every cell that is not blank is one, else text. Names of people and things stay text."""
    if column.name in _NAMES or column.eq("").all():
        return column.map(_unescape) if column.name in _NAMES else pd.to_numeric(column.replace("", None))
    numbers = pd.to_numeric(column.where(column != ""), errors="coerce")
    return column.map(_unescape) if (numbers.isna() & (column != "")).any() else numbers


_NAMES = {
    "name", "pool", "contact_type", "tier", "channel", "segment", "employee", "shift", "initiative", "rule",
    "figure", "date", "start", "works_from", "period", "reason", "instead_of", "breaks", "item", "contract", "skill",
    "group", "from_group", "to_group", "skills",
}  # fmt: skip


def _unescape(cell: str) -> str:
    """Take back the apostrophe that `models.files.escape_cell` puts before text that looks like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r", "\n") else cell


def _header(path: Path) -> set[str]:
    try:
        with path.open(encoding="utf-8") as file:
            return set(file.readline().strip().split(","))
    except (OSError, ValueError):
        return set()


def _is_frontier(path: Path) -> bool:
    """Say whether a table is one of `servopt frontier`."""
    header = _header(path)
    axes = {"cost", "csat"} <= header or {"cost", "service_level"} <= header or {"budget", "npv"} <= header
    return axes and header >= _FRONTIER
