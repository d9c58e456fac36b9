"""Checks across the tables of an investment case; each fault names its row and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from models.faults import FaultLog
from models.hints import close_name
from models.investment.case import InvestmentCase, Option, Work
from models.investment.settings import InvestSettings
from models.investment.tables import CHANGES, EVERY, GAINS

MOST_POINTS = 0.3
"""Largest single effect on satisfaction, as a share; more is taken for points written as shares."""
_LEFT = "leaves nothing: an effect of -100 % or below cannot multiply; write what is really saved"


def joint_faults(case: InvestmentCase) -> FaultLog:
    """Record what cannot be decided together with a channel mix."""
    log = FaultLog()
    if case.spends:
        message = "is a spend of any size, which is not decided with the mix; leave it out, or do without --joint"
        log.add("spends.csv", None, "initiative", case.spends[0].name, message)
    if case.settings.goal != "npv":
        log.add("invest.yaml", None, "goal", case.settings.goal, "with the mix only npv is; do without --joint")
    return log


def log_unknown(file: str, line: int, row: pd.Series, sizes: Sequence[tuple[str, str]], log: FaultLog) -> bool:
    """Record an initiative, or a size of it, that initiatives.csv lacks; True when it is known."""
    names = list(dict.fromkeys(name for name, _ in sizes))
    if row["initiative"] not in names:
        _unknown(file, line, "initiative", row["initiative"], names, "initiatives.csv", log)
        return False
    if pd.notna(row["level"]) and (row["initiative"], row["level"]) not in sizes:
        levels = [level for name, level in sizes if name == row["initiative"]]
        _unknown(file, line, "level", row["level"], levels, "initiatives.csv", log)
        return False
    return True


def _unknown(file: str, line: int, column: str, value: Any, names: Sequence[str], where: str, log: FaultLog) -> None:
    close = close_name(str(value), [name for name in names if name])
    hint = f"did you mean {close}?" if close else f"it has {', '.join(name or 'one size' for name in names[:8])}"
    log.add(file, line, column, value, f"does not stand in {where}; {hint}", kind=f"unknown {column}")


def _check_work(file: str, line: int, row: pd.Series, work: Work, log: FaultLog) -> None:
    """Record a contact type or channel that no work has."""
    for place, column in enumerate(("contact_type", "channel")):
        known = sorted({name[place] for name in work.names})
        value = row[column]
        if pd.notna(value) and value != EVERY and value not in known:
            _unknown(file, line, column, value, known, "work.csv", log)


def check_effects(
    frame: pd.DataFrame,
    sizes: Sequence[tuple[str, str]],
    names: Sequence[str],
    spends: Sequence[str],
    work: Work,
    settings: InvestSettings,
    log: FaultLog,
    of_mix: bool,
) -> None:
    """Check effects.csv.

    Parameters
    ----------
    frame : DataFrame
        effects.csv, the index is the line.
    sizes : sequence of (initiative, level)
        Rows of initiatives.csv without faults.
    names, spends : sequence of str
        Initiatives and spends, those with faults too.
    work : Work
    settings : InvestSettings
    log : FaultLog
    of_mix : bool
        Whether the work is that of a channel mix.
    """
    file = "effects.csv"
    for index, row in frame.dropna(subset=["initiative"]).iterrows():
        line = int(str(index))
        if row["initiative"] in spends:
            log.add(file, line, "initiative", row["initiative"], "is a spend: its effect stands in spends.csv")
        elif row["initiative"] not in names or row["initiative"] in {name for name, _ in sizes}:
            log_unknown(file, line, row, sizes, log)
        _check_work(file, line, row, work, log)
        _check_size(file, line, row, log)
        if row["on"] != "adoption" or not of_mix:
            _check_target(file, line, row, work, settings, log)
    _check_satisfaction(file, frame, sizes, work, settings.csat.today, log)


def matching(row: pd.Series, names: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """Rows of work that a row of a table acts on by its contact type and channel, blank and * meaning all."""
    wanted = [EVERY if pd.isna(row[name]) else str(row[name]) for name in ("contact_type", "channel")]
    return tuple(
        place
        for place, name in enumerate(names)
        if all(want in (EVERY, have) for want, have in zip(wanted, name, strict=True))
    )


def _check_satisfaction(
    file: str,
    frame: pd.DataFrame,
    sizes: Sequence[tuple[str, str]],
    work: Work,
    today: float | None,
    log: FaultLog,
) -> None:
    """Record effects that together bring satisfaction above 100 %: as likely, each initiative in its best size."""
    rows = frame[(frame["on"] == "csat") & frame["likely"].notna()]
    total = float(work.contacts.sum())
    if not len(rows) or total <= 0 or any(log.said(file, int(str(line)), "likely") for line in rows.index):
        return
    best: dict[str, float] = {}
    for name, level in sizes:
        mine = rows[(rows["initiative"] == name) & (rows["level"].isna() | (rows["level"] == level))]
        shares = (float(work.contacts[list(matching(row, work.names))].sum()) / total for _, row in mine.iterrows())
        points = sum(share * size for share, size in zip(shares, mine["likely"].astype(float), strict=True))
        best[name] = max(best.get(name, 0.0), points)
    base, most = today or 0.0, sum(best.values())
    if base + most > 1 + 1e-9:
        acting = rows[rows["likely"] > 0]
        line = int(str(acting["likely"].astype(float).idxmax()))
        message = (
            f"with rows {', '.join(map(str, acting.index))} all in place satisfaction would be {base + most:.0%} "
            f"({base:.1%} today): no more than 100 % is possible. csat is a share: 0.01 is one point"
        )
        log.add(file, line, "likely", f"{acting['likely'].astype(float).max():g}", message, kind="above 100 %")


def _check_size(file: str, line: int, row: pd.Series, log: FaultLog) -> None:
    """Check low <= likely <= high, and that something is left."""
    likely = row["likely"]
    if pd.isna(likely):
        return
    low, high = (likely if pd.isna(row[name]) else row[name] for name in ("low", "high"))
    if not low <= likely <= high:
        message = f"low {low:.12g}, likely {likely:.12g}, high {high:.12g} are not in ascending order"
        message += "; -0.10 is below -0.05" if likely < 0 else ""
        log.add(file, line, "likely", f"{likely:.12g}", message, kind="not in ascending order")
    for column in ("low", "likely", "high"):
        value = row[column]
        if pd.isna(value):
            continue
        if row["on"] in CHANGES and value <= -1:
            log.add(file, line, column, f"{value:g}", _LEFT, kind="leaves nothing")
        if row["on"] in GAINS and value >= 1:
            message = "wins all that is missing to 100 %: write the share that is really won, below 1"
            log.add(file, line, column, f"{value:g}", message, kind="wins all")
        if row["on"] == "csat" and abs(value) > MOST_POINTS:
            message = f"is {100 * value:g} points of satisfaction at once; csat is a share: 0.01 is one point"
            log.add(file, line, column, f"{value:g}", message, kind="too many points of satisfaction")
        if row["on"] in (*CHANGES, *GAINS) and value > 10:
            hint = (
                f"write {value / 100:g} for {value:g} %" if value <= 100 else "0.01 is 1 %; is it an amount of money?"
            )
            log.add(file, line, column, f"{value:.12g}", f"is a share: {hint}")


def _check_target(file: str, line: int, row: pd.Series, work: Work, settings: InvestSettings, log: FaultLog) -> None:
    """Check that the target exists in this case, and that effects of the whole name no part."""
    on = row["on"]
    if on in ("handle_time", "contacts", "containment", "csat", "fcr", "attrition") and not work.names:
        log.add(file, line, "on", on, "acts on work, and there is no work.csv")
        return
    if on == "adoption":
        message = "acts on the channel mix, which decides who uses a channel; without one, give the change of contacts"
        log.add(file, line, "on", on, message)
    if on == "containment" and not (work.contained > 0).any():
        log.add(file, line, "on", on, "no row of work.csv has a contained_share; give it to those of bots")
    if on == "fcr" and not (work.repeats > 0).any():
        log.add(file, line, "on", on, "no row of work.csv has a repeat_share (1 - FCR), so nothing can be won")
    if on == "attrition" and settings.people.attrition_per_year == 0:
        log.add(file, line, "on", on, "people.attrition_per_year is 0; write today's in invest.yaml")
    if on in ("attrition", "revenue", "cost"):
        for column in ("contact_type", "channel"):
            if pd.notna(row[column]) and row[column] != EVERY:
                log.add(file, line, column, row[column], f"an effect on {on} is of the whole; leave it blank")


def check_relations(frame: pd.DataFrame, names: Sequence[str], options: Sequence[Option], log: FaultLog) -> None:
    """Check relations.csv: known names, values where they belong, no cycle of needs, and needs that can be met."""
    file, needs = "relations.csv", {}
    for index, row in frame.dropna(subset=["kind", "a"]).iterrows():
        line, kind = int(str(index)), row["kind"]
        ends = [part.strip() for part in str(row["a"]).split(";")] if kind == "at_most" else [row["a"], row["b"]]
        columns = ["a"] * len(ends) if kind == "at_most" else ["a", "b"]
        good = True
        for column, name in zip(columns, ends, strict=True):
            if pd.isna(name):
                log.add(file, line, column, "", f"is blank; {kind} is between two initiatives")
                good = False
            elif name not in names:
                _unknown(file, line, column, name, names, "initiatives.csv", log)
                good = False
        if kind in ("at_most", "overlap") and pd.isna(row["value"]):
            log.add(
                file,
                line,
                "value",
                "",
                "is blank; give the number" if kind == "at_most" else "is blank; give the share",
            )
        elif kind == "at_most" and (row["value"] < 0 or row["value"] % 1):
            log.add(file, line, "value", f"{row['value']:g}", "must be a whole number, 0 or more")
        elif kind == "overlap" and row["value"] > 1:
            log.add(file, line, "value", f"{row['value']:g}", "is a share that is lost; it must lie between -1 and 1")
        if good and kind != "at_most" and ends[0] == ends[1]:
            log.add(file, line, "b", ends[1], "is the same initiative as a")
        elif good and kind == "needs":
            needs[(str(ends[0]), str(ends[1]))] = line
    _check_cycles(needs, log)
    _check_windows(needs, options, log)


def _check_cycles(needs: dict[tuple[str, str], int], log: FaultLog) -> None:
    """Record each cycle of needs once, at its first row."""
    after: dict[str, list[str]] = {}
    for a, b in needs:
        after.setdefault(a, []).append(b)
    done: set[str] = set()
    for start in after:
        path, stack = [start], [iter(after.get(start, ()))]
        while stack and start not in done:
            step = next(stack[-1], None)
            if step is None:
                stack.pop()
                done.add(path.pop())
            elif step in path:
                cycle = [*path[path.index(step) :], step]
                line = min(needs[pair] for pair in pairwise(cycle))
                words = " needs ".join(cycle)
                log.add("relations.csv", line, "kind", "needs", f"goes round: {words}; remove one of them", kind=words)
                done.update(cycle)
            elif step not in done:
                path.append(step)
                stack.append(iter(after.get(step, ())))


def _check_windows(needs: dict[tuple[str, str], int], options: Sequence[Option], log: FaultLog) -> None:
    """Record a need that no start can meet: b never works by the time that a does."""
    for (a, b), line in needs.items():
        works_a = [option.last_start + option.build for option in options if option.initiative == a]
        works_b = [option.first_start + option.build for option in options if option.initiative == b]
        if works_a and works_b and min(works_b) > max(works_a):
            message = f"{b} works only after the last moment at which {a} may begin to; widen a window"
            log.add("relations.csv", line, "b", b, message)


def check_spends(frame: pd.DataFrame, names: Sequence[str], work: Work, log: FaultLog) -> None:
    """Check spends.csv: one target a spend, no point twice, diminishing returns."""
    file = "spends.csv"
    for name, rows in frame.dropna(subset=["initiative", "spend_per_year", "effect"]).groupby("initiative", sort=False):
        first = int(str(rows.index[0]))
        if name in names:
            log.add(file, first, "initiative", name, "stands in initiatives.csv too; give it another name")
        for index, row in rows.iterrows():
            line = int(str(index))
            _check_work(file, line, row, work, log)
            for column in ("on", "contact_type", "channel"):
                if str(row[column]) != str(rows.iloc[0][column]):
                    log.add(file, line, column, row[column], f"differs from row {first}: one curve acts on one figure")
            if row["spend_per_year"] == 0 and row["effect"] != 0:
                log.add(file, line, "effect", f"{row['effect']:g}", "is not 0 although nothing is spent")
        for index in rows.index[rows["spend_per_year"].duplicated()]:
            log.add(file, int(str(index)), "spend_per_year", rows.at[index, "spend_per_year"], "stands there twice")
        _check_curve(file, str(name), rows, log)


def _check_curve(file: str, name: str, rows: pd.DataFrame, log: FaultLog) -> None:
    """Record the first point at which returns grow."""
    points = rows.drop_duplicates("spend_per_year").sort_values("spend_per_year")
    points = points[points["spend_per_year"] > 0]
    amounts = np.concatenate([[0.0], points["spend_per_year"].to_numpy(dtype=np.float64)])
    logs = np.concatenate([[0.0], np.log1p(points["effect"].to_numpy(dtype=np.float64))])
    if len(amounts) < 2:
        log.add(file, int(str(rows.index[0])), "spend_per_year", "0", f"is the only point of {name}; give one above 0")
        return
    slopes = np.diff(logs) / np.diff(amounts)
    for place in np.flatnonzero(np.diff(slopes) < -1e-12 * np.abs(slopes[:-1])).tolist():
        message = "brings more for each unit of money than the point before: returns must diminish"
        log.add(file, int(str(points.index[place + 1])), "effect", f"{points['effect'].iloc[place + 1]:g}", message)
        return
