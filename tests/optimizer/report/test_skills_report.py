"""Report, workbook and calendars of a schedule of agent groups, as its folder is written."""

import io
import json

import openpyxl
import pytest

from optimizer.report.delivery import delivery
from optimizer.report.headline import sentences, tiles
from optimizer.report.language import language
from optimizer.report.parts import read_parts
from optimizer.report.sections import pictures_of, sections

EN, ZH = language(), language("zh")
RECORD = {
    "about": {"name": "Two desks", "currency": "EUR", "time_zone": "Europe/Amsterdam", "first_date": "2026-03-02",
              "days": 2, "interval_min": 30},
    "result": {"status": "feasible", "cost": 900.0, "bound": 880.0, "gap": 0.0222, "seconds": 3.0, "seed": 1},
    "promises": [{"kept": True}, {"kept": True}, {"kept": False}],
}  # fmt: skip
FILES = {
    "schedule.csv": "group,date,shift,start,end,paid_min,breaks,count,cost_each\n"
    "both,2026-03-02,part,2026-03-02T09:00:00+01:00,2026-03-02T15:00:00+01:00,360,,5,120\n"
    "b,2026-03-03,part,2026-03-03T09:00:00+01:00,2026-03-03T12:30:00+01:00,180,10:00-10:30 meal unpaid,5,60\n",
    "service.csv": "date,contact_type,contacts,service_level,half_width,target,abandonment,asa_s\n"
    "all,billing,40,0.81,0.01,0.8,0.02,9.5\n2026-03-02,billing,30,0.83,0.02,0.8,0.02,9\n"
    "2026-03-03,billing,10,0.75,0.03,0.8,0.02,11\n2026-03-02,tech,7,,,0.8,,\n",
    "training.csv": "from_group,to_group,skills,value_per_shift,net_per_shift,net_per_agent_week\n"
    "b,both,tech,3,2,10\nboth,b,,0,0,0\n",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "skills.json").write_text(json.dumps(RECORD))
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_first_screen_says_cost_and_promises(folder):
    parts = read_parts([folder])
    assert (parts.title, parts.currency) == ("Two desks", "EUR")
    (said,) = sentences(parts, EN)
    assert said.startswith("Work 10 shifts in 2 groups for EUR 900: 2 of 3 promises of service are kept in simulation.")
    found = {tile.name: tile for tile in tiles(parts, ZH)}
    assert found["成本"].figure == "€900"
    assert (found["兑现的承诺"].figure, found["兑现的承诺"].tone) == ("2", "bad")


def test_pictures_show_days_and_shifts(folder):
    parts = read_parts([folder])
    service, shifts = pictures_of(parts, EN)
    assert service.choices[0].options == ("billing",)  # nobody called for the other
    assert service.first["data"][0]["y"] == [0.83, 0.75]
    assert service.first["layout"]["shapes"][0]["y0"] == 0.8
    assert shifts.choices[0].options == ("b", "both")
    groups, training = sections(parts, EN)[0].items[2:]
    assert groups.rows[-1] == ("Total", "10", "45", "900")
    assert training.rows == (("b", "both", "tech", "10.00"),)


def test_workbook_and_calendars_have_the_same_shifts(folder):
    files = delivery(read_parts([folder]), EN, folder)
    book = openpyxl.load_workbook(io.BytesIO(files["plan.xlsx"]), data_only=True)
    rows = list(book["Shifts"].values)
    cost = rows[0].index("cost")
    assert sum(row[cost] for row in rows[1:3]) == 900.0 == rows[3][cost]
    assert next(row[1] for row in book["Summary"].values if row[0] == "Cost") == 900.0
    calendars = {name: text for name, text in files.items() if name.endswith(".ics")}
    assert len(calendars) == 2
    assert all(str(text).count("BEGIN:VEVENT") == 1 for text in calendars.values())
