"""A channel mix: where contacts go, what they cost today and in the mix, and what each rule costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from optimizer.report.language import Language, mark
from optimizer.report.pictures.palette import SERIES, colour
from optimizer.report.pictures.picture import Choice, Figure, Picture, bar_height, sheet
from optimizer.report.remarks import say_remark

ITEM_WORDS = {
    "people": mark("people"), "contacts": mark("prices of contacts"), "resolutions": mark("prices of resolutions"),
    "licences": mark("licences"), "fixed": mark("fixed prices"), "lost": mark("contacts that give up"),
}  # fmt: skip
_OUTCOMES = (("contained", mark("settled there")), ("escalated", mark("passed on")), ("lost", mark("gave up")))
MOST_RULES = 12
UNSURE = "re-solve within the gap"
"""As rules.csv says it (`optimizer.mix.prices.UNSURE`)."""


def flow_picture(flows: pd.DataFrame, speak: Language) -> Picture | None:
    """Contacts by type, channel and how they end (Sankey), for all tiers and each; None without contacts.

    Parameters
    ----------
    flows : DataFrame
        As in flows.csv: contact_type, tier, channel, contacts, contained, escalated, lost.
    """
    flows = flows[flows["contacts"] > 0]
    if flows.empty:
        return None
    tiers = tuple(dict.fromkeys(map(str, flows["tier"])))
    figures: dict[tuple[int, ...], Figure] = {(0,): _sankey(flows, speak)}
    figures |= {(k + 1,): _sankey(flows[flows["tier"] == tier], speak) for k, tier in enumerate(tiers)}
    table = flows.pivot_table(index="contact_type", columns="channel", values="contacts", aggfunc="sum").fillna(0.0)
    table = table.reindex(
        index=list(dict.fromkeys(flows["contact_type"])), columns=list(dict.fromkeys(flows["channel"]))
    )
    rows = [[str(name), *map(speak.number, row)] for name, row in zip(table.index, table.to_numpy(), strict=True)]
    rows.append([speak("All"), *map(speak.number, table.sum().to_numpy())])
    header = [speak("Contact type"), *map(str, table.columns)]
    numbers = sheet(speak("Contacts by type and channel, all tiers"), header, rows, total=True)
    by_channel = table.sum().sort_values(ascending=False)
    alt = speak("Flow of {total} contacts from {types} types over {channels} channels; most go to {first}.",
                total=speak.number(flows["contacts"].sum()), types=len(table), channels=len(by_channel),
                first=by_channel.index[0])  # fmt: skip
    caption = speak("From contact types (left) over channels to how contacts end there. A contact that is passed on "
                    "arrives again at another channel.")  # fmt: skip
    choice = Choice(speak("Customer tier"), (speak("All tiers"), *tiers))
    return Picture("flows", speak("Which contacts go where"), alt, caption, figures, (choice,), (0,), (numbers,), 560)


def _sankey(flows: pd.DataFrame, speak: Language) -> Figure:
    types, channels = (list(dict.fromkeys(map(str, flows[name]))) for name in ("contact_type", "channel"))
    ends = [speak(words) for _, words in _OUTCOMES]
    names = [*types, *channels, *ends]
    tones = {name: SERIES[k % len(SERIES)] for k, name in enumerate(channels)}
    links: list[tuple[int, int, float, str]] = []
    sums = flows.groupby(["contact_type", "channel"], sort=False)["contacts"].sum().reset_index()
    for row in sums.to_dict("records"):
        source, target = types.index(str(row["contact_type"])), len(types) + channels.index(str(row["channel"]))
        links.append((source, target, float(row["contacts"]), str(row["channel"])))
    for k, (column, _) in enumerate(_OUTCOMES):
        for channel, amount in flows.groupby("channel", sort=False)[column].sum().items():
            if amount > 0:
                source, target = len(types) + channels.index(str(channel)), len(types) + len(channels) + k
                links.append((source, target, float(amount), str(channel)))
    return {
        "data": [{
            "type": "sankey", "arrangement": "snap",
            "node": {"label": names, "pad": 12, "thickness": 14, "line": {"width": 0},
                     "color": [tones.get(name, colour("node")) for name in names]},
            "link": {"source": [a for a, *_ in links], "target": [b for _, b, *_ in links],
                     "value": [round(amount, 2) for _, _, amount, _ in links],
                     "color": [_soft(tones[link[3]]) for link in links],
                     "hovertemplate": "%{source.label} → %{target.label}: %{value:,.0f}<extra></extra>"},
        }],
        "layout": {"margin": {"l": 8, "r": 8, "t": 12, "b": 12}},
    }  # fmt: skip


def _soft(tone: str) -> str:
    red, green, blue = (int(tone[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.35)"


def channel_picture(csat: pd.DataFrame, speak: Language) -> Picture | None:
    """Share of contacts by channel, today and in the mix; None where no channel is known."""
    rows = csat[csat["level"] == "channel"]
    if rows.empty or rows["contacts"].sum() <= 0:
        return None
    sides = [(speak("mix"), "contacts", colour("accent"), "csat")]
    if "contacts_before" in rows and rows["contacts_before"].sum() > 0:
        sides.insert(0, (speak("today"), "contacts_before", colour("fill"), "csat_before"))
    names = list(map(str, rows["name"]))
    traces = [
        {"type": "bar", "name": name, "x": names, "y": [round(v, 5) for v in rows[column] / rows[column].sum()],
         "marker": {"color": tone}, "hovertemplate": "%{x}: %{y:.1%}", "meta": "share"}
        for name, column, tone, _ in sides
    ]  # fmt: skip
    header = [speak("Channel"), *(f"{name}: {what}" for name, *_ in sides
                                  for what in (speak("contacts"), speak("share"), speak("satisfaction")))]  # fmt: skip
    table = [
        [str(row["name"]), *(text for _, column, _, level in sides for text in (
            speak.number(row[column]), speak.share(row[column] / rows[column].sum()), speak.share(row[level])))]
        for row in rows.to_dict("records")
    ]  # fmt: skip
    figure = {"data": traces, "layout": {"barmode": "group", "yaxis": {"tickformat": ".0%"}}}
    alt = speak("Share of contacts by channel, today and in the mix.")
    numbers = sheet(speak("Channels, today and in the mix"), header, table)
    caption = speak("Contacts that arrive at each channel, repeats and those passed on included.")
    return Picture("channels", speak("Channels"), alt, caption, {(): figure}, sheets=(numbers,))


def mix_cost_picture(costs: pd.DataFrame, currency: str, speak: Language) -> Picture | None:
    """Cost by item, today and in the mix; None without money.

    Parameters
    ----------
    costs : DataFrame
        As in cost.csv of a mix: item, amount; amount_before where today's is known.
    """
    columns = [name for name in ("amount_before", "amount") if name in costs]
    items = costs.groupby("item", sort=False)[columns].sum()
    items = items[(items > 0).any(axis=1)].sort_values("amount", ascending=False)
    if items.empty:
        return None
    names = [speak(ITEM_WORDS.get(str(item), str(item))) for item in items.index]
    looks = {"amount_before": (speak("today"), colour("fill")), "amount": (speak("mix"), colour("accent"))}
    traces = [
        {"type": "bar", "name": looks[column][0], "x": names, "y": [round(v, 2) for v in items[column]],
         "marker": {"color": looks[column][1]}, "hovertemplate": "%{x}: %{y:,.0f}"}
        for column in columns
    ]  # fmt: skip
    total = items.sum()
    lines = [*zip(names, items.to_numpy(), strict=True), (speak("Total"), total.to_numpy())]
    rows = []
    for name, amounts in lines:
        change = [speak.number(amounts[-1] - amounts[0])] if len(columns) > 1 else []
        rows.append([name, *map(speak.number, amounts), *change])
    header = [
        speak("Item"),
        *(looks[column][0] for column in columns),
        *([speak("change")] if len(columns) > 1 else []),
    ]
    numbers = sheet(speak("Cost in {currency}", currency=currency), header, rows, total=True)
    alt = speak("Cost of the mix by item: {total} in all.", total=speak.money(total["amount"], currency))
    figure = {
        "data": traces,
        "layout": {"barmode": "group", "yaxis": {"title": {"text": currency}, "tickformat": ",d"}},
    }
    caption = speak("All periods together.")
    return Picture("mix-cost", speak("What the mix costs"), alt, caption, {(): figure}, sheets=(numbers,))


def rules_picture(rules: pd.DataFrame, currency: str, speak: Language) -> Picture | None:
    """What each rule costs that holds the cost up; None where none does.

    Parameters
    ----------
    rules : DataFrame
        As in rules.csv: rule, level, unit, binding, step, price, how, cost_of_rule.
    """
    known = rules[rules["binding"].astype(str).str.lower() == "true"]
    known = known.assign(worth=known[["price", "cost_of_rule"]].max(axis=1).fillna(0.0))
    known = known[known["worth"] > 0].sort_values("worth", ascending=False)
    if known.empty:
        return None
    shown = known.head(MOST_RULES)
    names = [say_remark(str(rule), speak) for rule in shown["rule"]]
    whole, step = (shown[name].to_numpy(float) for name in ("cost_of_rule", "price"))
    unsure, whole_unsure = _unsure(shown, "how"), _unsure(shown, "cost_how")
    looks = ((speak("the whole rule"), whole, colour("accent"), whole_unsure),
             (speak("one step looser"), step, colour("need-soft"), unsure))  # fmt: skip
    traces = [
        {"type": "bar", "orientation": "h", "name": name, "y": names,
         "x": [None if np.isnan(value) else round(value, 2) for value in values],
         "marker": {"color": [colour("node") if open_ else tone for open_ in doubts],
                    "pattern": {"shape": ["/" if open_ else "" for open_ in doubts]}},
         "hovertemplate": "%{y}: %{x:,.0f}"}
        for name, values, tone, doubts in looks if not np.isnan(values).all()
    ]  # fmt: skip
    rows = [
        [say_remark(str(row["rule"]), speak),
         speak.share(row["level"]) if row["unit"] == "share" else speak.number(row["level"]),
         _price(row["cost_of_rule"], cost_open, speak), _step(row, speak), _price(row["price"], open_, speak)]
        for row, open_, cost_open in zip(known.to_dict("records"), _unsure(known, "how"), _unsure(known, "cost_how"),
                                         strict=True)
    ]  # fmt: skip
    header = [speak(text) for text in ("Rule", "Level", "It costs", "Looser by", "saves")]
    numbers = sheet(speak("What each rule costs, in {currency}", currency=currency), header, rows)
    money = {"title": {"text": currency}, "tickformat": ",d"}
    figure = {"data": traces, "layout": {
        "barmode": "group", "height": bar_height(len(names), 38), "xaxis": money,
        "yaxis": {"autorange": "reversed"}, "margin": {"l": 210}}}  # fmt: skip
    certain = [name for name, *doubts in zip(names, unsure, whole_unsure, strict=True) if not any(doubts)]
    alt = speak("What rules cost: the dearest is {rule}.", rule=next(iter(certain), names[0]))
    caption = speak(
        "What the mix would save without the rule, or with the rule one step looser (one point of a share)."
    )
    if any(unsure) or any(whole_unsure):
        caption += " " + speak("Grey and hatched: unsure, the difference is smaller than what the search left open.")
    return Picture("rules", speak("What each rule costs"), alt, caption, {(): figure}, sheets=(numbers,))


def _unsure(rules: pd.DataFrame, how: str) -> list[bool]:
    """Whether each price is a difference of two searches that their gaps may be all of."""
    return [str(found) == UNSURE for found in rules[how]] if how in rules else [False] * len(rules)


def _price(amount: float, unsure: bool, speak: Language) -> str:
    return speak("{money}, unsure", money=speak.number(amount)) if unsure else speak.number(amount)


def _step(row: Mapping[Any, Any], speak: Language) -> str:
    if row["unit"] == "share":
        return speak("1 point")
    return f"{speak.number(row['step'])} {speak(_UNITS.get(str(row['unit']), str(row['unit'])))}"


_UNITS = {"contacts": mark("contacts"), "hours": mark("hours"), "money": mark("money")}
