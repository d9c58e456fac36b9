"""A decision of mix, initiatives and schedule on the screen: before, after, and what a naive estimate says."""

from __future__ import annotations

import math

from rich.console import Group
from rich.table import Table
from rich.text import Text

from models.decision import Decision


def decision_summary(decision: Decision) -> Group:
    """Return the figures of a decision, the initiatives with their starts, and what is proved."""
    table = Table(title=f"{decision.name}: today and the plan", title_justify="left")
    table.add_column("")
    for name in ("today", "plan", "at average cost"):
        table.add_column(name, justify="right")
    for row in decision.figures.itertuples(index=False):
        cells = [shown(value, str(row.unit), decision.currency) for value in (row.before, row.after, row.naive)]
        table.add_row(str(row.figure), *cells)
    parts: list[Table | Text] = [table]
    if len(decision.starts):
        starts = Table(title="Initiatives", title_justify="left")
        for name in ("initiative", "level", "start"):
            starts.add_column(name)
        for row in decision.starts.itertuples(index=False):
            starts.add_row(str(row.initiative), str(row.level or ""), str(row.start))
        parts.append(starts)
    parts.append(Text(proof_words(decision)))
    return Group(*parts)


def proof_words(decision: Decision) -> str:
    """Say how the loop ended and what is proved of it."""
    found, currency = decision.result, decision.currency
    rounds, bound = len(decision.rounds), "nothing is proved yet"
    if found["bound"] is not None:
        bound = f"at least {found['bound']:,.0f} (gap {found['gap']:.2%})"
    return (
        f"{found['objective'][0].upper()}{found['objective'][1:]}: {found['cost']:,.0f} {currency}, {bound}; the "
        f"tables said {found['tables_cost']:,.0f}. "
        f"{rounds} round{'' if rounds == 1 else 's'}, {found['seconds']:,.0f} s: {found['ended']}."
    ) + ("" if found.get("in_sequence") is None else f" Decided in sequence it would be {found['in_sequence']:,.0f}.")


def shown(value: object, unit: str, currency: str) -> str:
    """Write a figure in its unit; nothing where there is none."""
    number = float(value) if isinstance(value, (int, float)) else math.nan
    if not math.isfinite(number):
        return ""
    if unit == "share":
        return f"{number:.1%}"
    if unit == "money":
        return f"{number:,.2f} {currency}" if abs(number) < 1000 else f"{number:,.0f} {currency}"
    if unit in ("ratio", "years"):
        return f"{number:,.2f}"
    return f"{number:,.0f}"
