"""The page in a real browser: change, run, cancel, compare, export; two tabs; who may speak to it."""

import json
import re
import urllib.error
import urllib.request
import zipfile

import pandas as pd
import pytest
from click.testing import CliRunner

from optimizer.cli import main

FLOOR = "Overall satisfaction, at least"
TOKEN = "s3cret"
WAIT_MS = 90_000
"""On a busy machine; nothing here waits so long on another."""
FILES = {
    "mix.yaml": "name: Desk\nperiods: {first: 2026-01, count: 1}\ncsat_floor: 0.79\n",
    "types.csv": "contact_type,pool,lost_cost\norders,desk,5\n",
    "segments.csv": "contact_type,segment,order,share,aht_s\norders,easy,1,0.5,120\norders,hard,2,0.5,480\n",
    "volumes.csv": "period,contact_type,tier,issues\n2026-01,orders,standard,25000\n",
    "tiers.csv": "tier,weight\nstandard,1\n",
    "channels.csv": "channel,kind,unit_price,escalates_to\nphone,human_live,0.1,\nbot,bot,0.1,phone\n",
    "links.csv": "contact_type,channel,adoption_cap,containment,escalated_share,csat\n"
    "*,phone,,,,0.85\n*,bot,0.5,0.6,0.9,0.7\n",
    "today.csv": "contact_type,channel,share\norders,phone,0.9\norders,bot,0.1\n",
}


WARD = {
    "roster.yaml": "name: Ward\nfirst_day: 2026-03-02\ndays: 5\ntime_zone: Europe/Amsterdam\ncurrency: EUR\n"
    "rules:\n  - {name: rest, counts: rest, least: 11}\ncover: {under: 400, over: 30}\npay: {wage_per_hour: 20}\n",
    "agents.csv": "employee,contract\nAnn,full\nBo,full\nCy,full\n",
    "contracts.csv": "contract,hours_per_week,max_hours_per_week\nfull,24,40\n",
    "shifts.csv": "shift,start,paid_min,span_min\nEarly,07:00,480,510\n",
    "cover.csv": "day,shift,need\n" + "".join(f"{day},Early,1\n" for day in ("mon", "tue", "wed", "thu", "fri")),
}
WHOLE = {
    "scenario.yaml": "name: whole\ntime_zone: Europe/Berlin\nhorizon: {start: 2024-06-03, days: 1}\ninterval_min: 60\n"
    'opening_hours: {mon: "09:00-13:00"}\nhorizon_edges: cut\npay: {wage_per_hour: 20.0}\n'
    "service: {target: 0.8, within_s: 20, mode: interval, model: erlang-c}\n"
    'shifts:\n  - {name: half, days: mon, earliest_start: "09:00", latest_start: "09:00", paid_min: 240}\n'
    "solve: {time_limit_s: 20, gap: 0.001}\n",
    "contact_types.csv": "contact_type,pool,aht_s\ncalls,desk,300\n",
    "demand.csv": "start,contact_type,contacts\n"
    + "".join(f"2024-06-03T{hour:02d}:00,calls,{count}\n" for hour, count in ((9, 60), (10, 80), (11, 80), (12, 60))),
    "mix.yaml": "name: whole\nperiods: {first: 2024-06, count: 1}\ncsat_floor: 0.8\n"
    "people: {cost_per_hour: 20, busy_share: 0.8}\n",
    "types.csv": "contact_type,pool,aht_s\norder,desk,300\nadvice,desk,300\n",
    "volumes.csv": "period,contact_type,issues\n2024-06,order,5000\n2024-06,advice,3400\n",
    "channels.csv": "channel,kind,unit_price,escalates_to\nphone,human_live,,\nbot,bot,1.2,phone\n",
    "links.csv": "contact_type,channel,adoption_cap,containment,csat\n*,phone,1,,0.82\norder,bot,0.8,0.62,0.78\n"
    "advice,bot,0.6,0.35,0.78\n",
    "today.csv": "contact_type,channel,share\norder,phone,1\nadvice,phone,1\n",
    "invest.yaml": "name: whole\ncurrency: EUR\nhorizon: {first_year: 2024, years: 2}\ndiscount_rate: 0.08\n"
    "budgets: {2024: 30000}\npeople: {cost_per_hour: 20, hours_per_head_per_year: 2000}\n",
    "initiatives.csv": "initiative,one_off_cost,running_cost_per_year\ncoaching,9000,1000\n",
    "effects.csv": "initiative,on,low,likely,high,confidence,source\n"
    "coaching,handle_time,-0.1,-0.08,-0.05,medium,assumption\n",
}
"""Mix, initiative and shifts, decided together in a few seconds."""


