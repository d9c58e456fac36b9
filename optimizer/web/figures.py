"""The figures of a run that a planner and a CFO look at first, read from the files that it wrote."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.decision import DECISION_FILE, FIGURES_FILE
from optimizer.report.language import Language, mark

SHARE, MONEY, UNIT_MONEY, NUMBER, SECONDS, GAP, MONTHS = (
    "share", "money", "unit money", "number", "seconds", "gap", "months",
)  # fmt: skip
LOWER, HIGHER, NEITHER = -1, 1, 0
TONES = {1: "good", -1: "bad", 0: ""}


@dataclass(frozen=True)
class Figure:
    """A figure of a run.

    Attributes
    ----------
    title : for the screen, before translation
    before : what it is today, where known
    better : LOWER or HIGHER, where one is better; NEITHER
    """

    title: str
    kind: str
    value: float | None
    before: float | None = None
    better: int = NEITHER


@dataclass(frozen=True)
class Figures:
    """What a run ended with.

    Attributes
    ----------
    status : of the decision: optimal, feasible, infeasible
    currency : of its money
    why : why there is no plan, and the ways out, in words
    notes : remarks of the run
    """

    status: str
    currency: str
    figures: tuple[Figure, ...]
    why: tuple[str, ...] = ()
    ways_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, title: str) -> Figure | None:
        """The figure of that title."""
        return next((one for one in self.figures if one.title == title), None)


COST, SATISFACTION, SERVICE, NPV, GAP_TITLE = (
    mark("Cost"), mark("Satisfaction"), mark("Service level"), mark("Net present value"), mark("Gap"),
)  # fmt: skip
SIMULATED = mark("Simulated service level")
_PLAN = (
    (COST, MONEY, "cost", LOWER), (SERVICE, SHARE, "service_level", HIGHER),
    (mark("Cost of a contact"), UNIT_MONEY, "cost_per_contact", LOWER), (mark("Contacts"), NUMBER, "contacts", NEITHER),
    (mark("Paid hours"), NUMBER, "paid_hours", LOWER), (mark("Full-time equivalents"), NUMBER, "full_time_equivalents",
                                                       LOWER),
    (mark("Worst interval"), SHARE, "worst_service_level", HIGHER), (mark("Abandonment"), SHARE, "abandonment", LOWER),
    (mark("Mean wait"), SECONDS, "mean_wait_s", LOWER), (mark("Occupancy"), SHARE, "occupancy", NEITHER),
    (SIMULATED, SHARE, "simulated_service_level", HIGHER),
)  # fmt: skip
_DECISION = (
    (mark("Service cost a year"), MONEY, "service cost a year", LOWER),
    (SATISFACTION, SHARE, "satisfaction", HIGHER),
    (NPV, MONEY, "npv", HIGHER),
)
_INVEST = (
    (NPV, MONEY, "npv", HIGHER),
    (mark("Internal rate of return"), SHARE, "irr", HIGHER),
    (mark("Payback"), MONTHS, "payback_months", LOWER),
    (mark("Benefit over cost"), NUMBER, "benefit_over_cost", HIGHER),
    (mark("Benefit"), MONEY, "benefit", HIGHER),
    (mark("Outlay"), MONEY, "outlay", LOWER),
)


def read_figures(folder: Path) -> Figures | None:
    """Read the figures of a run's folder; None where no plan was written."""
    for name, read in (("plan.json", _of_plan), ("mix.json", _of_mix), ("invest.json", _of_invest),
                       ("joint.json", _of_invest), ("roster.json", _of_roster)):  # fmt: skip
        path = folder / name
        if path.is_file():
            return read(json.loads(path.read_text("utf-8")), folder)
    return None


def _of_plan(record: dict[str, Any], folder: Path) -> Figures:
    summary = record.get("summary", {})
    found = _of_decision(folder)
    found += [Figure(title, kind, summary.get(name), None, better) for title, kind, name, better in _PLAN]
    found.append(Figure(GAP_TITLE, GAP, summary.get("gap"), None, LOWER))
    return Figures(
        str(summary.get("status", "")), str(record.get("about", {}).get("currency", "")), _known(found),
        tuple(record.get("conflicts", ())), tuple(record.get("relaxation", ())), tuple(record.get("notes", ())),
    )  # fmt: skip


def _of_decision(folder: Path) -> list[Figure]:
    """Figures of mix, initiatives and shifts decided together; none where the shifts were planned alone."""
    path = folder / DECISION_FILE
    if not path.is_file():
        return []
    with (folder / FIGURES_FILE).open(encoding="utf-8", newline="") as file:
        rows = {row["figure"]: row for row in csv.DictReader(file)}
    found = [
        Figure(title, kind, _number(rows[name]["after"]), _number(rows[name]["before"]), better)
        for title, kind, name, better in _DECISION if name in rows
    ]  # fmt: skip
    gap = json.loads(path.read_text("utf-8")).get("result", {}).get("gap")
    return [*found, Figure(mark("Gap of the whole"), GAP, gap, None, LOWER)]


