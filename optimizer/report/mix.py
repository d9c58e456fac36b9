"""The one-screen summary of a channel mix: what it costs beside today, what each rule costs, what to change next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from models.mix.cost import ITEMS
from models.mix.plan import ChannelMix
from models.mix.priced import PricedMix
from models.plan_comparison import SERVICE_TOLERANCE, WORSE, Comparison
from optimizer.report.summary import PROOF
from optimizer.report.words import UNKNOWN, gap, money, number, share

ITEM_WORDS = {
    "people": "people", "contacts": "prices of contacts", "resolutions": "prices of resolutions",
    "licences": "licences", "fixed": "fixed prices", "lost": "contacts that give up",
}  # fmt: skip
KNOWN_BY = {"dual": "price", "dual at these whole numbers": "price*", "re-solve": "re-solve",
            "re-solve within the gap": "unsure"}  # fmt: skip
"""How a figure is known, as the tables say it; the star: as long as licences and staff stay as they are."""
MOST_RULES, MOST_EXPLAINED, MOST_OF_MANY, MOST_CHANGES = 8, 20, 3, 5
MANY = ("adoption cap", "change limit")
"""Rules of which there is one for every contact type and channel."""
SHOWN = 5e-5
"""What saves less, as a share of the cost, is not shown on one screen."""


def mix_summary(mix: ChannelMix, *, explain: bool = False) -> RenderableType:
    """Lay out the summary of a channel mix.

    Parameters
    ----------
    mix : ChannelMix
        With a mix.
    explain : bool
        Whether every rule and the outsourced channels are shown, not only what holds the cost up.

    Returns
    -------
    renderable
        For a rich console, at most 100 columns: totals, cost by item, channels, tiers, pools, rules, next changes.

    Raises
    ------
    ValueError
        If there is no mix.
    """
    if mix.after is None:
        raise ValueError("there is no mix to show")
    title = Text(f"{mix.case.settings.name}, {mix.case.periods[0]} to {mix.case.periods[-1]}")
    parts: list[RenderableType] = [Panel(_totals(mix, mix.after), title=title, title_align="left")]
    parts += [_costs(mix, mix.after), _channels(mix, mix.after), _tiers(mix, mix.after), _pools(mix, mix.after)]
    parts += _rules(mix, explain=explain)
    changes = mix.changes[mix.changes["saving"] >= SHOWN * mix.after.total]
    if len(changes):
        parts.append(_next(mix, changes))
    if len(mix.rules) or len(mix.changes):
        parts.append(Text(_legend(mix), style="dim"))
    if explain and len(mix.outsource):
        parts.append(_outsource(mix))
    return Group(*parts)


def _totals(mix: ChannelMix, after: PricedMix) -> Table:
    currency, before, result = mix.case.settings.currency, mix.before, mix.result
    contacts = float(after.cost.outcomes.contacts.sum())
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    cost, csat = money(after.total, currency), share(after.overall_csat)
    if before is not None and np.isfinite(before.total):
        saved = before.total - after.total
        word = "less" if saved >= 0 else "more"
        part = share(abs(saved) / before.total) if before.total > 0 else UNKNOWN
        cost += f"; today {money(before.total, currency)}: {money(abs(saved), currency)} {word} ({part})"
        csat += f"; today {share(before.overall_csat)}"
    floor = mix.case.settings.csat_floor
    promised = "" if floor is None else f" (floor {share(floor)})"
    per_issue = after.total / float(mix.case.issues.sum()) if mix.case.issues.sum() > 0 else np.nan
    rows = [
        ("Cost", cost),
        ("Each", f"{money(after.total / contacts if contacts else np.nan, currency, 2)} a contact,"
                 f" {money(per_issue, currency, 2)} an issue"),
        ("Satisfaction", csat + promised),
        ("Contacts", _contacts(after, contacts)),
    ]  # fmt: skip
    if mix.comparison is not None:
        rows.append(("Change", _kind_in_words(mix.comparison)))
    rows.append(("Proof", f"{PROOF.get(result.status, result.status)}, gap {gap(result.gap)}, {result.seconds:.1f} s"))
    for name, text in rows:
        table.add_row(name, Text(text))
    return table


def _contacts(after: PricedMix, contacts: float) -> str:
    found = after.cost.outcomes
    parts = ((found.repeats, "come back"), (found.escalated, "escalate"), (found.lost, "give up"))
    return f"{number(contacts)}; " + ", ".join(f"{number(amount.sum())} {word}" for amount, word in parts)


def _plain(*heads: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column(heads[0], style="bold")
    for name in heads[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _costs(mix: ChannelMix, after: PricedMix) -> Table:
    table = _plain(f"Cost {mix.case.settings.currency}", "today", "mix", "change")
    for item in ITEMS:
        amount = float(after.cost.item(item).sum())
        known = float(mix.before.cost.item(item).sum()) if mix.before is not None else np.nan
        if amount or known > 0:
            table.add_row(ITEM_WORDS[item], number(known), number(amount), number(amount - known))
    return table


def _channels(mix: ChannelMix, after: PricedMix) -> Table:
    table = _plain("First served by", "today", "mix", "contacts", "cost each", "satisfaction")
    total, now = after.cost.outcomes.contacts.sum(), None
    if mix.before is not None:
        now = _by_channel(mix.before)
    here, costs = _by_channel(after), after.cost_by("channel").set_index("channel")
    csat = after.csat[after.csat["level"] == "channel"].set_index("name")["csat"]
    for h, name in enumerate(mix.case.channels.name):
        each = costs.loc[name, "cost_per_contact"] if name in costs.index else np.nan
        table.add_row(
            Text(name), UNKNOWN if now is None else share(now[h] / max(now.sum(), 1e-9)),
            share(here[h] / max(total, 1e-9)), number(here[h]), number(each, 2), share(csat.get(name)),
        )  # fmt: skip
    return table


def _by_channel(priced: PricedMix) -> np.ndarray:
    """Contacts first served, in the order of the channels of its cost."""
    rows = priced.csat[priced.csat["level"] == "channel"]
    return np.asarray(rows["contacts"].to_numpy(float))


def _tiers(mix: ChannelMix, after: PricedMix) -> Table:
    table = _plain("Tier", "contacts", "cost each", "satisfaction", "today", "floor")
    costs = after.cost_by("tier").set_index("tier")
    rows = after.csat[after.csat["level"] == "tier"].set_index("name")
    now = None if mix.before is None else mix.before.csat[mix.before.csat["level"] == "tier"].set_index("name")["csat"]
    for c, name in enumerate(mix.case.tiers.name):
        each = costs.loc[name, "cost_per_contact"] if name in costs.index else np.nan
        table.add_row(
            Text(name), number(rows.loc[name, "contacts"]), number(each, 2), share(rows.loc[name, "csat"]),
            share(None if now is None else now[name]), share(mix.case.tiers.csat_floor[c]),
        )  # fmt: skip
    return table


def _pools(mix: ChannelMix, after: PricedMix) -> Table:
    table = _plain("Pool", "hours today", "mix", "handle time today", "mix", "cost of people")
    for p, name in enumerate(mix.case.pools):
        figures = [_pool(priced, name) for priced in (mix.before, after)]
        (hours_now, aht_now), (hours, aht) = figures
        table.add_row(
            Text(name), number(hours_now), number(hours), f"{number(aht_now)} s", f"{number(aht)} s",
            number(after.cost.people[p].sum()),
        )  # fmt: skip
    return table


def _pool(priced: PricedMix | None, name: str) -> tuple[float, float]:
    """Hours of a pool and its mean handle time."""
    if priced is None:
        return np.nan, np.nan
    rows = priced.workload[priced.workload["pool"] == name]
    hours, contacts = float(rows["hours"].sum()), float(rows["contacts"].sum())
    return hours, hours * 3600 / contacts if contacts > 0 else np.nan


def _rules(mix: ChannelMix, *, explain: bool) -> list[RenderableType]:
    """Rules that hold the cost up; those that are set one by one first, then the dearest of the many."""
    after = mix.after.total if mix.after is not None else 0.0
    worth = mix.rules[["price", "cost_of_rule"]].max(axis=1).fillna(0.0) >= SHOWN * after
    rows = mix.rules[worth & mix.rules["binding"]]
    if rows.empty:
        return [Text("No rule holds the cost up: every floor is kept by the cheapest mix.", style="bold")]
    many = rows["rule"].str.startswith(MANY)
    most = MOST_EXPLAINED if explain else MOST_RULES
    shown = pd.concat([rows[~many], rows[many].head(most if explain else MOST_OF_MANY)]).head(most)
    knows_cost = bool(shown["cost_of_rule"].notna().any())
    table = _plain("Holds the cost up", "level", *(["it costs"] if knows_cost else []), "looser by", "saves", "by")
    for rule in shown.to_dict("records"):
        cost = [number(rule["cost_of_rule"])] if knows_cost else []
        table.add_row(
            Text(str(rule["rule"])), _level(rule["level"], rule["unit"]), *cost, _step(rule), number(rule["price"]),
            KNOWN_BY[str(rule["how"])],
        )  # fmt: skip
    parts: list[RenderableType] = [table]
    if len(rows) > len(shown):
        parts.append(
            Text(f"and {len(rows) - len(shown)} more (adoption caps, change limits) in rules.csv", style="dim")
        )
    return parts


def _legend(mix: ChannelMix) -> str:
    """Say what the words of the column "by" mean, as far as they stand there."""
    words = {
        "dual": "price: what a little looser saves, for each step",
        "dual at these whole numbers": "price*: the same, with licences and levels of staff as they are",
        "re-solve": "re-solve: the case solved again",
        "re-solve within the gap": "unsure: solved again, but the difference is within the proved gap",
    }
    known = {*mix.rules["how"], *mix.changes["how"]}
    return "; ".join(text for how, text in words.items() if how in known)


def _level(value: float, unit: str) -> str:
    return share(value) if unit == "share" else number(value)


def _step(rule: Mapping[Any, Any]) -> str:
    return "1 point" if rule["unit"] == "share" else f"{number(rule['step'])} {rule['unit']}"


def _next(mix: ChannelMix, changes: pd.DataFrame) -> Table:
    table = _plain("What could change next", f"saves {mix.case.settings.currency}", "by")
    for row in changes.head(MOST_CHANGES).to_dict("records"):
        table.add_row(Text(str(row["change"])), number(row["saving"]), KNOWN_BY[str(row["how"])])
    return table


def _outsource(mix: ChannelMix) -> Table:
    table = _plain("Outsourced", "contacts", "each", "in house", "worth it below", "cheaper from", "cheaper now")
    for row in mix.outsource.to_dict("records"):
        more = row["break_even_contacts"]
        table.add_row(
            Text(str(row["channel"])), number(row["contacts"]), number(row["cost_per_contact"], 2),
            number(row["in_house_cost_per_contact"], 2), number(row["break_even_price"], 2),
            UNKNOWN if pd.isna(more) else f"{number(more)} contacts", str(row["choice"]),
        )  # fmt: skip
    return table


def _kind_in_words(comparison: Comparison) -> str:
    """Say what the change is; where it is none of the four improvements, which way service and cost went."""
    if comparison.kind != WORSE:
        fell = comparison.service_change < 0 and comparison.service_sign == 0
        return comparison.kind + (f" (within {SERVICE_TOLERANCE:.1%} counts as the same)" if fell else "")
    ways = {-1: "down", 0: "the same", 1: "up"}
    return f"service {ways[comparison.service_sign]}, cost {ways[comparison.cost_sign]}"
