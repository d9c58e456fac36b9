"""What a plan decides beside shifts: channel mix and initiatives, before and after, and what a naive estimate says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from models.files import csv_text
from models.jsonfile import json_text

DECISION_FILE, FIGURES_FILE, ROUNDS_FILE = "decision.json", "decision.csv", "rounds.csv"
FIGURE_COLUMNS = ("figure", "unit", "before", "after", "naive")
ROUND_COLUMNS = ("round", "seconds", "cost", "tables_cost", "bound", "gap", "kept", "schedules_solved")


@dataclass(frozen=True, eq=False)
class Decision:
    """A decision of mix, initiatives and schedule together.

    Parameters
    ----------
    name, currency : str
    figures : DataFrame
        `FIGURE_COLUMNS`: each figure of a year of service today, in the plan, and as an estimate at today's average
        cost of an hour would have it; of the initiatives only the plan's. NaN where there is none.
    rounds : DataFrame
        `ROUND_COLUMNS`: what each round of the loop found; cost and bound in the objective's unit.
    result : mapping
        objective (words), cost, bound, gap, tables_cost, tolerance, ended, seconds, proved (words).
    periods : DataFrame
        period from which each mix holds, cost_per_year, tables_people_per_week, people_per_week.
    starts : DataFrame
        initiative, level, start, works_from, one_off_cost, running_cost_per_year.
    notes : tuple of str
    """

    name: str
    currency: str
    figures: pd.DataFrame
    rounds: pd.DataFrame
    result: Mapping[str, Any]
    periods: pd.DataFrame
    starts: pd.DataFrame
    notes: tuple[str, ...] = field(default=())

    def figure(self, name: str, column: str = "after") -> float:
        """Return a figure by its name."""
        return float(self.figures.set_index("figure")[column][name])


def decision_files(decision: Decision) -> dict[str, str]:
    """Write a decision as text: decision.json, decision.csv (figures), rounds.csv."""
    record = {
        "name": decision.name,
        "currency": decision.currency,
        "result": dict(decision.result),
        "periods": decision.periods.to_dict(orient="records"),
        "starts": decision.starts.to_dict(orient="records"),
        "notes": list(decision.notes),
    }
    return {
        DECISION_FILE: json_text(record),
        FIGURES_FILE: csv_text(decision.figures),
        ROUNDS_FILE: csv_text(decision.rounds),
    }


def read_figures(text: str) -> pd.DataFrame:
    """Read decision.csv."""
    import io

    return pd.read_csv(io.StringIO(text))
