"""Investments: which initiatives run when, what they pay back, and what the answer hangs on."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from optimizer.report.language import Language, mark
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Figure, Picture, bar_height, sheet
from optimizer.report.remarks import say_remark

DECISIONS = {"chosen": mark("chosen"), "rejected": mark("rejected")}
MOST_FIGURES = 12
_PERIOD = re.compile(r"^(\d{4})(?:-Q([1-4])|-(\d{2}))?$")


def portfolio_picture(portfolio: pd.DataFrame, last_year: int, speak: Language) -> Picture | None:
    """When each chosen initiative is built and runs; with the rejected ones among the numbers. None without any.

    Parameters
    ----------
    portfolio : DataFrame
        As in portfolio.csv: initiative, decision, start, works_from, one_off_cost, running_cost_per_year; adds_npv and
        reason where they were worked out.
    last_year : int
        Last year of the horizon.
    """
    if portfolio.empty:
        return None
    chosen = portfolio[portfolio["decision"] == "chosen"].sort_values(["start", "initiative"])
    spans = [(_year(row["start"]), _year(row["works_from"])) for row in chosen.to_dict("records")]
    names = [str(name) for name in chosen["initiative"]]
    end = float(last_year + 1)
    traces = [
        _bars(speak("is built"), names, [(a, b) for a, b in spans], "need-soft"),
        _bars(speak("runs"), names, [(b, end) for _, b in spans], "accent"),
    ]
    years = list(range(int(min([a for a, _ in spans], default=end)), int(end) + 1))
    figure = {"data": traces, "layout": {
        "barmode": "overlay", "height": bar_height(len(names)), "yaxis": {"autorange": "reversed"},
        "xaxis": {"tickvals": years, "ticktext": [str(year) for year in years]}}}  # fmt: skip
    columns = [name for name in ("one_off_cost", "running_cost_per_year", "adds_npv") if name in portfolio]
    titles = {"one_off_cost": speak("one-off cost"), "running_cost_per_year": speak("running cost a year"),
              "adds_npv": speak("adds to NPV")}  # fmt: skip
    rows = [
        [str(row["initiative"]), speak(DECISIONS.get(str(row["decision"]), str(row["decision"]))),
         "" if pd.isna(row["start"]) else str(row["start"]), *(speak.number(row[name]) for name in columns)]
        for row in portfolio.to_dict("records")
    ]  # fmt: skip
    header = [speak("Initiative"), speak("Decision"), speak("Start"), *(titles[name] for name in columns)]
    numbers = sheet(speak("Initiatives"), header, rows, words=3)
    alt = speak("Timeline of {count} initiatives that are funded: {names}.", count=len(names), names=", ".join(names))
    caption = speak("From its start an initiative is built (light), then it runs to the end of the horizon (dark).")
    return Picture("portfolio", speak("What is funded, and when"), alt, caption, {(): figure}, sheets=(numbers,))


def _bars(name: str, rows: list[str], spans: list[tuple[float, float]], tone: str) -> Figure:
    return {"type": "bar", "orientation": "h", "name": name, "y": rows, "base": [a for a, _ in spans],
            "x": [b - a for a, b in spans], "marker": {"color": colour(tone)},
            "hovertemplate": "%{y}<extra>%{fullData.name}</extra>"}  # fmt: skip


def _year(period: object) -> float:
    """Read 2026, 2026-Q2 or 2026-07 as a point in time, in years."""
    found = _PERIOD.match(str(period))
    if found is None:
        raise ValueError(f"{period!r} is no period such as 2026, 2026-Q2 or 2026-07")
    quarter, month = found[2], found[3]
    return int(found[1]) + ((int(quarter) - 1) / 4 if quarter else (int(month) - 1) / 12 if month else 0.0)


def cash_picture(cash: pd.DataFrame, rate: float, currency: str, speak: Language) -> Picture | None:
    """Cash flow by year with its discounted sum; None without years.

    Parameters
    ----------
    cash : DataFrame
        As in cash_flow.csv: year (0 is at once), date, benefit, cost, net.
    rate : float
        Discount rate a year.
    """
    if cash.empty:
        return None
    dates = pd.to_datetime(cash["date"])
    # As the return is worked out (`models.returns`): by whole years, whether they have a leap day or not.
    present = np.cumsum(cash["net"].to_numpy(float) / (1 + rate) ** cash["year"].to_numpy(float))
    names = [speak("at once") if year == 0 else str(date.year) for year, date in zip(cash["year"], dates, strict=True)]
    traces = [
        {"type": "bar", "name": speak("benefit"), "x": names, "y": [round(v, 2) for v in cash["benefit"]],
         "marker": {"color": colour("accent")}, "hovertemplate": "%{x}: %{y:,.0f}"},
        {"type": "bar", "name": speak("cost"), "x": names, "y": [round(-v, 2) for v in cash["cost"]],
         "marker": {"color": colour("need-soft")}, "hovertemplate": "%{x}: %{y:,.0f}"},
        {"type": "scatter", "mode": "lines+markers", "name": speak("present value so far"), "x": names,
         "y": [round(v, 2) for v in present], "line": {"color": colour("ink"), "width": 2},
         "hovertemplate": "%{x}: %{y:,.0f}"},
    ]  # fmt: skip
    rows = [
        [name, *(speak.number(row[column]) for column in ("benefit", "cost", "net")), speak.number(so_far)]
        for name, row, so_far in zip(names, cash.to_dict("records"), present, strict=True)
    ]
    header = [speak("Year"), speak("benefit"), speak("cost"), speak("net"), speak("present value so far")]
    numbers = sheet(speak("Cash flow in {currency}", currency=currency), header, rows)
    money = {"title": {"text": currency}, "tickformat": ",d"}
    figure = {"data": traces, "layout": {"barmode": "relative", "yaxis": money, "xaxis": {"type": "category"}}}
    alt = speak("Cash flow by year; the present value of all is {value}.", value=speak.money(present[-1], currency))
    caption = speak("Present value at {rate} a year; where the line ends is the net present value.",
                    rate=speak.setting(rate))  # fmt: skip
    return Picture("cash", speak("Cash flow"), alt, caption, {(): figure}, sheets=(numbers,))


def tornado_picture(tornado: pd.DataFrame, npv: float, currency: str, speak: Language) -> Picture | None:
    """Net present value when each figure is at either end of its range, the widest first; None without figures.

    Parameters
    ----------
    tornado : DataFrame
        As in tornado.csv: figure, low, high, npv_low, npv_high, span.
    """
    shown = tornado[tornado["span"] > 0].sort_values("span", ascending=False).head(MOST_FIGURES)
    if shown.empty:
        return None
    # Names may repeat (an effect on two channels), and each bar needs a place of its own.
    said = [say_remark(str(figure), speak) for figure in shown["figure"]]
    names = [f"{name}{chr(0x200B) * k}" for k, name in enumerate(said)]
    traces = [
        {"type": "bar", "orientation": "h", "name": name, "y": names, "base": npv,
         "x": [round(value - npv, 2) for value in shown[column]], "marker": {"color": colour(tone)},
         "customdata": [[speak.number(end, 3), speak.number(value)]
                        for end, value in zip(shown[limit], shown[column], strict=True)],
         "hovertemplate": "%{y} = %{customdata[0]}: %{customdata[1]}"}
        for name, column, limit, tone in (
            (speak("at its low end"), "npv_low", "low", "need-soft"),
            (speak("at its high end"), "npv_high", "high", "accent"))
    ]  # fmt: skip
    words = f"{speak('net present value')}, {currency}"
    figure = {"data": traces, "layout": {
        "barmode": "overlay", "height": bar_height(len(names)), "yaxis": {"autorange": "reversed"},
        "margin": {"l": 210}, "xaxis": {"title": {"text": words}, "tickformat": ",d"},
        "shapes": [{"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": npv, "x1": npv,
                    "line": {"color": colour("ink"), "width": 1}}]}}  # fmt: skip
    rows = [
        [say_remark(str(row["figure"]), speak), speak.number(row["low"], 3), speak.number(row["high"], 3),
         speak.number(row["npv_low"]), speak.number(row["npv_high"])]
        for row in tornado.to_dict("records")
    ]  # fmt: skip
    header = [speak("Figure"), speak("low"), speak("high"), speak("NPV at low"), speak("NPV at high")]
    numbers = sheet(speak("Net present value at the ends of each figure's range"), header, rows)
    alt = speak(
        "What the net present value hangs on most: {figure}.", figure=say_remark(str(shown["figure"].iloc[0]), speak)
    )
    caption = speak("One figure at a time goes to either end of its range, all others stay. The line is the plan.")
    return Picture("tornado", speak("What the return hangs on"), alt, caption, {(): figure}, sheets=(numbers,))
