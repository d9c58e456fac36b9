"""plan.xlsx: the same totals as the calculators, in Python and in a spreadsheet program that works them out again."""

import io
import re
import shutil
import subprocess
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from optimizer.report.language import language
from optimizer.report.parts import Parts
from optimizer.report.workbook import workbook


@pytest.fixture(scope="module")
def book(parts):
    return workbook(parts, language())


def sheets(content, *, values=True):
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def column(sheet, name):
    """Cells below a head."""
    place = next(cell.column for cell in sheet[1] if cell.value == name)
    return [row[0] for row in sheet.iter_rows(min_row=2, min_col=place, max_col=place)]


def last(sheet, name):
    """Sum below a column: the last figure in it."""
    return [cell.value for cell in column(sheet, name) if cell.value is not None][-1]


def test_totals_are_those_of_the_calculators(book, parts):
    found = sheets(book)
    content = parts.shifts
    assert last(found["Cost"], "cost") == pytest.approx(content.cost.cost, abs=1e-6)
    assert last(found["Schedule"], "cost") == pytest.approx(content.plan.cost, abs=1e-6)
    assert last(found["Cost by day"], "cost") == pytest.approx(content.cost.cost, abs=1e-6)
    assert last(found["Forecast"], "contacts") == pytest.approx(content.demand["contacts"].sum())
    assert last(found["Cost of the mix"], "amount") == 900.0
    assert last(found["Cost of the mix"], "change") == -100.0
    assert last(found["Cash flow"], "present value") == pytest.approx(parts.invest.record["figures"]["npv"])


def office(content, tmp_path):
    """Let LibreOffice open a workbook, work out every formula and save it."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed (.ci/libreoffice installs it on Debian)")
    # written again by openpyxl: no formula keeps a value, so what comes back was worked out
    bare = sheets(content, values=False)
    bare.save(tmp_path / "plan.xlsx")
    out = tmp_path / "out"
    command = [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx",
               "--outdir", str(out), str(tmp_path / "plan.xlsx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return openpyxl.load_workbook(out / "plan.xlsx", data_only=True)


def test_a_spreadsheet_program_works_out_the_same_and_follows_a_change(book, parts, tmp_path):
    changed = sheets(book, values=False)
    cells = column(changed["Schedule"], "people")
    each = column(changed["Schedule"], "cost of one")
    cells[0].value += 2
    rate = next(cell for cell in changed["Cash flow"]["B"] if cell.row > 5 and cell.value == 0.08)
    rate.value = 0.0
    memory = io.BytesIO()
    changed.save(memory)
    found = office(memory.getvalue(), tmp_path)
    content = parts.shifts
    assert last(found["Schedule"], "cost") == pytest.approx(content.plan.cost + 2 * each[0].value, abs=1e-6)
    # the cost sheet goes by hours and mean rates of the pool: here all shifts of the pool cost nearly the same an hour
    assert last(found["Cost"], "shifts") == content.plan.people + 2
    assert last(found["Cost"], "cost") == pytest.approx(content.plan.cost + 2 * each[0].value, rel=2e-3)
    assert last(found["Cost"], "cost") > content.cost.cost + 1
    assert last(found["Cash flow"], "present value") == pytest.approx(850.0)
    summary = headline(found["Summary"])
    assert summary["Net present value"].value == pytest.approx(850.0)
    assert summary["Cost of these shifts"].value == pytest.approx(last(found["Cost"], "cost"))
    assert last(found["Cost of the mix"], "amount") == 900.0
    errors = [cell.value for sheet in found for row in sheet.iter_rows() for cell in row if cell.data_type == "e"]
    assert not errors


def headline(sheet):
    """Cells of the summary's figures by name."""
    return {row[0].value: row[1] for row in sheet.iter_rows(max_col=2) if row[0].value and row[1].value is not None}


