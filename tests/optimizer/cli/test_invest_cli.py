"""servopt invest and servopt rank from the command line; every figure again from the written files."""

import json
import shutil

import numpy as np
import pandas as pd
import pulp
import pytest
from click.testing import CliRunner

from models.investment.case import Choice, Start
from models.investment.periods import read_period
from models.investment.pricing import cash_flow, serve
from models.investment.reading import read_investment
from models.investment.risk import quantiles
from optimizer.cli import main

FILES = {
    "invest.yaml": "name: shop\nhorizon: {first_year: 2026, years: 3, periods_per_year: 4}\ndiscount_rate: 0.07\n"
    "budgets: {2026: 120000, 2027: 60000}\ntax: {rate: 0.2, depreciation_years: 2}\n"
    "people: {cost_per_hour: 35, attrition_per_year: 0.4, replacement_cost: 5000}\n"
    "csat: {today: 0.8, value_per_point: 20000}\nrisk: {samples: 400}\n",
    "initiatives.csv": "initiative,level,start_to,one_off_cost,running_cost_per_year,build_periods,ramp_periods\n"
    "base,,2027,60000,4000,1,2\nbot,small,2027,50000,0,1,0\nbot,large,2027,110000,9000,2,1\ncoach,,2027,5000,20000,0,1\n",
    "effects.csv": "initiative,level,on,contact_type,channel,low,likely,high\nbase,,handle_time,,,-0.15,-0.1,-0.05\n"
    "bot,small,contacts,orders,,-0.1,-0.08,-0.05\nbot,large,contacts,orders,,-0.25,-0.18,-0.1\n"
    "coach,,fcr,,,0.05,0.1,0.15\ncoach,,attrition,,,-0.2,-0.1,0\ncoach,,csat,,,0,0.01,0.02\n",
    "work.csv": "contact_type,channel,contacts_per_year,aht_s,repeat_share,growth_per_year\n"
    "orders,phone,60000,300,0.2,0.02\nfaults,phone,20000,600,0.25,0\n",
    "relations.csv": "kind,a,b,value\noverlap,base,coach,0.2\n",
    "spends.csv": "initiative,on,spend_per_year,effect\nguides,contacts,10000,-0.02\nguides,contacts,30000,-0.03\n",
}


@pytest.fixture
def folder(tmp_path):
    def write(**changed):
        place = tmp_path / "case"
        place.mkdir(exist_ok=True)
        for name, text in (FILES | {key.replace("_", "."): text for key, text in changed.items()}).items():
            (place / name).write_text(text)
        return place

    return write


def run(*arguments):
    return CliRunner().invoke(main, [str(word) for word in arguments], terminal_width=120)


def read_choice(out, case):
    """The decisions, from portfolio.csv and spends.csv."""
    rows = pd.read_csv(out / "portfolio.csv", dtype=str, keep_default_na=False).query("decision == 'chosen'")
    places = {(option.initiative, option.level): o for o, option in enumerate(case.options)}
    starts = [
        Start(places[row["initiative"], row["level"]], read_period(row["start"], case.horizon))
        for _, row in rows.iterrows()
        if row["start"]
    ]
    amounts = pd.read_csv(out / "spends.csv").pivot(index="initiative", columns="calendar_year", values="amount")
    spends = amounts.loc[[spend.name for spend in case.spends]].to_numpy()
    return Choice(tuple(sorted(starts, key=lambda start: start.option)), spends)


