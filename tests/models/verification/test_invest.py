"""A portfolio of initiatives: each check finds the fault that is planted for it."""

import csv
import io
import json
import shutil

import pytest

from models.investment.files import write_portfolio
from models.investment.reading import read_investment
from models.verification import verify_plan

FILES = {
    "invest.yaml": "name: shop\nhorizon: {first_year: 2026, years: 3, periods_per_year: 4}\ndiscount_rate: 0.07\n"
    "budgets: {2026: 70000, 2027: 60000}\nbudget_covers: all\ntax: {rate: 0.2, depreciation_years: 2}\n"
    "people: {cost_per_hour: 35, attrition_per_year: 0.1, replacement_cost: 5000}\n"
    "csat: {today: 0.8, floor: 0.79, value_per_point: 500}\n"
    "risk: {samples: 100}\n",
    "initiatives.csv": "initiative,level,start_from,one_off_cost,running_cost_per_year,build_periods\n"
    "base,,2026,50000,4000,1\nbot,small,2027-Q1,30000,1000,1\nbot,large,2027,900000,9000,2\ncoach,,2028,5000,200,0\n",
    "costs.csv": "initiative,level,after_periods,cost,kind\n"
    "base,,2,6000,\ncoach,,4,700,one_off\nbase,,5,3000,running\n",
    "effects.csv": "initiative,level,on,likely\nbase,,handle_time,-0.2\nbot,small,contacts,-0.15\n"
    "bot,large,contacts,-0.25\ncoach,,fcr,0.3\ncoach,,csat,0.01\n",
    "work.csv": "contact_type,channel,contacts_per_year,aht_s,repeat_share,growth_per_year\n"
    "orders,phone,60000,300,0.2,0.02\nfaults,phone,20000,600,0.25,0\n",
    "spends.csv": "initiative,on,spend_per_year,effect\nguides,contacts,4000,-0.04\nguides,contacts,30000,-0.05\n",
}


