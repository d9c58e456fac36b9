"""What a page lets be moved: targets, floors, budgets, wages and volumes that a scenario has, with their range.

Meaning, unit and allowed range come from the declarations of the settings.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from optimizer.report.language import mark
from optimizer.web.workspace import Keys, Workspace

SHARE, MONEY, NUMBER, FACTOR = "share", "money", "number", "factor"
SERVICE, SATISFACTION, BUDGETS, PEOPLE, VOLUMES = (
    mark("Service"), mark("Satisfaction"), mark("Budgets"), mark("People and pay"), mark("Volumes"),
)  # fmt: skip


@dataclass(frozen=True)
class Lever:
    """Something that a slider moves.

    Attributes
    ----------
    group, title : for the screen, before translation
    file : settings file or table
    keys : of the setting; (column,) of a column that is multiplied; (key column, key, column) of a cell
    kind : SHARE, MONEY, NUMBER or FACTOR
    low, high, step : of the slider
    value : now; None: there is none, such as no budget
    name : stands in the title for ``{name}``
    beside : pools with a level of their own, which it does not move
    live : name of the level for `optimizer.web.live`; empty where a run answers
    """

    group: str
    title: str
    file: str
    keys: Keys
    kind: str
    low: float
    high: float
    step: float
    value: float | None
    name: str = ""
    live: str = ""
    may_be_none: bool = False
    beside: tuple[str, ...] = ()

    @property
    def is_cell(self) -> bool:
        """Whether it is a cell of a table."""
        return self.file.endswith(".csv") and len(self.keys) == 3


_SETTINGS = (
    Lever(SERVICE, mark("Service level"), "scenario.yaml", ("service", "target"), SHARE, 0.5, 0.99, 0.01, 0.8),
    Lever(SERVICE, mark("Answered within, seconds"), "scenario.yaml", ("service", "within_s"), NUMBER, 0, 180, 5,
             20.0),
    Lever(SERVICE, mark("Least of any interval"), "scenario.yaml", ("service", "floor"), SHARE, 0.05, 0.95, 0.01,
             0.5),
    Lever(SATISFACTION, mark("Overall satisfaction, at least"), "mix.yaml", ("csat_floor",), SHARE, 0.6, 0.95,
             0.002, None, live="csat_floor", may_be_none=True),
    Lever(BUDGETS, mark("Budget of the mix"), "mix.yaml", ("budget",), MONEY, 0, 0, 0, None, live="budget",
             may_be_none=True),
    Lever(BUDGETS, mark("Discount rate"), "invest.yaml", ("discount_rate",), SHARE, 0.0, 0.3, 0.005, 0.08),
    Lever(SATISFACTION, mark("Satisfaction beside initiatives, at least"), "invest.yaml", ("csat", "floor"), SHARE,
             0.6, 0.95, 0.005, None, may_be_none=True),
    Lever(PEOPLE, mark("Wage per hour"), "scenario.yaml", ("pay", "wage_per_hour"), MONEY, 0, 0, 0.1, None),
    Lever(SERVICE, mark("Price of a person short"), "roster.yaml", ("cover", "under"), MONEY, 0, 0, 0, None),
    Lever(SERVICE, mark("Price of a person too many"), "roster.yaml", ("cover", "over"), MONEY, 0, 0, 0, None),
    Lever(PEOPLE, mark("Price of a refused request"), "roster.yaml", ("requests", "price"), MONEY, 0, 0, 0, None),
    Lever(PEOPLE, mark("Price of a changed shift"), "roster.yaml", ("change_price",), MONEY, 0, 0, 0, None),
    Lever(PEOPLE, mark("Wage per hour of the roster"), "roster.yaml", ("pay", "wage_per_hour"), MONEY, 0, 0, 0.1,
             None),
    Lever(PEOPLE, mark("Planned shrinkage"), "scenario.yaml", ("shrinkage", "planned"), SHARE, 0.0, 0.4, 0.01, 0.0),
    Lever(PEOPLE, mark("Unplanned shrinkage"), "scenario.yaml", ("shrinkage", "unplanned"), SHARE, 0.0, 0.4, 0.01,
             0.0),
    Lever(PEOPLE, mark("Seats"), "scenario.yaml", ("limits", "seats"), NUMBER, 1, 0, 1, None, may_be_none=True),
    Lever(PEOPLE, mark("Change of a share at most"), "mix.yaml", ("change", "max_share"), SHARE, 0.0, 1.0, 0.01,
             None, may_be_none=True),
    Lever(PEOPLE, mark("People for change"), "invest.yaml", ("change_capacity",), NUMBER, 0, 0, 1, None,
             may_be_none=True),
    Lever(SATISFACTION, mark("Cost of a contact that gives up"), "mix.yaml", ("lost_cost",), MONEY, 0, 0, 0.1, 0.0),
)  # fmt: skip
"""Levers of settings: `value` is the setting's default, and a range of no width is taken about the value."""
_OF_POOLS = (
    Lever(SERVICE, mark("Service level of pool {name}"), "pools.csv", ("target",), SHARE, 0.5, 0.99, 0.01, None),
    Lever(SERVICE, mark("Answered within, seconds, pool {name}"), "pools.csv", ("within_s",), NUMBER, 0, 180, 5, None),
)
"""Levers of the levels that a pool has of its own."""
_FACTORS = (
    (mark("Contacts of the shift plan"), "demand.csv", "contacts"),
    (mark("Contacts of the history"), "history.csv", "contacts"),
    (mark("Issues of the mix"), "volumes.csv", "issues"),
)