def _write(folder, files=FILES):
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory, server_of):
    """A server for all tests of this file, of two scenarios: one of them is saved."""
    place = tmp_path_factory.mktemp("page")
    (place / "all").mkdir()
    folders = {name: _write(place / "all" / name) for name in ("desk", "other")}
    _write(place / "all" / "ward", WARD)
    _write(place / "all" / "whole", WHOLE)
    found = server_of(place / "all", "--token", TOKEN, log=place / "log")
    found.way_in = f"{found.address}/?token={TOKEN}"
    found.folders = folders
    yield found
    found.stop()


def _ready(tab):
    tab.wait_for_selector(".run-mix:not([disabled])", timeout=WAIT_MS)


def _run(tab, number):
    _ready(tab)
    tab.click(".run-mix")
    tab.wait_for_selector(f".result:has-text('Run {number}:')", timeout=WAIT_MS)


def _open(tab, name):
    tab.click(".open")
    tab.click(f".q-dialog >> text={name}")
    tab.wait_for_selector(f".scenario:has-text('{name}')")


def _type(tab, label, text):
    field = tab.locator(f"input[aria-label='{label}']")
    field.fill(text)
    field.press("Tab")


def test_change_run_compare_export_and_save(server, open_tab):
    desk = server.folders["other"]
    before = (desk / "mix.yaml").read_bytes()
    tab = open_tab(server.way_in)
    _ready(tab)
    _open(tab, "other")
    _run(tab, 1)
    live = tab.locator(".live-cost .v")
    live.wait_for(timeout=WAIT_MS)
    cost = live.inner_text()
    assert tab.locator(".result .tile:has-text('Cost') .v").first.inner_text() == cost  # linear: both are the optimum

    _type(tab, FLOOR, "82")
    tab.wait_for_function("cost => document.querySelector('.live-cost .v').innerText !== cost", arg=cost)
    assert tab.locator(".changed").inner_text() == "changed, not saved"
    assert (desk / "mix.yaml").read_bytes() == before
    _run(tab, 2)
    tab.click(".q-tab:has-text('Compare')")
    row = tab.locator("table.compare tr:has-text('Satisfaction')").first
    row.wait_for()
    assert re.findall(r"[\d.]+ %", row.inner_text()) == ["79.0 %", "82.0 %"]
    assert tab.locator("td:has-text('csat_floor')").count() == 1
    tab.click(".q-tab:has-text('Pictures')")
    tab.wait_for_selector(".picture .main-svg")

    with tab.expect_download() as download:
        tab.click(".export-plan")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert json.loads(archive.read("other-plan/mix.json"))["csat"] == pytest.approx(0.82)
        assert b"csat_floor: 0.82" in archive.read("other-plan/inputs/mix.yaml")
    with tab.expect_download() as download:
        tab.click(".export")
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {name.removeprefix("other/") for name in archive.namelist()} == set(FILES)

    tab.click(".save")
    tab.wait_for_selector(".save-changes:has-text('csat_floor: 0.79 → 0.82')")
    assert (desk / "mix.yaml").read_bytes() == before  # nothing is written before it is wanted
    tab.click(".save-now")
    tab.wait_for_selector(".q-notification:has-text('mix.yaml')")
    assert b"csat_floor: 0.82" in (desk / "mix.yaml").read_bytes()
    assert (desk / "mix.yaml.bak").read_bytes() == before