def test_every_figure_of_the_answer_comes_again_from_its_files(folder, tmp_path):
    case_folder, out = folder(), tmp_path / "out"
    result = run("invest", case_folder, "--out", out, "--explain")
    assert result.exit_code == 0, result.output
    record = json.loads((out / "invest.json").read_text())
    figures = record["figures"]

    # the ROI calculator, from cash_flow.csv
    roi = json.loads(run("calc", "roi", out / "cash_flow.csv", "--rate", "0.07", "--json").stdout)["return"]
    for name in ("npv", "irr", "payback_months", "benefit_over_cost", "net_roi", "benefit", "cost"):
        assert roi[name] == pytest.approx(figures[name], rel=1e-9), name
    assert record["result"]["objective"] == pytest.approx(figures["npv"], abs=0.01)
    assert record["result"]["status"] == "optimal"
    assert record["result"]["gap"] <= 1e-6

    # amounts of money in the files: cents, or as many digits as sums of them need
    worth = pd.read_csv(out / "budget.csv", dtype=str)["worth_of_step"].dropna()
    assert (worth.str.partition(".")[2].str.len() <= 2).all()
    for name in ("cash_flow.csv", "savings.csv"):
        cells = pd.read_csv(out / name, dtype=str).filter(regex="saving|tax|cash|of_|net|benefit").stack()
        assert (cells.str.partition(".")[2].str.len() <= 6).all() and (cells != "-0.0").all()

    # the arithmetic of the case, from portfolio.csv and spends.csv
    case = read_investment(case_folder)
    choice = read_choice(out, case)
    written = pd.read_csv(out / "cash_flow.csv")
    again = cash_flow(case, choice)
    assert written["date"].tolist() == ["2026-01-01", "2026-12-31", "2027-12-31", "2028-12-31"]
    assert np.allclose(written[list(again.columns.drop("date"))], again.drop(columns="date"), atol=1e-6)

    # service, people, savings and budgets agree with one another
    service, then = pd.read_csv(out / "service.csv"), serve(case, choice)
    assert service["hours"].sum() == pytest.approx(then.hours.sum())
    people = pd.read_csv(out / "headcount.csv")
    paid_hours = service.groupby("period")["hours"].sum() / 0.8
    assert people.set_index("period")["heads_needed"].to_dict() == pytest.approx((paid_hours / (1800 / 4)).to_dict())
    assert (people["heads"] - people["surplus"] - people["heads_needed"]).abs().max() < 1e-9
    savings = pd.read_csv(out / "savings.csv")
    assert (savings["cashable"] + savings["capacity"]).tolist() == pytest.approx(savings["saving"].tolist())
    assert savings["saving"].tolist() == pytest.approx(written["saving"].tolist()[1:])
    assert savings["satisfaction_value"].tolist() == pytest.approx(written["satisfaction_value"].tolist()[1:])
    points = 100 * (people["csat"] - 0.8).to_numpy().reshape(3, 4).mean(axis=1)
    assert savings["satisfaction_value"].tolist() == pytest.approx((20000 * points).tolist())
    assert points[-1] > 0 and (written["revenue"] == 0).all()
    lost = 0.8 * ((savings["capacity"] + savings["satisfaction_value"]) / 1.07 ** np.arange(1, 4)).sum()
    assert figures["npv_cashable"] == pytest.approx(figures["npv"] - lost)
    budget = pd.read_csv(out / "budget.csv")
    assert budget["spent"].tolist() == pytest.approx(written["one_off_cost"].tolist()[:3])
    assert (budget["left"] >= -0.01).all()
    assert (budget["budget"] + budget["carried_in"] - budget["spent"] - budget["left"]).abs().max() < 0.01
    table, loss = quantiles(case, choice)
    assert record["loss_share"] == loss
    assert record["quantiles"][0]["P50"] == pytest.approx(table["P50"].iloc[0])

    # the cost calculator, from the ledgers
    totals = [
        json.loads(run("calc", "cost-tree", out / name, "--mapping", out / "ledger_mapping.csv", "--as-of",
                       "2028-12-31", "--json").stdout)["tree"][0]["amount"]
        for name in ("ledger_today.csv", "ledger.csv")
    ]  # fmt: skip
    paid = written["one_off_cost"].sum() + written["running_cost"].sum()
    assert totals[0] - totals[1] == pytest.approx(savings["saving"].sum() - paid, abs=0.1)
    assert totals[0] == pytest.approx(serve(case, Choice.none(case)).cost.sum(), abs=0.1)

    # and what is printed is what is written
    assert f"{figures['npv']:,.0f} EUR" in result.output
    chosen = pd.read_csv(out / "portfolio.csv").query("decision == 'chosen'")
    assert all(name in result.output for name in chosen["initiative"])
    assert f"{figures['benefit_over_cost']:.2f}" in result.output