def test_the_summary_holds_numbers_that_follow_their_sheets(book, parts):
    figures, formulas = (headline(sheets(book, values=kept)["Summary"]) for kept in (True, False))
    assert figures["Cost of these shifts"].value == pytest.approx(parts.shifts.cost.cost)
    assert figures["Net present value"].value == pytest.approx(parts.invest.record["figures"]["npv"])
    assert figures["Planned service level"].number_format == "0.0%"
    assert figures["Cost of these shifts"].number_format == "[$EUR] #,##0"
    following = [name for name, cell in formulas.items() if str(cell.value).startswith("=SUM('")]
    assert following == ["Cost of the mix", "Net present value", "Cost of these shifts", "Shifts", "Paid hours"]
    words = [name for name, cell in figures.items() if isinstance(cell.value, str) and name != "Figure"]
    assert not words


def test_blank_amounts_are_left_out_of_sums(parts):
    import dataclasses

    mix = parts.mix
    blank = pd.DataFrame([("2026-01", "lost", "service", float("nan"), 7.0), ("2026-01", "x", "y", np.inf, 0.0)],
                         columns=mix["cost"].columns)  # fmt: skip
    costs = pd.concat([mix["cost"], blank], ignore_index=True)
    tables = dataclasses.replace(mix, tables={**mix.tables, "cost": costs})
    made = workbook(Parts(mix=tables), language())
    found = sheets(made)["Cost of the mix"]
    assert last(found, "amount") == 900.0
    assert [cell.value for cell in column(found, "amount")][2:4] == [None, None]
    assert column(found, "change")[2].value == -7.0
    archive = zipfile.ZipFile(io.BytesIO(made))
    cells = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/" in name)
    assert not re.search(r"<v>-?(nan|inf)", cells)


def test_heads_stay_and_figures_have_formats(book):
    found = sheets(book, values=False)
    for sheet in found.worksheets[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref
    coverage = found["Coverage"]
    assert column(coverage, "service level")[0].number_format == "0.0%"
    assert column(coverage, "start")[0].is_date
    assert len(coverage.conditional_formatting) == 2
    assert column(found["Schedule"], "cost")[0].value.startswith("=")


def test_text_stays_text_and_nothing_can_run(made_up, parts):
    import dataclasses

    nasty = '=HYPERLINK("http://x","y")'
    content = parts.shifts
    plan = dataclasses.replace(content.plan, schedule=content.plan.schedule.assign(shift=nasty))
    renamed = dataclasses.replace(content, title="=1+1", record=dataclasses.replace(content.record, plan=plan))
    made = workbook(dataclasses.replace(parts, shifts=renamed), language())
    found = sheets(made, values=False)
    cell = column(found["Schedule"], "shift")[0]
    assert cell.value == nasty and cell.data_type == "s"
    assert found["Summary"]["A1"].data_type == "s"
    names = zipfile.ZipFile(io.BytesIO(made)).namelist()
    assert not [name for name in names if "vba" in name.lower() or "external" in name.lower() or "_rels/sheet" in name]


def test_the_same_plan_gives_the_same_bytes(parts):
    assert workbook(parts, language()) == workbook(parts, language())


def test_heads_and_names_are_in_the_language(parts):
    found = sheets(workbook(parts, language("zh")))
    assert {"排班", "成本", "现金流", "排班表"} <= set(found.sheetnames)
    heads = [str(cell.value) for sheet in found.worksheets[1:] for cell in sheet[1]]
    assert not [head for head in heads if head.isascii() and not head[:4].isdigit()]  # but for days
    assert last(found["成本"], "成本") == pytest.approx(parts.shifts.cost.cost, abs=1e-6)


def test_a_decision_is_in_the_language_and_each_figure_in_its_unit(parts):
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(parts, language("zh"))))["整体决策"]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    assert all(not name.isascii() for name in rows)
    assert rows["年服务成本"][2].number_format == "#,##0.00"
    heads = [cell.value for cell in next(sheet.iter_rows(max_row=1))]
    assert heads == ["指标", "单位", "现状", "方案", "按平均成本估算"]


def test_only_what_was_made_has_sheets(parts):
    found = sheets(workbook(Parts(roster=parts.roster), language()))
    assert found.sheetnames == ["Summary", "Roster", "Roster by day", "Employees"]
    assert found["Roster by day"].max_row == 4