def decided(place, **changed):
    """Write a case, decide it, and return the folder of the answer."""
    from optimizer.invest.answer import invest

    (place / "case").mkdir()
    for name, text in (FILES | {key.replace("_", "."): text for key, text in changed.items()}).items():
        (place / "case" / name).write_text(text)
    case = read_investment(place / "case")
    portfolio = invest(case, again=False)
    assert portfolio.result.status in ("optimal", "feasible")
    write_portfolio(place / "out", portfolio)
    return place / "out"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The answer of a case with everything in it; nobody changes it."""
    return decided(tmp_path_factory.mktemp("invest"))


@pytest.fixture
def folder(written, tmp_path):
    """A copy of it."""
    return shutil.copytree(written, tmp_path / "out")


def cell(folder, name, line, column, change):
    path = folder / name
    rows = list(csv.reader(io.StringIO(path.read_text())))
    place = rows[0].index(column)
    rows[line - 1][place] = str(change(rows[line - 1][place]))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue())


def more(amount):
    return lambda text: float(text or 0) + amount


def record(folder, change):
    path = folder / "invest.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def found(folder):
    return {(one.check, one.file, one.row, one.column) for one in verify_plan(folder).findings}


def test_nothing_is_found_in_an_answer(written):
    content = json.loads((written / "invest.json").read_text())
    assert {one["initiative"] for one in content["chosen"]} >= {"base", "bot", "coach"}
    assert content["due_later"] == {"coach": 700.0}
    verified = verify_plan(written)
    assert verified.passed, [str(one) for one in verified.findings]
    assert {"cash flow", "outlays", "returns", "budget", "savings", "people", "investment proof"} <= set(
        verified.compared
    )


def test_the_least_outlay_is_judged_by_its_target(tmp_path):
    goal = FILES["invest.yaml"] + "goal: least_cost\ntarget_saving_per_year: 40000\n"
    folder = decided(tmp_path, invest_yaml=goal)
    assert verify_plan(folder).passed, [str(one) for one in verify_plan(folder).findings]
    record(folder, lambda content: content["settings"].update(target_saving_per_year=1e6))
    assert found(folder) == {("investment proof", "cash_flow.csv", 5, "saving")}


@pytest.mark.parametrize(
    "name, line, column, place",
    [
        ("cash_flow.csv", 3, "net", ("cash flow", 3, "net")),
        ("cash_flow.csv", 4, "benefit", ("cash flow", 4, "benefit")),
        ("cash_flow.csv", 4, "tax", ("tax", 4, "tax")),
        ("cash_flow.csv", 4, "running_cost", ("outlays", 4, "running_cost")),
        ("cash_flow.csv", 3, "one_off_cost", ("outlays", 3, "one_off_cost")),
        ("cash_flow.csv", 3, "saving", ("savings", 2, "saving")),
        ("budget.csv", 3, "carried_in", ("budget", 3, "carried_in")),
        ("budget.csv", 2, "spent", ("budget", 2, "spent")),
        ("budget.csv", 3, "left", ("budget", 3, "left")),
        ("budget.csv", 2, "paid_out", ("budget", 2, "paid_out")),
        ("budget.csv", 2, "budget", ("budget", 2, "budget")),
        ("savings.csv", 3, "cashable", ("savings", 3, "cashable")),
        ("savings.csv", 3, "satisfaction_value", ("savings", 3, "satisfaction_value")),
        ("cash_flow.csv", 4, "satisfaction_value", ("savings", 3, "satisfaction_value")),
        ("headcount.csv", 5, "heads", ("people", 5, "heads")),
        ("headcount.csv", 5, "heads_needed", ("people", 5, "heads_needed")),
        ("savings.csv", 3, "of_people", ("savings", 3, "of_people")),
        ("savings.csv", 3, "of_money", ("savings", 3, "saving")),
        ("headcount.csv", 5, "attrition_per_year", ("savings", 2, "of_leavers")),
        ("headcount.csv", 5, "csat", ("people", 5, "csat")),
        ("service.csv", 6, "paid_hours", ("people", 6, "heads_needed")),
        ("service.csv", 6, "people_cost_today", ("savings", 3, "of_people")),
        ("service.csv", 6, "prices", ("savings", 3, "of_prices")),
        ("spends.csv", 3, "amount", ("outlays", 4, "running_cost")),
    ],
)
def test_an_amount_that_is_off_by_one(folder, name, line, column, place):
    cell(folder, name, line, column, more(1))
    assert any((one[0], one[2], one[3]) == place for one in found(folder)), found(folder)


@pytest.mark.parametrize(
    "name", ["npv", "irr", "benefit_over_cost", "net_roi", "payback_months", "npv_cashable", "outlay"]
)
def test_a_figure_of_the_record_that_is_wrong(folder, name):
    record(folder, lambda content: content["figures"].update({name: content["figures"][name] * 1.001}))
    assert {one[1:] for one in found(folder)} == {("invest.json", None, f"figures.{name}")}


def test_running_costs_that_change(folder):
    steps = {(step["period"], step["per_year"]) for step in json.loads((folder / "invest.json").read_text())["running"]}
    assert {amount for _, amount in steps} > {4000.0, 3000.0}
    record(folder, lambda content: content["running"][1].update(per_year=content["running"][1]["per_year"] + 400))
    assert {(one[0], one[3]) for one in found(folder)} == {("outlays", "running_cost")}


def test_a_year_with_another_date(folder):
    cell(folder, "cash_flow.csv", 4, "date", lambda text: "2027-01-01")
    assert ("cash flow", "cash_flow.csv", 4, "date") in found(folder)


def test_a_budget_that_is_not_kept(folder):
    record(folder, lambda content: content["settings"]["budgets"].update({"2026": 20000.0}))
    assert ("budget", "budget.csv", 2, "spent") in found(folder)


def test_money_that_may_not_be_carried_over(folder):
    record(folder, lambda content: content["settings"].update(carry_over=False))
    assert ("budget", "budget.csv", 3, "carried_in") in found(folder)


def test_a_price_a_start_and_a_second_size(folder):
    lines = {row["initiative"]: k for k, row in enumerate(csv.DictReader((folder / "portfolio.csv").open()), 2)
             if row["decision"] == "chosen"}  # fmt: skip
    cell(folder, "portfolio.csv", lines["base"], "one_off_cost", more(500))
    cell(folder, "portfolio.csv", lines["bot"], "start", lambda text: "2028-Q4")
    cell(folder, "portfolio.csv", lines["coach"], "initiative", lambda text: "base")
    places = found(folder)
    assert ("outlays", "portfolio.csv", lines["bot"], "works_from") in places
    assert any(one[:2] == ("outlays", "portfolio.csv") and one[3] == "one_off_cost" for one in places)
    assert any(one[0] == "outlays" and one[3] == "initiative" for one in places)


def test_satisfaction_below_its_floor(folder):
    cell(folder, "headcount.csv", 4, "csat", lambda text: 0.7)
    worth = ("savings", "savings.csv", 2, "satisfaction_value")
    assert found(folder) == {("people", "headcount.csv", 4, "csat"), worth}


@pytest.mark.parametrize("change", [{"bound": 0.0}, {"gap": 0.2}, {"objective": 1.0}])
def test_a_proof_that_does_not_fit(folder, change):
    record(folder, lambda content: content["result"].update(change))
    assert {one[0] for one in found(folder)} == {"investment proof"}


def test_a_joint_answer(folder):
    record_of = json.loads((folder / "invest.json").read_text())
    (folder / "invest.json").unlink()
    (folder / "joint.json").write_text(
        json.dumps({key: record_of[key] for key in ("discount_rate", "result", "figures")})
    )
    assert verify_plan(folder).passed
    cell(folder, "cash_flow.csv", 3, "saving", more(5))
    assert ("returns", "joint.json", None, "figures.npv") in found(folder)
