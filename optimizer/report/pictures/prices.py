"""What every rule costs a year: of the schedule, the mix and the initiatives, the dearest first."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd

from optimizer.report.language import UNKNOWN, Language, mark
from optimizer.report.pictures.flows import UNSURE
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Figure, Picture, bar_height, sheet
from optimizer.report.remarks import say_remark

MOST_RULES = 15
_OPEN = (UNSURE, "re-solve, less than its gap")
"""How a price is known that may be nothing."""
_HOW = {
    "re-solve": mark("solved again"),
    **dict.fromkeys(_OPEN, mark("less than the searches leave open")),
    "without it there is no plan": mark("without it there is no plan"),
    **dict.fromkeys(("dual", "dual at these whole numbers"), mark("price of the linear program")),
}
_PARTS = {"schedule": mark("schedule"), "mix": mark("mix"), "initiatives": mark("initiatives")}


def yearly_prices_picture(prices: pd.DataFrame, currency: str, speak: Language) -> Picture | None:
    """Return what each rule costs a year; None without rules.

    Parameters
    ----------
    prices : DataFrame
        As `servopt price` writes it: rule, from, to, saves_per_year, how, part.
    """
    if prices.empty:
        return None
    prices = prices.assign(saves_per_year=prices["saves_per_year"].replace(math.inf, math.nan))
    shown = prices[~prices["how"].isin(_OPEN) & (prices["saves_per_year"] > 0)].head(MOST_RULES)
    names = [_name(row, speak) for row in shown.to_dict("records")]
    header = [speak(text) for text in ("Rule", "Part", "Level", "Looser", "saves a year", "How it is known")]
    rows = [
        [say_remark(str(row["rule"]), speak), speak(_PARTS.get(str(row["part"]), str(row["part"]))),
         say_remark(str(row["from"]), speak) or UNKNOWN, say_remark(str(row["to"]), speak) or UNKNOWN,
         speak.number(row["saves_per_year"]), speak(_HOW.get(str(row["how"]), str(row["how"])))]
        for row in prices.fillna({"from": "", "to": ""}).to_dict("records")
    ]  # fmt: skip
    numbers = sheet(speak("What each rule costs a year, in {currency}", currency=currency), header, rows, words=4)
    figure: Figure = {
        "data": [
            {"type": "bar", "orientation": "h", "name": speak("saves a year"), "y": names,
             "x": [round(float(value), 2) for value in shown["saves_per_year"]],
             "marker": {"color": colour("accent")}, "hovertemplate": "%{y}: %{x:,.0f}<extra></extra>"}
        ],
        "layout": {"height": bar_height(len(names), 34), "xaxis": {"title": {"text": currency}, "tickformat": ",d"},
                   "yaxis": {"autorange": "reversed"}, "margin": {"l": 330}, "showlegend": False},
    }  # fmt: skip
    alt = speak("No rule costs anything now.") if shown.empty else speak(
        "What rules cost a year: the dearest is {rule}, {money}.",
        rule=names[0], money=speak.money(shown["saves_per_year"].iloc[0], currency),
    )  # fmt: skip
    caption = speak("What a year would save with each rule one step looser, alone.")
    title = speak("Price of the rules")
    return Picture("prices", title, alt, caption, {(): figure}, sheets=(numbers,))


def _name(row: dict[Hashable, Any], speak: Language) -> str:
    rule, before, after = (say_remark(str(row[name]), speak) for name in ("rule", "from", "to"))
    return f"{rule} ({before} → {after})"