def _number(text: str) -> float | None:
    return float(text) if text else None


def _of_mix(record: dict[str, Any], folder: Path) -> Figures:
    found = [
        Figure(COST, MONEY, record.get("cost"), record.get("cost_before"), LOWER),
        Figure(SATISFACTION, SHARE, record.get("csat"), record.get("csat_before"), HIGHER),
        Figure(mark("Saving"), MONEY, record.get("saving"), None, HIGHER),
        *(Figure(str(tier["name"]), SHARE, tier.get("csat"), None, HIGHER) for tier in record.get("tiers", ())),
        Figure(GAP_TITLE, GAP, record.get("result", {}).get("gap"), None, LOWER),
    ]
    return Figures(
        str(record.get("result", {}).get("status", "")), str(record.get("currency", "")), _known(found), (), (),
        tuple(record.get("notes", ())),
    )  # fmt: skip


def _of_invest(record: dict[str, Any], folder: Path) -> Figures:
    figures = record.get("figures", {})
    found = [Figure(title, kind, figures.get(name), None, better) for title, kind, name, better in _INVEST]
    with (folder / "portfolio.csv").open(encoding="utf-8", newline="") as file:
        chosen = sum(row["decision"] == "chosen" for row in csv.DictReader(file))
    found.append(Figure(mark("Initiatives"), NUMBER, float(chosen), None, NEITHER))
    found.append(Figure(GAP_TITLE, GAP, record.get("result", {}).get("gap"), None, LOWER))
    return Figures(
        str(record.get("result", {}).get("status", "")), str(record.get("currency", "")), _known(found), (), (),
        tuple(record.get("notes", ())),
    )  # fmt: skip


def _of_roster(record: dict[str, Any], folder: Path) -> Figures:
    result = record.get("result", {})
    found = [
        Figure(mark("Cost of the rules"), NUMBER, result.get("cost"), None, LOWER),
        Figure(mark("Pay"), MONEY, record.get("money", {}).get("pay"), None, LOWER),
        Figure(mark("Uncovered hours"), NUMBER, record.get("uncovered_hours"), None, LOWER),
        Figure(mark("Refused requests"), NUMBER, record.get("refused_requests"), None, LOWER),
        Figure(mark("Shifts"), NUMBER, record.get("shifts"), None, NEITHER),
        Figure(GAP_TITLE, GAP, result.get("gap"), None, LOWER),
    ]
    return Figures(
        str(result.get("status", "")), str(record.get("currency", "")), _known(found),
        tuple(record.get("conflicts", ())), (), tuple(record.get("notes", ())),
    )  # fmt: skip


def _known(figures: list[Figure]) -> tuple[Figure, ...]:
    return tuple(one for one in figures if one.value is not None)


def written(figure: Figure, value: float | None, currency: str, speak: Language) -> str:
    """Write a value of a figure's kind."""
    if figure.kind == SHARE:
        return speak.share(value)
    if figure.kind == GAP:
        return speak.gap(value)
    if figure.kind in (MONEY, UNIT_MONEY):
        return speak.money(value, currency, 2 if figure.kind == UNIT_MONEY else 0)
    if figure.kind == SECONDS:
        return speak("{number} s", number=speak.number(value, 1))
    if figure.kind == MONTHS:
        return speak("{number} months", number=speak.number(value, 1))
    small = value is not None and abs(value) < 100
    return speak.number(value, 1 if small and value != int(value or 0) else 0)


def change_words(figure: Figure, value: float | None, before: float | None, currency: str, speak: Language) -> str:
    """Write the difference of two values, with its sign."""
    if value is None or before is None:
        return speak.number(None)
    change = value - before
    is_points = figure.kind in (SHARE, GAP)
    size = speak.number(abs(100 * change), 2) if is_points else written(figure, abs(change), currency, speak)
    # what is rounded away is no change, in either direction
    sign = "±" if not re.search("[1-9]", size) else "+" if change > 0 else "−"
    return speak("{number} points", number=f"{sign}{size}") if is_points else f"{sign}{size}"


def tone(figure: Figure, value: float | None, before: float | None, words: str) -> str:
    """Say whether a change is good or bad, as a class of the style sheet; what is rounded away is neither."""
    return "" if words.startswith("±") else TONES[verdict(figure, value, before)]


def verdict(figure: Figure, value: float | None, before: float | None) -> int:
    """1 where a value is better than another, -1 where it is worse, 0 where it is neither."""
    if value is None or before is None or figure.better == NEITHER:
        return 0
    change = value - before
    if abs(change) <= 1e-9 * max(abs(value), abs(before), 1e-9):
        return 0
    return figure.better if change > 0 else -figure.better
