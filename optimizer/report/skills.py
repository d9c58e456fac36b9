"""A schedule of agent groups with several skills: what a report and a workbook say of it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from models.calendar import TimeGrid
from optimizer.report.book import Book, Sum, as_dates
from optimizer.report.language import Language
from optimizer.report.parts import Tables
from optimizer.report.pictures.gantt import shifts_picture
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Choice, Figure, Picture, Sheet, level_line, plain, sheet

WHOLE_HORIZON = "all"
"""In the place of a date: the horizon as one."""


def skills_schedule(skills: Tables) -> pd.DataFrame:
    """Return schedule.csv with its groups in place of pools."""
    return skills["schedule"].rename(columns={"group": "pool"})


def skills_grid(skills: Tables) -> TimeGrid:
    """Return the days and intervals of a schedule."""
    about = skills.record["about"]
    first = dt.date.fromisoformat(about["first_date"])
    return TimeGrid(str(about["time_zone"]), first, int(about["days"]), int(about["interval_min"]))


def promises_kept(skills: Tables) -> tuple[int, int]:
    """Return how many promises of service are kept by simulation, and how many there are."""
    promises = skills.record["promises"]
    return sum(bool(one["kept"]) for one in promises), len(promises)


def skills_sentence(skills: Tables, speak: Language) -> str:
    """Say the decision."""
    kept, all_ = promises_kept(skills)
    text = speak(
        "Work {shifts} shifts in {groups} groups for {cost}: {kept} of {all} promises of service are kept in "
        "simulation.",
        shifts=speak.number(skills["schedule"]["count"].sum()), kept=speak.number(kept), all=speak.number(all_),
        groups=speak.number(skills["schedule"]["group"].nunique()),
        cost=speak.money(skills.record["result"]["cost"], skills.currency),
    )  # fmt: skip
    bound = skills.record["result"].get("bound")
    if bound is not None:
        text += " " + speak("No schedule costs less than {bound}, as long as agents of a set of queues can at best "
                            "serve them as one team that takes the longest waiting contact first.",
                            bound=speak.money(bound, skills.currency))  # fmt: skip
    return text


def skills_items(skills: Tables, speak: Language) -> list[Picture | Sheet | None]:
    """Return pictures and tables, in their order."""
    return [
        service_picture(skills["service"], speak),
        shifts_picture(skills_schedule(skills), skills_grid(skills), speak),
        _groups_sheet(skills, speak),
        _training_sheet(skills, speak),
    ]


def service_picture(service: pd.DataFrame, speak: Language) -> Picture | None:
    """Simulated service of each day beside the target, by contact type; None without days.

    Parameters
    ----------
    service : DataFrame
        As in service.csv: date, contact_type, contacts, service_level, half_width, target, abandonment, asa_s.
    """
    days = service[(service["date"] != WHOLE_HORIZON) & service["service_level"].notna()]
    types = tuple(dict.fromkeys(map(str, days["contact_type"])))
    if not types:
        return None
    figures: dict[tuple[int, ...], Figure] = {}
    rows = []
    for k, name in enumerate(types):
        own = days[days["contact_type"] == name]
        labels = [speak.day(dt.date.fromisoformat(str(date))) for date in own["date"]]
        line, name_of_line = level_line(float(own["target"].iloc[0]), speak("target"), colour("need"))
        error = {"type": "data", "array": plain(own["half_width"], 5), "color": colour("need"), "width": 3}
        figures[(k,)] = {
            "data": [{"type": "bar", "name": speak("simulated"), "x": labels, "y": plain(own["service_level"], 5),
                      "error_y": error, "marker": {"color": colour("fill")}, "hovertemplate": "%{x}: %{y:.1%}",
                      "meta": "share"}],
            "layout": {"yaxis": {"tickformat": ".0%", "range": [0, 1.04]}, "xaxis": {"type": "category", "nticks": 15},
                       "shapes": [line], "annotations": [name_of_line]},
        }  # fmt: skip
        rows += [
            [label, name, speak.number(row["contacts"]), speak.share(row["service_level"]),
             f"± {speak.number(100 * row['half_width'], 1)}", speak.setting(row["target"]),
             speak.share(row["abandonment"]), speak.number(row["asa_s"], 1)]
            for label, row in zip(labels, own.to_dict("records"), strict=True)
        ]  # fmt: skip
    header = [
        speak("Day"), speak("Contact type"), speak("Contacts"), speak("simulated"), speak("95 % confidence, points"),
        speak("target"), speak("Abandonment"), speak("Mean wait, s"),
    ]  # fmt: skip
    numbers = sheet(speak("Simulated service by day and contact type"), header, rows, words=2)
    alt = speak("Simulated service of {types} contact types over {days} days.", types=len(types),
                days=days["date"].nunique())  # fmt: skip
    caption = speak("Simulated contact by contact, with 95 % confidence. A promise may be judged over several contact "
                    "types or days together.")  # fmt: skip
    choice = Choice(speak("Contact type"), types)
    title = speak("Service of each day")
    return Picture("skill-service", title, alt, caption, figures, (choice,), (0,), (numbers,))


def _groups_sheet(skills: Tables, speak: Language) -> Sheet:
    schedule = skills["schedule"]
    sums = schedule.assign(
        shifts=schedule["count"], hours=schedule["paid_min"] * schedule["count"] / 60,
        cost=schedule["cost_each"] * schedule["count"],
    ).groupby("group")[["shifts", "hours", "cost"]].sum().sort_values("cost", ascending=False)  # fmt: skip
    lines = [*sums.itertuples(), (speak("Total"), *sums.sum())]
    rows = [[str(name), *map(speak.number, figures)] for name, *figures in lines]
    header = [speak("Group"), speak("Shifts"), speak("Paid hours"), speak("Cost")]
    return sheet(speak("Groups, in {currency}", currency=skills.currency), header, rows, total=True)


def _training_sheet(skills: Tables, speak: Language) -> Sheet | None:
    training = skills.get("training")
    if training is None or training.empty:
        return None
    best = training[training["net_per_agent_week"] > 0].sort_values("net_per_agent_week", ascending=False)
    if best.empty:
        return None
    rows = [
        [str(row["from_group"]), str(row["to_group"]), str(row["skills"]), speak.number(row["net_per_agent_week"], 2)]
        for row in best.to_dict("records")
    ]
    header = [speak("Group"), speak("trained to"), speak("Skills"), speak("worth a week, at most")]
    return sheet(
        speak("What training an agent is worth, in {currency}", currency=skills.currency), header, rows, words=3
    )


def skills_sheets(book: Book, skills: Tables) -> dict[str, Sum]:
    """Add the sheets of a workbook; the cost is a sum of the shifts' sheet."""
    speak = book.speak
    schedule = as_dates(skills["schedule"], stamps=["start", "end"], dates=["date"])
    schedule = schedule.assign(cost=schedule["cost_each"] * schedule["count"])
    _, areas = book.table(speak("Shifts"), schedule, total=["count", "cost"])
    service = skills["service"]
    days = service[service["date"] != WHOLE_HORIZON]
    book.table(speak("Service by day"), as_dates(days, dates=["date"]))
    coverage = skills.get("coverage")
    if coverage is not None:
        book.table(speak("Coverage"), as_dates(coverage, stamps=["start"]))
    training = skills.get("training")
    if training is not None:
        book.table(speak("Training"), training)
    return {"skills": Sum(areas["cost"], schedule["cost"])}