def test_a_cancelled_run_and_a_fault_leave_the_last_plan(server, open_tab):
    tab = open_tab(server.way_in)
    _run(tab, 1)
    said = tab.locator(".result .sentence").inner_text()
    tab.click(".run-mix")
    tab.click(".cancel")
    # early enough: nothing was found yet, and the plan of before stays; later: the best so far, here the same mix
    tab.wait_for_selector("text=Find the mix: cancelled", timeout=WAIT_MS)
    assert tab.locator(".result .sentence").inner_text() == said

    # an upload is checked like a file: what is wrong is said with its place, and nothing runs before it is mended
    tab.click(".q-tab:has-text('Files')")
    tiers = {"name": "tiers.csv", "mimeType": "text/csv", "buffer": b"tier,weight\nstandard,heavy\n"}
    tab.set_input_files("input[type=file]", tiers)
    tab.wait_for_selector(".fault:has-text('tiers.csv:2:weight')", timeout=WAIT_MS)
    tab.click(".run-mix")
    tab.wait_for_selector(".q-notification:has-text('has faults')")
    tab.set_input_files("input[type=file]", tiers | {"name": "run.sh.csv.exe", "buffer": b""})
    assert tab.locator(".result .sentence").inner_text() == said
    tab.click("text=Undo all changes")
    tab.wait_for_selector(".fault", state="detached", timeout=WAIT_MS)


def test_two_tabs_do_not_mix_and_a_tab_opened_twice_becomes_another(server, open_tab):
    one = open_tab(server.way_in)
    _ready(one)
    two = open_tab(server.address, context=one.context)
    _ready(two)
    assert one.url != two.url
    _type(one, FLOOR, "84")
    one.wait_for_selector(".changed")
    assert two.locator(f"input[aria-label='{FLOOR}']").input_value() == "79.0"
    assert two.locator(".changed").count() == 0

    address = one.url
    twin = open_tab(address, context=one.context)
    _ready(twin)
    assert twin.url != address
    assert twin.locator(f"input[aria-label='{FLOOR}']").input_value() == "84.0"
    _type(twin, FLOOR, "70")
    assert float(one.locator(f"input[aria-label='{FLOOR}']").input_value()) == 84
    one.reload()
    _ready(one)
    assert one.url == address
    assert one.locator(f"input[aria-label='{FLOOR}']").input_value() == "84.0"


def test_a_roster_cell_is_dragged_and_rules_and_cost_answer(server, open_tab):
    tab = open_tab(server.way_in)
    _ready(tab)
    _open(tab, "ward")
    tab.click(".run-roster")
    tab.wait_for_selector("#roster-grid[data-ready]", timeout=WAIT_MS)
    tab.locator("#roster-grid td.on[data-d='0']").drag_to(tab.locator("#roster-grid td:not(.on)[data-d='1']").first)
    # nobody on Monday, two people on Tuesday
    tab.wait_for_selector(".tile:has-text('Cost of the rules') .s:has-text('(+430)')", timeout=WAIT_MS)
    assert tab.locator("#roster-grid td.moved").count() == 2
    assert "people short: Early: 0 of 1" in tab.locator(".fault").all_inner_texts()[0]
    tab.click("text=Undo")
    tab.wait_for_selector(".tile:has-text('Cost of the rules') .s:has-text('(±0)')", timeout=WAIT_MS)
    assert tab.locator("#roster-grid td.moved").count() == 0


def _figure(tile):
    return float(re.sub(r"[^\d.-]", "", tile.locator(".v").inner_text()))


