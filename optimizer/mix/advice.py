"""What to change next, and from which price or volume on outsourcing is worth it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from models.mix.case import MixCase
from models.mix.plan import CHANGE_COLUMNS, OUTSOURCE_COLUMNS
from models.mix.priced import PricedMix
from models.mix.records import AUTOMATED, PEOPLE
from models.outsourcing import outsourcing
from optimizer.mix.prices import LEAST_SECONDS, WORTH, adoption_states, looser_links, saving_of, solve_again
from optimizer.mix.program import MixProgram
from optimizer.mix.search import Found, Limits
from optimizer.progress import is_stop_asked

POINTS = 0.05
"""A next change raises a containment or an adoption cap by so much."""
MOST_CAPS = 3
"""So many adoption caps, those with the highest prices, are tried."""
MOST_CHANGES = 8
NO_LINK = 1e-9


def next_changes(mix: MixProgram, found: Found, rules: pd.DataFrame, limits: Limits, seconds: float) -> pd.DataFrame:
    """Return what could be changed next (`models.mix.plan.CHANGE_COLUMNS`), each worked out by solving again.

    Containment of each automated channel and the adoption caps with the highest prices, each 5 points up; and each
    rule that binds one step looser, as priced.

    Parameters
    ----------
    seconds : wall time; what is not reached by then is left out
    """
    deadline = time.perf_counter() + seconds
    case = mix.case
    tries: list[tuple[str, MixCase]] = []
    for h in np.flatnonzero(case.channels.is_kind(*AUTOMATED)).tolist():
        here = case.links.channel == h
        tries.append(
            (f"containment of {case.channels.name[h]} 5 points higher", looser_links(case, here, containment=POINTS))
        )
    caps = sorted(adoption_states(mix, found), key=lambda state: -state.price_per_unit)[:MOST_CAPS]
    for state in caps:
        channel, _, kind = state.rule.subject.partition(" of ")
        here = (case.links.channel == case.channels.name.index(channel)) & (
            case.link_type == case.contact_types.index(kind)
        )
        tries.append(
            (f"adoption cap of {state.rule.subject} 5 points higher", looser_links(case, here, adoption_cap=POINTS))
        )
    rows: list[tuple[str, float, str]] = []
    for k, (words, changed) in enumerate(tries):
        left = (deadline - time.perf_counter()) / (len(tries) - k)
        if left < LEAST_SECONDS or is_stop_asked():
            break
        mine = replace(limits, time_limit_s=min(limits.time_limit_s, left))
        rows.append((words, *saving_of(found, solve_again(changed, found, mine))))
    for rule in rules[rules["binding"]].to_dict("records"):
        if not str(rule["rule"]).startswith("adoption cap"):
            rows.append((f"{rule['rule']} {_step(rule)} looser", float(rule["price"]), str(rule["how"])))
    rows = sorted((row for row in rows if row[1] > max(WORTH * found.cost, 0.5)), key=lambda row: -row[1])[
        :MOST_CHANGES
    ]
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))


def _step(rule: Mapping[Any, Any]) -> str:
    step = float(rule["step"])
    return "1 point" if rule["unit"] == "share" else f"{step:,.0f} {rule['unit']}"


def outsource_table(mix: MixProgram, found: Found, after: PricedMix) -> pd.DataFrame:
    """Return each outsourced channel beside people of our own (`models.mix.plan.OUTSOURCE_COLUMNS`).

    A contact in house costs what the mix pays for a contact that our people serve first. The break-even price is where
    the linear program begins to use (more of) the channel: its unit price less the least reduced cost a contact; the
    break-even volume is that of `models.outsourcing` with the channel's fixed price and least contacts.
    """
    case, cells = mix.case, mix.cells
    out = np.flatnonzero(case.channels.is_kind("outsourced"))
    by_channel = after.cost_by("channel").set_index("channel")
    ours = [name for name, kind in zip(case.channels.name, case.channels.kind, strict=True) if kind in PEOPLE]
    ours = [name for name in ours if name in by_channel.index]
    people = by_channel.loc[ours]
    contacts_ours = float(people["contacts"].sum())
    in_house = float(people["cost"].sum()) / contacts_ours if contacts_ours > 0 else np.nan
    reduced = None if found.linear is None else found.linear.reduced_costs
    rows = []
    for h in out.tolist():
        name = case.channels.name[h]
        contacts = float(after.cost.channel_contacts[h].sum())
        here = case.links.channel[cells.link] == h
        price = np.nan
        if reduced is not None and here.any():
            held = reduced[: len(cells.link)][here] * mix.money / cells.contacts[here]
            price = float(case.channels.unit_price[h] - max(held.min(), 0.0))
        amount = float((after.cost.contacts + after.cost.fixed)[h].sum())
        each = amount / contacts if contacts > 0 else float(case.channels.unit_price[h])
        rows.append((name, contacts, each, in_house, price, *_choice(case, h, contacts, in_house)))
    return pd.DataFrame(rows, columns=list(OUTSOURCE_COLUMNS))


def _choice(case: MixCase, channel: int, contacts: float, in_house: float) -> tuple[float, str]:
    """Return the contacts from which the outsourcer is cheaper (NaN where there are none), and the cheaper one now."""
    if not np.isfinite(in_house):
        return np.nan, ""
    name = case.channels.name[channel]
    options = pd.DataFrame(
        {
            "option": ["in house", name],
            "fixed_cost": [0.0, float(case.channels.fixed_price[channel]) * len(case.periods)],
            "cost_per_contact": [in_house, float(case.channels.unit_price[channel])],
            "least_contacts": [0.0, float(case.channels.min_contacts[channel].sum())],
        }
    )
    found = outsourcing(options, contacts)
    above = found.break_evens[found.break_evens["cheaper_above"] == name]
    return (float(above["contacts"].iloc[0]) if len(above) else np.nan), found.choice
