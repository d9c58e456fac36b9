"""R&D project selection over ten periods, each with its budget (Petersen, Management Science 13(9), 1967)."""

import csv
import os
from pathlib import Path

import pytest

from models.investment.reading import read_investment
from models.investment.risk import scenario_sizes
from optimizer.invest.model import InvestModel
from optimizer.invest.search import search

BENCH = Path(os.environ.get("SERVOPT_BENCH", Path(__file__).resolve().parents[4] / "shared" / "bench"))
FOLDER = BENCH / "project_selection"
OPTIMA = {"petersen1": 3800, "petersen2": 8706.1, "petersen3": 4015, "petersen4": 6120}


def write_case(source, folder):
    """The same tables as any other case: a project's value is net, so what it earns is its value and its costs."""
    rows = list(csv.DictReader(source.open()))
    periods = [name for name in rows[0] if name.startswith("cost_")]
    budget = next(row for row in rows if row["project"] == "budget")
    projects = [row for row in rows if row is not budget]
    years = len(periods)
    budgets = ", ".join(f"{2001 + y}: {budget[name]}" for y, name in enumerate(periods))
    (folder / "invest.yaml").write_text(
        f"name: {source.stem}\nhorizon: {{first_year: 2001, years: {years}, periods_per_year: 1}}\ndiscount_rate: 0\n"
        f"budgets: {{{budgets}}}\nbudget_covers: all\ncarry_over: false\n"
    )
    tables = {
        "initiatives.csv": ["initiative,start_to", *(f"{p['project']},2001" for p in projects)],
        "costs.csv": ["initiative,after_periods,cost",
                      *(f"{p['project']},{y},{p[name]}" for p in projects for y, name in enumerate(periods))],
        "effects.csv": ["initiative,on,likely",
                        *(f"{p['project']},revenue,{(float(p['value']) + sum(float(p[n]) for n in periods)) / years!r}"
                          for p in projects)],
    }  # fmt: skip
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("name", OPTIMA)
def test_published_optimum(tmp_path, name):
    source = FOLDER / f"{name}.csv"
    if not source.exists():
        pytest.skip(f"{source} is not there; SERVOPT_BENCH names the folder of the benchmarks")
    write_case(source, tmp_path)
    case = read_investment(tmp_path)
    found = search(InvestModel(case, scenario_sizes(case)))
    assert found.status == "optimal"
    assert found.value == pytest.approx(OPTIMA[name], abs=1e-6)
