"""Simulated service beside what was promised, day by day."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from optimizer.report.language import Language
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Choice, Figure, Picture, plain, sheet


def check_picture(days: pd.DataFrame, speak: Language) -> Picture | None:
    """Service level of each day by simulation and by promise, for each pool; None without days.

    Parameters
    ----------
    days : DataFrame
        As in days.csv of `servopt simulate`: pool, date, service_level, half_width, promised (NaN unknown).
    """
    days = days[days["service_level"].notna() & (days["pool"] != "")]
    pools = tuple(dict.fromkeys(map(str, days["pool"])))
    if not pools:
        return None
    figures: dict[tuple[int, ...], Figure] = {}
    rows = []
    for p, pool in enumerate(pools):
        own = days[days["pool"] == pool]
        names = [speak.day(dt.date.fromisoformat(str(date)[:10])) for date in own["date"]]
        look = {"color": colour("need"), "symbol": "diamond", "size": 8}
        error = {"type": "data", "array": plain(own["half_width"], 5), "color": colour("need"), "width": 3}
        figures[(p,)] = {
            "data": [
                {"type": "bar", "name": speak("promised"), "x": names, "y": plain(own["promised"], 5),
                 "marker": {"color": colour("fill")}, "hovertemplate": "%{x}: %{y:.1%}", "meta": "share"},
                {"type": "scatter", "mode": "markers", "name": speak("simulated"), "x": names,
                 "y": plain(own["service_level"], 5), "error_y": error, "marker": look,
                 "hovertemplate": "%{x}: %{y:.1%}", "meta": "share"},
            ],
            "layout": {"yaxis": {"tickformat": ".0%", "range": [0, 1.04]}, "xaxis": {"type": "category", "nticks": 15}},
        }  # fmt: skip
        rows += [
            [name, pool, speak.share(row["promised"]), speak.share(row["service_level"]),
             f"± {speak.number(100 * row['half_width'], 1)}"]
            for name, row in zip(names, own.to_dict("records"), strict=True)
        ]  # fmt: skip
    header = [speak("Day"), speak("Pool"), speak("promised"), speak("simulated"), speak("95 % confidence, points")]
    numbers = sheet(speak("Promised and simulated service level"), header, rows, words=2)
    alt = speak("Promised and simulated service level of {days} days.", days=days["date"].nunique())
    caption = speak("Bars: promised by formula. Diamonds: simulated contact by contact, with 95 % confidence.")
    title = speak("Simulated against promised")
    return Picture("check", title, alt, caption, figures, (Choice(speak("Pool"), pools),), (0,), (numbers,))
