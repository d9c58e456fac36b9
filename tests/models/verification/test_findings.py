"""Each check finds the fault that is planted for it, and nothing else."""

import pytest

from models.faults import InputFaults
from models.verification import verify_plan


def line_of(folder, name, wanted):
    """First line of a table whose row is wanted."""
    return next(line for line, row in folder.rows(name) if wanted(row))


def test_the_plan_passes_and_every_check_compares_something(planned):
    found = verify_plan(planned)
    assert found.passed
    assert set(found.compared) == {
        "files", "cover", "shift rules", "limits", "requirement", "service", "promise", "deadlines", "cost", "proof",
        "summary", "tables", "simulation",
    }  # fmt: skip
    assert all(count > 0 for count in found.compared.values())


@pytest.mark.parametrize("column", ["heads", "on_break", "on_duty", "productive"])
def test_a_wrong_cover(folder, column):
    folder.cell("coverage.csv", 20, column, lambda text: float(text) + 1)
    assert folder.found() == [("cover", "coverage.csv", 20, column)]


def test_an_interval_without_cover_row(folder):
    path = folder.path / "coverage.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:9] + lines[10:]))
    assert ("cover", "coverage.csv", None, "start") in folder.found()


@pytest.mark.parametrize("column", ["agents_floor", "agents_target"])
def test_a_requirement_that_is_one_too_high(folder, column):
    line = line_of(folder, "coverage.csv", lambda row: float(row["contacts"]) > 0)
    folder.cell("coverage.csv", line, column, lambda text: int(text) + 1)
    assert folder.found() == [("requirement", "coverage.csv", line, column)]


@pytest.mark.parametrize("column", ["service_level", "abandonment", "mean_wait_s", "occupancy"])
def test_a_wrong_figure_of_service(folder, column):
    line = line_of(folder, "coverage.csv", lambda row: float(row["contacts"]) > 0)
    folder.cell("coverage.csv", line, column, lambda text: float(text) * 1.0001 + 1e-5)
    assert folder.found() == [("service", "coverage.csv", line, column)]


def test_more_deferrable_work_than_there_is(folder):
    line = line_of(folder, "coverage.csv", lambda row: row["pool"] == "chat" and float(row["on_duty"]) > 2)
    folder.cell("coverage.csv", line, "deferrable_done", lambda text: 1)
    found = folder.found()
    assert {check for check, *_ in found} <= {"service", "promise", "summary"}
    assert ("service", "coverage.csv", line, "service_level") in found


def test_a_deadline_that_is_missed(folder):
    """With a working day less to answer, work is late where it was in time."""
    line = line_of(folder, "scenario/contact_types.csv", lambda row: row["contact_type"] == "email")
    folder.cell("scenario/contact_types.csv", line, "deadline_min", lambda text: 30)
    found = folder.found()
    assert found
    assert {(check, column) for check, _, _, column in found} == {("deadlines", "deferrable_done")}


@pytest.mark.parametrize(
    "column",
    ["patience_s", "concurrency", "load_erlang", "heads", "service_level", "deferrable_agents", "deferrable:email"],
)
def test_a_wrong_cell_of_the_requirement(folder, column):
    wanted = "desk" if column.startswith("deferrable") else "chat"
    line = line_of(folder, "requirement.csv", lambda row: row["pool"] == wanted and float(row["contacts"]) > 0)
    folder.cell("requirement.csv", line, column, lambda text: float(text) + 0.01)
    assert folder.found() == [("tables", "requirement.csv", line, column)]


@pytest.mark.parametrize(
    ("key", "value"), [("currency", "USD"), ("first_date", "2024-06-04"), ("days", 4), ("interval_min", 15)]
)
def test_what_the_plan_is_about(folder, key, value):
    folder.plan(lambda content: content["about"].update({key: value}))
    assert ("summary", "plan.json", None, f"about.{key}") in folder.found()


def test_another_worst_pool_and_time_zone(folder):
    folder.plan(lambda content: content.update(time_zone="Europe/London"))
    folder.plan(lambda content: content["summary"].update(worst_pool="nobody"))
    assert set(folder.found()) == {
        ("summary", "plan.json", None, "time_zone"), ("summary", "plan.json", None, "summary.worst_pool"),
    }  # fmt: skip


def test_a_table_that_another_spreadsheet_saved(folder):
    path = folder.path / "schedule.csv"
    path.write_text(path.read_text().replace(",", ";"), encoding="utf-8-sig")
    with pytest.raises(InputFaults, match="save it with commas"):
        verify_plan(folder.path)


# promises: the same plan under a stricter one


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (lambda service: service.update(floor=0.75), "service_level"),
        (lambda service: service.update(abandonment_cap=0.06), "abandonment"),
        (lambda service: service.update(occupancy_cap=0.6), "occupancy"),
        (lambda service: service.update(mode="interval"), "service_level"),
    ],
)
def test_a_promise_that_is_not_kept(folder, change, column):
    folder.settings(lambda settings: change(settings["service"]))
    found = folder.found()
    assert ("promise", column) in {(check, place) for check, _, _, place in found}
    assert {check for check, *_ in found} <= {"promise", "requirement"}