def test_the_same_case_and_seed_give_the_same_files(folder, tmp_path):
    for out in ("one", "two"):
        assert run("invest", folder(), "--out", tmp_path / out, "--quiet", "--fast").output == ""
    for name in ("portfolio.csv", "cash_flow.csv", "tornado.csv", "headcount.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_budgets_of_the_command_line_replace_those_of_the_file(folder, tmp_path):
    assert run("invest", folder(), "--budget", "2026=0,2027=0", "--out", tmp_path / "out", "--fast").exit_code == 0
    chosen = pd.read_csv(tmp_path / "out" / "portfolio.csv").query("decision == 'chosen' and one_off_cost > 0")
    assert chosen.empty
    result = run("invest", folder(), "--budget-covers", "all", "--out", tmp_path / "all", "--fast")
    assert result.exit_code == 0
    assert "budgets pay running costs, too" in result.output
    budget = pd.read_csv(tmp_path / "all" / "budget.csv").query("budget > 0")
    assert budget["spent"].tolist() == pytest.approx(budget["paid_out"].tolist())
    result = run("invest", folder(), "--budget", "2035=5")
    assert result.exit_code == 3
    assert "'2035': lies outside the horizon 2026 to 2028" in result.output
    assert run("invest", folder(), "--budget", "much").exit_code == 2
    assert "without thousands marks" in " ".join(run("invest", folder(), "--budget", "2026=400,000").output.split())
    assert "stands there twice" in run("invest", folder(), "--budget", "2026=1", "--budget", "2026=2").output


def test_mandatory_ones_beyond_the_budget_are_explained(folder, tmp_path):
    rows = "initiative,one_off_cost,mandatory,start_to\nbase,150000,yes,2026\nbot,1,no,\ncoach,1,no,\n"
    effects = "initiative,on,likely\nbase,handle_time,-0.1\n"
    result = run("invest", folder(initiatives_csv=rows, effects_csv=effects), "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert "base must be done, at 150,000 EUR or more" in result.output
    assert "the budget up to 2026 is 120,000 EUR" in result.output
    assert "raise the budget: that of 2026 by 30,000 EUR" in result.output
    assert not (tmp_path / "out").exists()


def test_faults_of_the_folder_come_at_once(folder):
    result = run("invest", folder(effects_csv="initiative,on,likely\nbase,handle_time,-1.5\nnone,fcr,0.1\n"))
    assert result.exit_code == 3
    assert "effects.csv:2:likely: '-1.5'" in result.output
    assert "effects.csv:3:initiative: 'none'" in result.output


def test_joint_needs_a_mix(folder):
    result = run("invest", folder(), "--joint")
    assert result.exit_code == 2
    assert "needs a channel mix" in result.output
    assert run("invest", folder(), "--joint", "--explain").exit_code == 2


def test_what_is_not_decided_with_a_mix_is_a_fault(tmp_path):
    place = tmp_path / "shop"
    shutil.copytree("data/retail", place)
    (place / "spends.csv").write_text("initiative,on,spend_per_year,effect\nguides,contacts,10000,-0.02\n")
    goal = (place / "invest.yaml").read_text() + "goal: least_cost\ntarget_saving_per_year: 1000\n"
    (place / "invest.yaml").write_text(goal)
    result = run("invest", place, "--joint", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "spends.csv:initiative: 'guides': is a spend of any size" in result.output
    assert "invest.yaml:goal: 'least_cost': with the mix only npv is" in result.output


def test_ranks_and_returns_fit_80_columns(tmp_path):
    flows = tmp_path / "flows.csv"
    flows.write_text("year,benefit,cost\n0,0,1371000.55\n1,1140817.68,195000.55\n2,1359146.03,158750.25\n")
    for words in (("rank", "data/retail/measures.csv"), ("calc", "roi", flows, "--rate", "0.08")):
        lines = run(*words).output.splitlines()
        assert max(map(len, lines)) <= 80, lines


def test_ranked_measures_feed_the_same_tables(tmp_path):
    place = tmp_path / "case"
    result = run("rank", "data/finance/measures.csv", "--initiatives", place, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["measures"][0]["rank"] == 1
    (place / "invest.yaml").write_text(
        "horizon: {first_year: 2026, years: 3, periods_per_year: 4}\npeople: {attrition_per_year: 0.3}\n"
    )
    (place / "work.csv").write_text("contact_type,channel,contacts_per_year,aht_s\nall,phone,200000,300\n")
    case = read_investment(place)
    assert len(case.initiatives) == 7
    assert case.options[case.initiatives.index("knowledge base")].build == 2
    out = tmp_path / "out"
    assert run("invest", place, "--out", out, "--fast", "--quiet").exit_code == 0
    assert len(pd.read_csv(out / "portfolio.csv")) == 7


def test_the_frontier_of_budgets(folder, tmp_path):
    out = tmp_path / "frontier.csv"
    result = run("frontier", folder(), "--x", "budget", "--y", "npv", "--points", "4", "--out", out)
    assert result.exit_code == 0, result.output
    points = pd.read_csv(out)
    assert points["budget"].tolist() == pytest.approx([0, 175_000 / 3, 350_000 / 3, 175_000])
    way = np.diff(points["npv"]) / np.diff(points["budget"])  # from each row to the next one
    assert points["npv_per_unit_more"].tolist()[:3] == pytest.approx(way.tolist())
    assert np.isnan(points["npv_per_unit_more"].iloc[3])
    small = (FILES["invest.yaml"]).replace("2026: 120000", "2026: 30000")
    more = run("frontier", folder(invest_yaml=small), "--x", "budget", "--y", "npv", "--points", "2", "--out", out)
    assert "come to 90,000" in more.output
    assert pd.read_csv(out)["budget"].tolist() == [0, 90_000, 175_000]
    assert points["npv"].is_monotonic_increasing
    assert (points["gap"] <= 1e-6).all()
    assert run("frontier", folder(), "--x", "budget", "--y", "csat").exit_code == 2


def test_check_reads_investment_cases(folder):
    result = run("check", folder())
    assert result.exit_code == 0, result.output
    assert "bot (large)" in result.output
    assert "no faults" in result.output
    result = run("check", folder(effects_csv="initiative,on,likely\nbase,fcr,2\n"))
    assert result.exit_code == 3
    assert "effects.csv:2:likely: '2': wins all" in result.output


def test_the_model_is_exported_as_algebra(folder, tmp_path):
    place = folder()
    for name in ("model.lp", "model.mps"):
        result = run("invest", place, "--out", tmp_path / "out", "--fast", "--lp", tmp_path / name, "--quiet")
        assert (result.exit_code, result.output) == (0, "")
    npv = json.loads((tmp_path / "out" / "invest.json").read_text())["figures"]["npv"]
    _, problem = pulp.LpProblem.fromMPS(str(tmp_path / "model.mps"))
    problem.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0))
    assert -1000 * pulp.value(problem.objective) == pytest.approx(npv, rel=1e-5)
    assert "Maximize" in (tmp_path / "model.lp").read_text()
