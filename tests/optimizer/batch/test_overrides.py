"""Dotted paths: what they change, and what is said of those that lead nowhere."""

import pytest
import yaml

from optimizer.batch.commands import COMMANDS, runner_of
from optimizer.batch.overrides import (
    Cells,
    OverrideError,
    changed_files,
    changed_table,
    check_path,
    parse_path,
    set_key,
)
from optimizer.batch.records import Override

TABLE = "pool,wage_per_hour\ncalls,20\nmail, 25.5 \n"


def test_paths_are_settings_or_cells():
    assert parse_path("service.target") == ("service", "target")
    assert parse_path("pools.csv.wage_per_hour") == Cells("pools.csv", "wage_per_hour", ())
    assert parse_path("a.csv[pool=calls, kind=live].x") == Cells("a.csv", "x", (("pool", "calls"), ("kind", "live")))


@pytest.mark.parametrize("path", ["pools.csv", "pools.csv[calls].x", "service..target", "a.csv[].x"])
def test_other_paths_are_refused(path):
    with pytest.raises(OverrideError):
        parse_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "service.target", "interval_min", "pay.wage_per_hour", "shifts.half.paid_min", "shifts.0.paid_min.from",
        "opening_hours.mon-fri", "limits.seats", "shifts.half.breaks.meal.length_min", "history.csv.contacts",
        "pools.csv[pool=calls].wage_per_hour", "holidays.extra", "pay.premiums.0.percent",
    ],
)  # fmt: skip
def test_paths_of_the_schema_are_accepted(path):
    check_path(path, "plan")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("service.targt", "did you mean target"),
        ("srvice.target", "did you mean service"),
        ("service.target.share", "single value"),
        ("shifts.half.paid", "did you mean paid_min"),
        ("opening_hours.mon.from", "single value"),
        ("pool.csv.wage_per_hour", "did you mean pools.csv"),
        ("pools.csv.wage", "did you mean wage_per_hour"),
        ("pools.csv[pol=calls].wage_per_hour", "did you mean pool"),
    ],
)
def test_paths_that_lead_nowhere_are_named(path, said):
    with pytest.raises(OverrideError, match=said):
        check_path(path, "plan")


def test_settings_are_set_and_sections_made():
    settings = {"pay": {"wage_per_hour": 20.0}, "shifts": [{"name": "half", "paid_min": 240}, {"name": "full"}]}
    set_key(settings, ("service", "target"), 0.9)
    set_key(settings, ("pay", "wage_per_hour"), "+5%")
    set_key(settings, ("shifts", "full", "paid_min"), 480)
    set_key(settings, ("shifts", "0", "paid_min"), "x0.5")
    assert settings == {
        "pay": {"wage_per_hour": 21.0},
        "shifts": [{"name": "half", "paid_min": 120.0}, {"name": "full", "paid_min": 480}],
        "service": {"target": 0.9},
    }


@pytest.mark.parametrize(
    ("keys", "value", "said"),
    [
        (("shifts", "late", "paid_min"), 1, "late is no entry; there are half"),
        (("pay", "overhead"), "x2", "no number"),
        (("pay", "wage_per_hour", "x"), 1, "single value"),
    ],
)
def test_settings_that_cannot_be_set(keys, value, said):
    with pytest.raises(OverrideError, match=said):
        set_key({"pay": {"wage_per_hour": 20.0}, "shifts": [{"name": "half"}]}, keys, value)


def test_cells_are_replaced_or_multiplied():
    assert (
        changed_table(TABLE, Cells("p.csv", "wage_per_hour", ()), "x1.1")
        == "pool,wage_per_hour\ncalls,22.0\nmail,28.05\n"
    )
    only_mail = Cells("p.csv", "wage_per_hour", (("pool", "mail"),))
    assert changed_table(TABLE, only_mail, 30) == "pool,wage_per_hour\ncalls,20\nmail,30\n"
    assert changed_table(TABLE, only_mail, None) == "pool,wage_per_hour\ncalls,20\nmail,\n"
    new = changed_table(TABLE, Cells("p.csv", "target", (("pool", "calls"),)), 0.9)
    assert new == "pool,wage_per_hour,target\ncalls,20,0.9\nmail, 25.5 ,\n"


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (Cells("p.csv", "wage_per_hour", (("pool", "chat"),)), 1, "no row where pool is chat"),
        (Cells("p.csv", "pool", ()), "x2", "no number"),
        (Cells("p.csv", "target", ()), "x2", "no column target"),
        (Cells("p.csv", "wage_per_hour", (("kind", "chat"),)), 1, "no column kind"),
    ],
)
def test_cells_that_cannot_be_changed(where, value, said):
    with pytest.raises(OverrideError, match=said):
        changed_table(TABLE, where, value)


def test_files_are_laid_out_with_their_changes(tmp_path):
    files = {
        "scenario.yaml": b"service: {target: 0.8}\nopening_hours: {mon: '09:00-12:00'}\n",
        "pools.csv": TABLE.encode(),
    }
    changes = (Override("service.target", 0.9), Override("pools.csv.wage_per_hour", "x2"))
    changed_files(files, changes, "scenario.yaml", tmp_path)
    settings = yaml.safe_load((tmp_path / "scenario.yaml").read_text())
    assert settings == {"service": {"target": 0.9}, "opening_hours": {"mon": "09:00-12:00"}}
    assert (tmp_path / "pools.csv").read_text() == "pool,wage_per_hour\ncalls,40.0\nmail,51.0\n"
    with pytest.raises(OverrideError, match=r"no history\.csv"):
        changed_files(files, (Override("history.csv.contacts", "x2"),), "scenario.yaml", tmp_path)


def test_without_changes_files_stay_byte_by_byte(tmp_path):
    files = {"scenario.yaml": b"# a remark\nservice:   {target: 0.80}\r\n"}
    changed_files(files, (), "scenario.yaml", tmp_path)
    assert (tmp_path / "scenario.yaml").read_bytes() == files["scenario.yaml"]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_files_of_a_command_are_those_of_its_schemas(name):
    assert {f"{table}.csv" for table in COMMANDS[name].tables} == {str(one.name) for one in runner_of(name).TABLES}