def test_a_target_that_a_day_misses(folder):
    folder.cell("scenario/pools.csv", 2, "target", lambda text: 0.9)
    found = folder.found()
    assert ("promise", "coverage.csv", None, "service_level") in found
    assert {check for check, *_ in found} == {"promise", "requirement"}


# cost


def test_a_wrong_price_of_a_shift(folder):
    folder.cell("schedule.csv", 3, "cost_each", lambda text: float(text) + 0.01)
    assert folder.found() == [
        ("cost", "schedule.csv", 3, "cost_each"),
        ("proof", "plan.json", None, "stages.schedule.objective"),
    ]


@pytest.mark.parametrize("column", ["paid_hours", "premium", "overtime", "shrinkage", "fixed", "overhead", "resolved"])
def test_a_wrong_amount(folder, column):
    folder.cell("cost.csv", 2, column, lambda text: float(text) + 0.01)
    assert folder.found() == [("cost", "cost.csv", 2, column)]


@pytest.mark.parametrize(
    ("change", "component"),
    [
        (lambda pay: pay.update(overtime_after_min=350), "overtime"),
        (lambda pay: pay.update(overhead_per_seat_hour=1.51), "overhead"),
        (lambda pay: pay["premiums"][1].update(to="16:30"), "premium"),
        (lambda pay: pay.update(wage_per_hour=20.01), "base"),
    ],
)
def test_pay_of_another_scenario(folder, change, component):
    folder.settings(lambda settings: change(settings["pay"]))
    found = folder.found()
    assert ("cost", "cost.csv", 2, component) in found
    assert {check for check, *_ in found} <= {"cost", "summary"}


# the proof and the summary


@pytest.mark.parametrize(
    ("change", "columns"),
    [
        (
            lambda stage: stage.update(objective=stage["objective"] + 0.01),
            {"stages.schedule.objective"},
        ),
        (lambda stage: stage.update(gap=stage["gap"] + 0.001), {"stages.schedule.gap"}),
        (
            lambda stage: stage.update(bound=stage["objective"] + 1),
            {"stages.schedule.bound", "stages.schedule.gap", "summary.bound", "summary.gap"},
        ),
        (lambda stage: stage.update(status="optimal"), {"stages.schedule.gap", "summary.status"}),
    ],
)
def test_a_proof_that_does_not_fit(folder, change, columns):
    folder.plan(lambda content: change(content["stages"]["schedule"]))
    assert {column for *_, column in folder.found()} == columns


@pytest.mark.parametrize("name", ["cost", "shifts", "paid_hours", "service_level", "worst_service_level", "contacts"])
def test_a_summary_that_says_something_else(folder, name):
    folder.plan(lambda content: content["summary"].update({name: content["summary"][name] * 1.001}))
    assert folder.found() == [("summary", "plan.json", None, f"summary.{name}")]


@pytest.mark.parametrize("column", ["agents", "agents_floor", "contacts"])
def test_a_requirement_that_is_not_that_of_the_coverage(folder, column):
    folder.cell("requirement.csv", 3, column, lambda text: float(text) + 1)
    assert folder.found() == [("tables", "requirement.csv", 3, column)]


def test_a_learnt_target_that_is_not_the_scenarios(folder):
    lines = "pool,start,target,shift,planned,simulated,half_width\ndesk,2024-06-03,0.7,0.0,0.8,0.8,0.01\n"
    (folder.path / "calibration.csv").write_text(lines)
    folder.plan(lambda content: content["about"].update(calibration={}))
    assert folder.found() == [("tables", "calibration.csv", 2, "target")]


def test_simulated_figures_that_do_not_fit(folder):
    folder.cell("simulated.csv", 2, "planned", lambda text: float(text) + 0.01)
    assert folder.found() == [("simulation", "simulated.csv", 2, "planned")]
    folder.plan(lambda content: content["about"]["simulated"]["pools"]["chat"].update(service_level=0.5))
    columns = {column for *_, column in folder.found()}
    assert columns == {"planned", "about.simulated.pools.chat.service_level", "about.simulated.service_level"}


# files


def test_a_cell_that_is_no_number(folder):
    folder.cell("cost.csv", 2, "fixed", lambda text: "much")
    assert ("files", "cost.csv", 2, "fixed") in folder.found()


def test_a_missing_file_is_bad_input(folder):
    (folder.path / "coverage.csv").unlink()
    (folder.path / "scenario" / "demand.csv").unlink()
    with pytest.raises(InputFaults) as faults:
        verify_plan(folder.path)
    assert len(faults.value.faults) == 2


def test_what_is_said_has_place_expected_and_got(folder):
    folder.cell("cost.csv", 2, "fixed", lambda text: 1000000)
    (one,) = verify_plan(folder.path).findings
    assert str(one).startswith("cost.csv:2:fixed: expected ")
    assert str(one).endswith("got 1000000 (cost)")