def levers(workspace: Workspace) -> list[Lever]:
    """List what can be moved, as it is now; a settings file that cannot be read has no levers."""
    pools = _table(workspace, "pools.csv")
    found = [*_of_settings(workspace, pools), *_of_pools(pools), *_of_tiers(workspace), *_of_years(workspace)]
    for title, table, column in _FACTORS:
        # a history of rosters has no contacts
        if (workspace.folder / table).is_file() and column in workspace.columns(table):
            value = workspace.factor(table, column)
            found.append(Lever(VOLUMES, title, table, (column,), FACTOR, 0.5, 1.5, 0.01, value))
    order = (SATISFACTION, BUDGETS, SERVICE, VOLUMES, PEOPLE)
    return sorted(found, key=lambda lever: order.index(lever.group))


def _of_settings(workspace: Workspace, pools: list[dict[str, str | None]]) -> Iterator[Lever]:
    for one in _SETTINGS:
        if not (workspace.folder / one.file).is_file():
            continue
        value = _number(workspace.setting(one.file, one.keys))
        value = one.value if value is None else value
        if value is None and not one.may_be_none:
            continue
        if value is None and one.live != "budget":
            # a rule that the scenario does not have is made in its file, where its meaning stands beside it
            continue
        low, high, step = _range(one, value)
        yield replace(one, low=low, high=high, step=step, value=value, beside=_beside(pools, one))


def _of_pools(pools: list[dict[str, str | None]]) -> Iterator[Lever]:
    """Levels that pools.csv gives a pool in place of the one of the service."""
    for row in pools:
        name = (row.get("pool") or "").strip()
        for one in _OF_POOLS:
            value = _number(row.get(one.keys[0]))
            if name and value is not None:
                low, high, step = _range(one, value)
                yield replace(
                    one, keys=("pool", name, *one.keys), low=low, high=high, step=step, value=value, name=name
                )


def _beside(pools: list[dict[str, str | None]], one: Lever) -> tuple[str, ...]:
    """Name the pools whose own level in pools.csv stands in place of the one of the service."""
    if one.keys[0] != "service":
        return ()
    return tuple((row.get("pool") or "").strip() for row in pools
                 if (row.get(one.keys[1]) or "").strip())  # fmt: skip


def _range(one: Lever, value: float | None) -> tuple[float, float, float]:
    """Range of a slider; about the value where money and numbers have no range of their own."""
    low, high, step = one.low, one.high, one.step
    if value is None:
        return low, high, step or 1.0
    if high <= low:
        step = step or _round_step(value)
        return 0.0 if one.kind != NUMBER else low, max(2 * value, low + 10 * step), step
    return min(low, value), max(high, value), step


def _round_step(value: float) -> float:
    """A round number of about a hundredth."""
    return max(10.0 ** (len(str(int(max(abs(value), 1.0)))) - 3), 0.1)


def _of_tiers(workspace: Workspace) -> Iterator[Lever]:
    for row in _table(workspace, "tiers.csv"):
        floor = _number(row.get("csat_floor"))
        name = (row.get("tier") or "").strip()
        if floor is not None and (workspace.folder / "mix.yaml").is_file():
            yield Lever(SATISFACTION, mark("Satisfaction of tier {name}, at least"), "tiers.csv",
                        ("tier", name, "csat_floor"), SHARE, 0.6, 0.95, 0.002, floor, name, f"tier:{name}")  # fmt: skip


def _of_years(workspace: Workspace) -> Iterator[Lever]:
    if not (workspace.folder / "invest.yaml").is_file():
        return
    budgets = workspace.setting("invest.yaml", ("budgets",))
    for year, amount in budgets.items() if isinstance(budgets, dict) else ():
        value = _number(amount)
        if value is not None:
            yield Lever(BUDGETS, mark("Budget of {name}"), "invest.yaml", ("budgets", str(year)), MONEY, 0.0,
                        max(2 * value, 10.0), _round_step(value), value, str(year))  # fmt: skip


def _table(workspace: Workspace, name: str) -> list[dict[str, str | None]]:
    path = workspace.folder / name
    if not path.is_file():
        return []
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def _number(value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def move(workspace: Workspace, lever: Lever, value: float | None) -> None:
    """Put a lever's value in the working copy.

    Raises
    ------
    optimizer.batch.overrides.OverrideError
        When it cannot stand there.
    """
    shown = None if value is None else float(f"{value:.6g}")
    whole = int(shown) if shown is not None and shown == int(shown) and lever.kind == NUMBER else shown
    if lever.kind == FACTOR:
        workspace.set_factor(lever.file, lever.keys[0], 1.0 if value is None else round(value, 4))
    elif lever.is_cell:
        key, name, column = lever.keys
        rows = _table(workspace, lever.file)
        row = next(place for place, one in enumerate(rows) if (one.get(key) or "").strip() == name)
        workspace.set_cell(lever.file, row, column, "" if shown is None else f"{shown:g}")
    else:
        workspace.set_setting(lever.file, lever.keys, whole)
