"""The frontier: what more satisfaction, service or budget would cost, with the plan's own point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from optimizer.report.language import Language
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Figure, Picture, sheet


def frontier_picture(
    points: pd.DataFrame, chosen: Sequence[float] | None, x: str, y: str, currency: str, speak: Language
) -> Picture | None:
    """Cost against what it buys, point by point, with the knee and the plan's own point; None without points.

    Parameters
    ----------
    points : DataFrame
        As in frontier.csv: the columns `x` and `y`; knee where known.
    chosen : (x, y) of the plan, or None where it is not known
    """
    points = points[points[x].notna() & points[y].notna()].sort_values(x)
    if points.empty:
        return None
    words = {"cost": speak("cost"), "csat": speak("satisfaction"), "service_level": speak("service level"),
             "budget": speak("budget"), "npv": speak("net present value")}  # fmt: skip
    shares = {"csat", "service_level"}
    hover = "%{x:,.0f}: %{y:.2%}" if y in shares else "%{x:,.0f}: %{y:,.0f}"
    places = {"x": [float(v) for v in points[x]], "y": [float(v) for v in points[y]]}
    line = {"color": colour("accent"), "width": 2}
    traces: list[Figure] = [
        {"type": "scatter", "mode": "lines+markers", "name": speak("proved best points"), **places, "line": line,
         "hovertemplate": hover}
    ]  # fmt: skip
    if "knee" in points:
        knee = points[points["knee"].astype(str).str.lower() == "true"]
        traces.append(_marks(speak("from here on more costs most more"), knee[x], knee[y], "diamond", "need", hover))
    if chosen is not None:
        traces.append(_marks(speak("this plan"), [chosen[0]], [chosen[1]], "star", "good", hover))

    def text(name: str, value: float) -> str:
        return speak.share(value, 2) if name in shares else speak.number(value)

    rows = [[text(x, row[x]), text(y, row[y]), speak.gap(row.get("gap"))] for row in points.to_dict("records")]
    numbers = sheet(speak("Points of the frontier"), [words.get(x, x), words.get(y, y), speak("gap")], rows, words=0)
    layout: Figure = {
        "xaxis": {"title": {"text": words.get(x, x) + ("" if x in shares else f", {currency}")}, "tickformat": ",d"},
        "yaxis": {"title": {"text": words.get(y, y)}, "tickformat": ".1%" if y in shares else ",d"},
    }
    alt = speak("Frontier of {count} points: {y} against {x}.", count=len(points), x=words.get(x, x), y=words.get(y, y))
    caption = speak("Nothing better is possible than the line, to the gap of each point.")
    title = speak("What more would cost")
    return Picture(
        f"frontier-{x}-{y}", title, alt, caption, {(): {"data": traces, "layout": layout}}, sheets=(numbers,)
    )


def _marks(name: str, x: Any, y: Any, symbol: str, tone: str, hover: str) -> Figure:
    look = {"symbol": symbol, "size": 15, "color": colour(tone), "line": {"color": colour("paper"), "width": 1}}
    places = {"x": [float(v) for v in x], "y": [float(v) for v in y]}
    return {"type": "scatter", "mode": "markers", "name": name, **places, "marker": look, "hovertemplate": hover}
