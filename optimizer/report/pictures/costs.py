"""What a shift plan costs: the cost tree, and today beside the plan."""

from __future__ import annotations

import pandas as pd

from optimizer.report.language import Language, mark
from optimizer.report.pictures.palette import SERIES, colour
from optimizer.report.pictures.picture import Picture, sheet

WORDS = {
    "total": mark("total"),
    "labour": mark("labour"),
    "material": mark("material"),
    "time": mark("time"),
    "other": mark("other"),
    "pay": mark("pay"),
    "allowances": mark("allowances"),
    "paid absence": mark("paid absence"),
    "cost of a shift": mark("cost of a shift"),
    "premises": mark("premises"),
    "base": mark("base"),
    "premium": mark("premium"),
    "overtime": mark("overtime"),
    "shrinkage": mark("shrinkage"),
    "fixed": mark("fixed"),
    "overhead": mark("overhead"),
}
"""Groups and items of the cost tree, and components of cost."""


def tree_picture(tree: pd.DataFrame, currency: str, speak: Language) -> Picture | None:
    """Cost tree as an icicle: the total, its groups, their items; None without cost.

    Parameters
    ----------
    tree : DataFrame
        `models.cost_tree.CostTree.tree`: group, item, amount, share, cost_per_contact, cost_per_resolution.
    """
    tree = tree[tree["amount"] > 0]
    if tree.empty:
        return None
    ids, parents, names, amounts, tones = [], [], [], [], []
    groups = [str(group) for group in tree.loc[(tree["item"] == "") & (tree["group"] != "total"), "group"]]
    for row in tree.to_dict("records"):
        group, item = str(row["group"]), str(row["item"])
        ids.append(f"{group}/{item}")
        parents.append("" if group == "total" else "total/" if not item else f"{group}/")
        names.append(_said(item or group, speak))
        amounts.append(round(float(row["amount"]), 2))
        tones.append(colour("node") if group == "total" else SERIES[groups.index(group) % len(SERIES)])
    trace = {
        "type": "icicle", "ids": ids, "parents": parents, "labels": names, "values": amounts, "branchvalues": "total",
        "marker": {"colors": tones}, "tiling": {"orientation": "h"}, "pathbar": {"visible": False},
        "texttemplate": "%{label}<br>%{value:,.0f} (%{percentRoot:.1%})", "insidetextfont": {"color": "#ffffff"},
        "hovertemplate": "%{label}: %{value:,.0f}<extra></extra>", "maxdepth": 3, "leaf": {"opacity": 1},
    }  # fmt: skip
    rows = [
        [_said(str(row["item"] or row["group"]), speak), speak.number(row["amount"], 2), speak.share(row["share"]),
         speak.number(row["cost_per_contact"], 2), speak.number(row["cost_per_resolution"], 2)]
        for row in tree.to_dict("records")
    ]  # fmt: skip
    header = [speak(text) for text in ("Part", "Amount", "Share", "A contact", "A resolved one")]
    numbers = sheet(speak("Cost tree in {currency}", currency=currency), header, rows)
    figure = {
        "data": [trace],
        "layout": {"uniformtext": {"minsize": 10, "mode": "hide"}, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}},
    }
    alt = speak("Cost tree: {total} in all.", total=speak.money(amounts[0], currency))
    caption = speak("Each part to the right belongs to the one beside it on the left.")
    return Picture("tree", speak("Cost tree"), alt, caption, {(): figure}, sheets=(numbers,), height=280)


def _said(word: str, speak: Language) -> str:
    return speak(WORDS.get(word, word))
