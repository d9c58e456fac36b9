"""`servopt report`: from written folders to page, workbook and calendars; what is wrong in them is said."""

import json
import shutil

import icalendar
import openpyxl
import pytest
from click.testing import CliRunner

from optimizer.cli import main


def run(*arguments):
    return CliRunner().invoke(main, [str(part) for part in arguments])


@pytest.fixture(scope="module")
def plan(tmp_path_factory, write_site):
    place = tmp_path_factory.mktemp("report")
    site = write_site(place / "site", baseline="pool,hours_per_week,cost_per_hour,service_level\ndesk,60,20,0.7\n")
    found = run("plan", site, "--out", place / "plan", "--replications", 0, "--quiet")
    assert found.exit_code == 0, found.output
    return place / "plan"


@pytest.fixture
def copy(plan, tmp_path):
    return shutil.copytree(plan, tmp_path / "plan")


def test_a_plan_becomes_a_page_a_workbook_and_calendars(copy):
    found = run("report", copy)
    assert found.exit_code == 0, found.output
    assert "Service level" in found.output and "written:" in found.output
    cost = json.loads((copy / "plan.json").read_text())["summary"]["cost"]
    sheet = openpyxl.load_workbook(copy / "plan.xlsx", data_only=True)["Cost by day"]
    place = next(cell.column for cell in sheet[1] if cell.value == "cost")
    assert sheet.cell(sheet.max_row, place).value == pytest.approx(cost)
    page = (copy / "report.html").read_text()
    assert '<html lang="en">' in page and "less" in page and "The plan beside today" in page
    calendar = icalendar.Calendar.from_ical((copy / "calendars" / "desk.ics").read_bytes())
    assert len(calendar.walk("VEVENT")) == len((copy / "schedule.csv").read_text().splitlines()) - 1


def test_a_second_time_nothing_changes_in_the_calendars(copy):
    run("report", copy, "--quiet")
    before = (copy / "calendars" / "desk.ics").read_bytes()
    assert run("report", copy, "--quiet").output == ""
    assert (copy / "calendars" / "desk.ics").read_bytes() == before


def test_it_speaks_chinese(copy, tmp_path):
    found = run("report", copy, "--lang", "zh", "--out", tmp_path / "zh")
    assert found.exit_code == 0, found.output
    assert "服务水平" in found.output and "已写入" in found.output
    assert '<html lang="zh-Hans">' in (tmp_path / "zh" / "report.html").read_text(encoding="utf-8")
    assert "成本" in openpyxl.load_workbook(tmp_path / "zh" / "plan.xlsx").sheetnames
    assert not (copy / "plan.xlsx").exists()


def test_parts_are_found_in_folders_inside(copy, tmp_path):
    inside = tmp_path / "all"
    shutil.copytree(copy, inside / "plan")
    found = run("report", inside, "--quiet")
    assert found.exit_code == 0 and (inside / "report.html").exists()


def test_a_folder_without_a_plan_is_a_fault(tmp_path):
    found = run("report", tmp_path)
    assert found.exit_code == 3
    assert "holds no plan" in found.output


def test_two_plans_are_not_one_report(copy, plan):
    found = run("report", copy, plan)
    assert found.exit_code == 3
    assert "too" in found.output and "give one of them" in found.output


def test_every_fault_of_the_files_is_said_at_once(copy):
    (copy / "forecast.csv").write_text("start,contacts\n")
    found = run("report", copy)
    assert found.exit_code == 3
    assert "forecast.csv" in found.output and "contact_type" in found.output
    mix = copy / "mix"
    mix.mkdir()
    (mix / "mix.json").write_text("{}")
    (mix / "flows.csv").write_text("contact_type\n")
    found = run("report", copy)
    assert found.exit_code == 3
    for word in ("forecast.csv", "flows.csv", "rules.csv", "csat.csv"):
        assert word in found.output
    assert not (copy / "plan.xlsx").exists()
