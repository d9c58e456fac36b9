"""Figures of a run, read from the files that it wrote."""

import json

from optimizer.report.language import language
from optimizer.web.figures import read_figures, written

PLAN = {"summary": {"cost": 1800.0, "status": "optimal", "gap": 0.0}, "about": {"currency": "EUR"}}
FIGURES = (
    "figure,unit,before,after,naive\nservice cost a year,money,919800.0,772240.0,759100.0\n"
    "satisfaction,share,0.8,0.81,\nnpv,money,,325139.0,359002.0\n"
)


def test_a_decision_as_a_whole_comes_before_the_week_that_it_leaves(tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps(PLAN))
    alone = read_figures(tmp_path)
    assert [one.title for one in alone.figures] == ["Cost", "Gap"]
    (tmp_path / "decision.json").write_text(json.dumps({"result": {"gap": 0.021}}))
    (tmp_path / "decision.csv").write_text(FIGURES)
    found = read_figures(tmp_path)
    assert [one.title for one in found.figures] == [
        "Service cost a year", "Satisfaction", "Net present value", "Gap of the whole", "Cost", "Gap",
    ]  # fmt: skip
    cost, satisfaction, value, gap = found.figures[:4]
    assert (cost.before, cost.value) == (919800.0, 772240.0)
    assert (satisfaction.before, value.before) == (0.8, None)
    assert written(gap, gap.value, "EUR", language("en")) == "2.10 %"


def test_a_folder_without_a_plan_has_no_figures(tmp_path):
    assert read_figures(tmp_path) is None
