"""servopt cost and servopt roi: what comes back from a plan's written files, to the cent."""

import json
import shutil

import pandas as pd
import pytest
from click.testing import CliRunner

from models.examples import copy_example
from models.plan_costs import ledger_of
from models.planfiles import read_schedule
from models.scenario import read_scenario
from optimizer.cli import main
from optimizer.cli.pricing import price_plan


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)], terminal_width=140)


def answer(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """The small example without its baseline, its plan, and a dearer one (everybody twice on Monday)."""
    place = tmp_path_factory.mktemp("planned")
    copy_example("small", place / "small")
    (place / "small" / "baseline.csv").unlink()
    result = run("plan", place / "small", "--out", place / "plan", "--time-limit", 2, "--gap", 0.02, "--quiet")
    assert result.exit_code == 0, result.output
    shutil.copytree(place / "plan", place / "dear")
    schedule = pd.read_csv(place / "dear" / "schedule.csv", dtype=str, keep_default_na=False)
    monday = schedule["date"] == "2024-06-03"
    schedule.loc[monday, "count"] = (schedule.loc[monday, "count"].astype(int) * 2).astype(str)
    schedule.to_csv(place / "dear" / "schedule.csv", index=False)
    return place


@pytest.fixture
def place(planned, tmp_path):
    """A copy that a test may change."""
    shutil.copytree(planned, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_cost_is_that_of_plan_json_to_the_cent(planned):
    got = answer("cost", planned / "small", "--plan", planned / "plan")
    summary = json.loads((planned / "plan" / "plan.json").read_text())["summary"]
    figures = {row["figure"]: row["plan"] for row in got["figures"]}
    assert figures["cost"] == pytest.approx(summary["cost"], abs=0.005)
    for name in ("contacts", "rostered_hours", "paid_hours", "full_time_equivalents", "mean_wait_s"):
        assert figures[name] == pytest.approx(summary[name]), name
    assert figures["service_level"] == pytest.approx(100 * summary["service_level"])
    assert figures["cost_per_resolution"] == pytest.approx(summary["cost_per_resolved"])
    assert figures["cost_per_contact"] == pytest.approx(summary["cost_per_contact"])
    tree = {(row["group"], row["item"]): row["plan"] for row in got["tree"]}
    assert tree["total", ""] == round(summary["cost"], 2)
    assert sum(amount for (_, item), amount in tree.items() if item) == pytest.approx(tree["total", ""], abs=1e-9)
    assert not any("are changed" in note or "written shifts cost" in note for note in got["notes"])
    assert any("no baseline" in note for note in got["notes"])


def test_cost_per_contact_has_one_definition(planned):
    got = answer("cost", planned / "small", "--plan", planned / "plan")
    figures = {row["figure"]: row["plan"] for row in got["figures"]}
    for name in ("cost_per_contact", "cost_per_resolution"):
        assert got["tree"][0][name] == pytest.approx(figures[name], rel=1e-14)
        items = sum(row[name] for row in got["tree"] if row["item"])
        assert items == pytest.approx(figures[name], rel=1e-12)


def test_ledger_lines_add_up_to_the_cent(planned):
    costs = price_plan(read_scenario(planned / "small"), planned / "plan")
    ledger, mapping = ledger_of(costs.report)
    cents = (ledger["amount"] * 100).round().astype(int)
    assert cents.sum() == round(costs.cost * 100)
    assert set(ledger["account"].str.partition(":")[0] + ":*") <= set(mapping["account"])
    components = costs.pools[["base", "premium", "shrinkage", "overhead"]].sum().sum()
    assert components == pytest.approx(costs.cost)


def test_the_margin_lies_below_the_average_and_the_pools_between(planned):
    got = answer("cost", planned / "small", "--plan", planned / "plan")
    figures = {row["figure"]: row["plan"] for row in got["figures"]}
    by_pool = [row["marginal_cost_per_contact"] for row in got["pools"]]
    assert 0 < min(by_pool) <= figures["marginal_cost_per_contact"] <= max(by_pool)
    assert figures["marginal_cost_per_contact"] != figures["cost_per_contact"]


def test_waiting_is_a_shadow_and_never_in_the_total(planned):
    plain = answer("cost", planned / "small", "--plan", planned / "plan")
    got = answer("cost", planned / "small", "--plan", planned / "plan", "--waiting-value", 10)
    assert got["tree"] == plain["tree"]
    hours = {row["figure"]: row["plan"] for row in got["figures"]}["waiting_hours"]
    assert got["shadow_cost"]["customers_waiting"] == pytest.approx(10 * hours, abs=0.005)


def test_prices_that_were_changed_since_are_said(place):
    settings = place / "small" / "scenario.yaml"
    settings.write_text(settings.read_text().replace("wage_per_hour: 20.00", "wage_per_hour: 22.00"))
    got = answer("cost", place / "small", "--plan", place / "plan")
    assert sum("prices of the scenario were changed since" in note for note in got["notes"]) == 2


def test_beside_another_plan(planned):
    got = answer("cost", planned / "small", "--plan", planned / "plan", "--baseline", planned / "dear")
    rows = {row["figure"]: row for row in got["figures"]}
    schedule = read_schedule(planned / "plan" / "schedule.csv")
    monday = schedule[schedule["date"] == "2024-06-03"]
    extra = (monday["count"] * monday["cost_each"]).sum()
    assert rows["cost"]["change"] == pytest.approx(-extra, abs=0.01)
    tree = {(row["group"], row["item"]): row for row in got["tree"]}
    assert tree["total", ""]["change"] == pytest.approx(-extra, abs=0.01)
    assert next(iter(tree)) == ("total", "")
    assert any("service the same, cost down" in note for note in got["notes"])


def test_another_schedule_is_priced_and_its_service_is_not_guessed(planned, tmp_path):
    dear = planned / "dear" / "schedule.csv"
    got = answer("cost", planned / "small", "--plan", planned / "plan", "--schedule", dear)
    full = answer("cost", planned / "small", "--plan", planned / "dear")
    figures, expected = ({row["figure"]: row["plan"] for row in one["figures"]} for one in (got, full))
    assert figures["cost"] == pytest.approx(expected["cost"])
    assert "service_level" not in figures and "marginal_cost_per_contact" not in figures
    assert any("service is not known" in note for note in got["notes"])
    (tmp_path / "wrong.csv").write_text("pool,date\n")
    result = run("cost", planned / "small", "--plan", planned / "plan", "--schedule", tmp_path / "wrong.csv")
    assert result.exit_code == 3 and "is no schedule" in result.output


def test_cost_csv_and_excel(planned, tmp_path):
    for name in ("cost.csv", "cost.xlsx"):
        result = run("cost", planned / "small", "--plan", planned / "plan", "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
    table = pd.read_csv(tmp_path / "cost.csv")
    assert table["plan"].iloc[0] == pytest.approx(table.loc[table["item"].notna(), "plan"].sum())
    assert (tmp_path / "cost_figures.csv").exists() and (tmp_path / "cost.xlsx").exists()


def test_return_against_another_plan(planned):
    options = [
        "--plan",
        planned / "plan",
        "--baseline",
        planned / "dear",
        "--outlay",
        5000,
        "--rate",
        0.1,
        "--years",
        2,
    ]
    got = answer("roi", planned / "small", *options)
    rows = {row["figure"]: row for row in got["before_and_after"]}
    total = got["savings_a_year"][-1]
    assert total["saving"] == pytest.approx(-rows["cost"]["change"] * 365 / 7)
    assert total["cashable"] + total["freed"] == pytest.approx(total["saving"])
    assert got["flows"][1]["benefit"] == pytest.approx(total["cashable"])  # freed capacity is no cash
    assert got["return"]["npv"] == pytest.approx(total["cashable"] * (1 / 1.1 + 1 / 1.21) - 5000)
    nobody = answer("roi", planned / "small", *options, "--heads-leave", 0)
    assert nobody["savings_a_year"][-1]["cashable_heads"] == 0
    assert nobody["savings_a_year"][-1]["saving"] == pytest.approx(total["saving"])
    assert run("roi", planned / "small", *options, "--heads-leave", 99).exit_code == 2


def test_a_plan_against_itself_returns_nothing(planned):
    got = answer("roi", planned / "small", "--plan", planned / "plan", "--baseline", planned / "plan")
    assert got["return"]["npv"] == 0
    assert got["return"]["benefit_over_cost"] is None


def test_baseline_csv(place):
    table = place / "small" / "baseline.csv"
    table.write_text("pool,hours_per_week,cost_per_hour\ndesk,400,22\nchat,200,22\n")
    got = answer("roi", place / "small", "--plan", place / "plan")
    rows = {row["figure"]: row for row in got["before_and_after"]}
    assert rows["cost"]["baseline"] == pytest.approx(600 * 22)
    assert rows["full_time_equivalents"]["baseline"] == pytest.approx(15)
    assert rows["service_level"]["baseline"] is None
    for row in got["savings_a_year"]:  # a head is 40 h a week at today's 22
        assert row["cashable_heads"] == pytest.approx(row["heads_leave"] * 40 * 22 * 365 / 7, abs=0.011)
        assert round(row["cashable_heads"] + row["cheaper_hours"] + row["freed"], 2) == row["saving"]
    assert not any("the plan against the baseline" in note for note in got["notes"])
    table.write_text("pool,hours_per_week,cost_per_hour,service_level\ndesk,400,22,0.7\nchat,200,22,0.9\n")
    got = answer("cost", place / "small", "--plan", place / "plan")
    level = {row["figure"]: row for row in got["figures"]}["service_level"]["baseline"]
    assert 70 < level < 90
    assert any("the plan against the baseline" in note for note in got["notes"])


def test_the_baseline_service_has_the_weights_of_the_plan_and_no_email(place):
    """Where the baseline states what the plan does by pool, the change is nothing."""
    coverage = pd.read_csv(place / "plan" / "coverage.csv")
    live = coverage[coverage["service_level"].notna() & (coverage["contacts"] > 0)]
    in_time = (live["service_level"] * live["contacts"]).groupby(live["pool"]).sum()
    level = in_time / live.groupby("pool")["contacts"].sum()
    rows = "".join(f"{pool},300,22,{float(level[pool])!r}\n" for pool in ("desk", "chat"))
    (place / "small" / "baseline.csv").write_text("pool,hours_per_week,cost_per_hour,service_level\n" + rows)
    for command in ("cost", "roi"):
        got = answer(command, place / "small", "--plan", place / "plan")
        figures = got["figures" if command == "cost" else "before_and_after"]
        row = {row["figure"]: row for row in figures}["service_level"]
        assert row["change"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("desk,400,22\n", "has no row"),
        ("desk,400,22\nchat,1,1\nsales,3,4\n", "baseline.csv:4:pool: 'sales': is no pool"),
        ("desk,400,22\nchat,-1,1\n", "baseline.csv:3:hours_per_week"),
        ("desk,400,22\nchat,5,0\n", "baseline.csv:3:cost_per_hour"),
        ("desk,400,22\ndesk,400,22\nchat,1,1\n", "baseline.csv:3:pool"),
    ],
)
def test_baseline_csv_says_what_is_wrong(place, text, words):
    (place / "small" / "baseline.csv").write_text("pool,hours_per_week,cost_per_hour\n" + text)
    result = run("cost", place / "small", "--plan", place / "plan")
    assert result.exit_code == 3
    assert words in result.output


def test_no_baseline_is_a_fault_of_roi_that_says_what_to_do(planned):
    result = run("roi", planned / "small", "--plan", planned / "plan")
    assert result.exit_code == 3
    assert "--baseline" in result.output and "baseline.csv" in result.output


def test_a_plan_of_another_scenario_is_refused(place):
    settings = place / "small" / "scenario.yaml"
    settings.write_text(settings.read_text().replace("currency: EUR", "currency: USD").replace("days: 7", "days: 6"))
    result = run("cost", place / "small", "--plan", place / "plan")
    assert result.exit_code == 3
    assert "plan.json:currency: 'EUR': the scenario has USD" in result.output
    assert "plan.json:days: '7': the scenario has 6" in result.output


def test_a_damaged_schedule_is_a_fault(place):
    schedule = place / "plan" / "schedule.csv"
    lines = schedule.read_text().splitlines()
    cells = lines[1].split(",")
    cells[5] = "7"  # paid minutes that its times do not hold
    schedule.write_text("\n".join([lines[0], ",".join(cells), *lines[2:]]) + "\n")
    result = run("cost", place / "small", "--plan", place / "plan")
    assert result.exit_code == 3 and "paid_min" in result.output


def test_without_forecast_csv_the_coverage_counts(place):
    (place / "plan" / "forecast.csv").unlink()
    got = answer("cost", place / "small", "--plan", place / "plan")
    figures = {row["figure"]: row["plan"] for row in got["figures"]}
    assert "cost_per_resolution" not in figures
    assert any("without deferrable" in note for note in got["notes"])


def test_help_and_wrong_use(planned):
    for name in ("cost", "roi"):
        assert run(name, planned / "small").exit_code == 2
        assert "--baseline" in run(name, "--help").output


def test_service_beyond_the_promise_is_said_apart(place):
    table = place / "small" / "baseline.csv"
    table.write_text("pool,hours_per_week,cost_per_hour,service_level\ndesk,400,22,0.9\nchat,200,22,0.9\n")
    notes = answer("cost", place / "small", "--plan", place / "plan")["notes"]
    assert any("worse than all four (service -" in note for note in notes)
    assert any("promised 80.0% only: service the same, cost down" in note for note in notes)


def test_a_plan_that_leaves_intervals_short_is_said_to_cost_too_little(place):
    path = place / "plan" / "plan.json"
    content = json.loads(path.read_text())
    content["uncovered"] = [{"start": "2024-06-03T09:00:00+02:00", "pool": "desk", "missing": 1.0}]
    path.write_text(json.dumps(content))
    notes = answer("cost", place / "small", "--plan", place / "plan")["notes"]
    assert any("leaves 1 intervals short of people" in note for note in notes)