def test_mix_initiative_and_shifts_are_decided_together_and_reported(server, open_tab, tmp_path):
    tab = open_tab(server.way_in)
    _ready(tab)
    _open(tab, "whole")
    tab.wait_for_selector(".run-plan:not([disabled])", timeout=WAIT_MS)
    tab.click(".run-plan")
    tab.wait_for_selector(".progress-stage:has-text('schedules'), .result", timeout=WAIT_MS)  # what it is at
    tab.wait_for_selector(".result:has-text('Run 1:')", timeout=WAIT_MS)
    with tab.expect_download() as download:
        tab.click(".export-plan")
    with zipfile.ZipFile(download.value.path()) as archive:
        figures = pd.read_csv(archive.open("whole-plan/decision.csv")).set_index("figure")
        archive.extractall(tmp_path)
    cost = figures.loc["service cost a year"]
    assert cost["after"] < cost["before"]
    tile = tab.locator(".result .tile:has-text('Service cost a year')").first
    assert _figure(tile) == pytest.approx(cost["after"], abs=1)
    assert f"{cost['before']:,.0f}" in tile.inner_text()
    npv = tab.locator(".result .tile:has-text('Net present value')").first
    assert _figure(npv) == pytest.approx(figures.loc["npv", "after"], abs=1)
    tab.click(".q-tab:has-text('Pictures')")
    tab.wait_for_selector(".picture .main-svg")

    # its report, with the prices of the rules beside it
    plan, prices = tmp_path / "whole-plan", tmp_path / "prices.csv"
    prices.write_text("rule,from,to,saves_per_year,how,part\nbudget of 2024,30 EUR,40 EUR,120.5,re-solve,initiatives\n"
                      "seats,7,8,inf,without it there is no plan,schedule\n")  # fmt: skip
    done = CliRunner().invoke(main, ["report", str(plan), str(prices), "--lang", "zh"])
    assert done.exit_code == 0, done.output
    report = open_tab((plan / "report.html").as_uri(), offline=True)
    report.wait_for_selector("html[data-drawn=all]", state="attached")
    names = report.locator(".chart").evaluate_all("all => all.map((one) => one.id)")
    assert {"flows", "prices", "portfolio", "cash"} <= set(names)
    row = report.locator("section:has(#s-decision) tr:has-text('年服务成本')").inner_text()
    assert f"{cost['before']:,.0f}" in row and f"{cost['after']:,.0f}" in row
    assert f"{figures.loc['npv', 'after']:,.0f}" in report.locator(".tile:has-text('净现值')").first.inner_text()
    section = report.locator("section:has(#s-prices)")
    assert "2024 年的预算 (30 EUR → 40 EUR)" in section.locator(".chart").inner_text()
    assert "没有它就没有方案" in section.locator("table").text_content()


def test_chinese_on_a_phone(server, open_tab):
    tab = open_tab(f"{server.way_in}&lang=zh", width=390, height=844)
    _ready(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.click(".inputs")
    tab.locator("input[aria-label='总体满意度下限']").wait_for()
    words = tab.evaluate("document.body.innerText")
    assert not re.search("Levers|Tables|Satisfaction|Export|Nothing", words), words


def _status(address, **headers):
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_token_and_the_pages_own_origin_are_asked_for(server, open_tab):
    assert _status(f"{server.address}/") == 401
    assert _status(f"{server.address}/?token=wrong") == 401
    assert _status(f"{server.address}/", Host="evil.example") == 403
    assert _status(f"{server.address}/_nicegui_ws/socket.io/?transport=polling&EIO=4") == 403
    cookie = {"Cookie": f"servopt_token={TOKEN}"}
    assert _status(f"{server.address}/", **cookie) == 200
    assert _status(f"{server.address}/", **cookie, Origin="http://evil.example") == 403
    assert _status(f"{server.address}/s/not-a-tab/scenario.zip", **cookie) == 404
    tab = open_tab(server.way_in)
    _ready(tab)
    assert "token" not in tab.url
    too_much = "async () => (await fetch('/x', {method: 'POST', body: new Uint8Array(20000001)})).status"
    assert tab.evaluate(too_much) == 413
    tab.errors.clear()  # the browser reports the refusal as well


def test_serve_says_what_is_missing(tmp_path):
    result = CliRunner().invoke(main, ["serve", str(tmp_path)])
    assert result.exit_code == 2
    assert "no scenario here" in result.output
