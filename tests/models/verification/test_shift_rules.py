"""Every rule: the same plan under a rule that is stricter by one step breaks that rule, and only where it should."""

import datetime as dt

import pytest

from models.verification.clock import wall_minutes


def clock_minute(stamp):
    moment = dt.datetime.fromisoformat(stamp)
    return moment.hour * 60 + moment.minute


def of_type(name, wanted):
    return lambda row: row["shift"] == name and wanted(row)


def break_at(row):
    """Minutes from the start of the shift to its first break."""
    return wall_minutes(row["breaks"][:5]) - clock_minute(row["start"])


def change_break(number, **values):
    return lambda settings: settings["shifts"][number]["breaks"][0].update(values)


def change_shift(number, **values):
    return lambda settings: settings["shifts"][number].update(values)


HALF, FULL = 0, 1
CASES = {
    "days": (change_shift(HALF, days="tue-sat"), "start", of_type("half", lambda row: row["date"] == "2024-06-03")),
    "earliest start": (
        change_shift(HALF, earliest_start="09:30"), "start",
        of_type("half", lambda row: clock_minute(row["start"]) < 570),
    ),
    "latest start": (
        change_shift(HALF, latest_start="12:30"), "start",
        of_type("half", lambda row: clock_minute(row["start"]) > 750),
    ),
    "start step": (
        change_shift(HALF, start_step_min=60), "start",
        of_type("half", lambda row: clock_minute(row["start"]) % 60 == 30),
    ),
    "latest end": (
        change_shift(HALF, latest_end="16:30"), "end", of_type("half", lambda row: clock_minute(row["end"]) > 990),
    ),
    "paid length": (
        change_shift(FULL, paid_min={"from": 390, "to": 450, "step": 30}), "paid_min",
        of_type("full", lambda row: row["paid_min"] == "360"),
    ),
    "pools": (change_shift(HALF, pools=["desk"]), "pool", of_type("half", lambda row: row["pool"] == "chat")),
    "work between breaks": (
        change_shift(HALF, min_work_between_breaks_min=90), "breaks",
        of_type("half", lambda row: min(break_at(row), 210 - break_at(row)) < 90),
    ),
    "break after start": (
        change_break(HALF, after_start_min=90), "breaks", of_type("half", lambda row: break_at(row) < 90),
    ),
    "break within start": (
        change_break(HALF, within_start_min=90), "breaks", of_type("half", lambda row: break_at(row) > 90),
    ),
    "break before end": (
        change_break(HALF, before_end_min=90), "breaks", of_type("half", lambda row: 210 - break_at(row) < 90),
    ),
    "break within end": (
        change_break(HALF, within_end_min=150), "breaks", of_type("half", lambda row: 240 - break_at(row) > 150),
    ),
    "break around the middle": (
        change_break(HALF, around_middle_min=15), "breaks",
        of_type("half", lambda row: abs(break_at(row) + 15 - 120) > 15),
    ),
    "break length": (change_break(HALF, length_min=60), "breaks", of_type("half", lambda row: True)),
    "break for lengths": (
        change_break(FULL, for_paid_from_min=391), "breaks",
        of_type("full", lambda row: int(row["paid_min"]) < 391),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_rule_that_is_stricter(folder, case):
    change, column, broken = CASES[case]
    expected = {line for line, row in folder.rows("schedule.csv") if broken(row)}
    assert expected, "the plan has no shift that the stricter rule forbids: choose another rule"
    folder.settings(change)
    found = folder.found()
    assert {(check, place) for check, _, _, place in found} == {("shift rules", column)}
    assert {line for _, _, line, _ in found} == expected


def test_a_break_that_is_not_taken(folder):
    line = next(line for line, row in folder.rows("schedule.csv") if row["shift"] == "half")
    folder.cell("schedule.csv", line, "breaks", lambda text: "")
    found = folder.found()
    assert ("shift rules", "schedule.csv", line, "breaks") in found
    assert {check for check, *_ in found} <= {"shift rules", "cover", "service", "summary"}


def test_a_date_that_is_not_the_start(folder):
    folder.cell("schedule.csv", 2, "date", lambda text: "2024-06-09")
    assert folder.found() == [("shift rules", "schedule.csv", 2, "date")]


def test_paid_minutes_that_the_times_do_not_hold(folder):
    folder.cell("schedule.csv", 2, "paid_min", lambda text: int(text) + 15)
    assert folder.found() == [("shift rules", "schedule.csv", 2, "paid_min")]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (lambda limits: limits.update(seats=8), "limits.seats"),
        (lambda limits: limits["heads"][0].update(max=4), "limits.heads 1"),
        (lambda limits: limits["heads"][0].update(min=15), "limits.heads 1"),
        (lambda limits: limits["shift_types"][0].update(max_per_day=3), "max_per_day of half"),
        (lambda limits: limits["shift_types"][0].update(max_share=0.3), "max_share of half"),
    ],
)
def test_a_limit_that_is_stricter(folder, change, column):
    folder.settings(lambda settings: change(settings["limits"]))
    assert {(check, place) for check, _, _, place in folder.found()} == {("limits", column)}


def test_most_heads_of_a_pool(folder):
    path = folder.path / "scenario" / "pools.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",max_heads", lines[1] + ",4", lines[2] + ","]) + "\n")
    assert {(check, place) for check, _, _, place in folder.found()} == {("limits", "max_heads of desk")}
