"""Pictures: they show the figures of the tables, parts appear where their stage ran, and all can be told apart."""

import io
import re
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from plotly.offline import get_plotlyjs

from optimizer.mix.prices import UNSURE
from optimizer.report.grid import RosterGrid
from optimizer.report.headline import sentences, tiles
from optimizer.report.html import plotly_script, report_html
from optimizer.report.language import language
from optimizer.report.parts import LEAVE, Parts, Tables
from optimizer.report.pictures.balance import balance_picture
from optimizer.report.pictures.flows import flow_picture, rules_picture
from optimizer.report.pictures.gantt import shifts_picture
from optimizer.report.pictures.money import cash_picture, tornado_picture
from optimizer.report.pictures.palette import DARK, LIGHT, SERIES, resolved
from optimizer.report.pictures.prices import yearly_prices_picture
from optimizer.report.pictures.simulated import difference_words
from optimizer.report.sections import pictures_of, roster_days, sections
from optimizer.report.workbook import workbook

EN = language()


def luminance(colour):
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_words_can_be_read_on_their_ground(palette):
    for name in ("ink", "muted", "accent", "need", "good", "bad"):
        assert contrast(palette[name], palette["paper"]) >= 4.5, name
        assert contrast(palette[name], palette["page"]) >= 4.5, name
    steps = [luminance(palette[name]) for name in ("under-3", "under-2", "under-1", "even")]
    assert steps == sorted(steps) or steps == sorted(steps, reverse=True)  # lightness alone tells how far


def test_white_words_can_be_read_on_every_series():
    assert min(contrast(colour, "#ffffff") for colour in SERIES) >= 4.5


def test_figures_are_drawn_without_names_of_colours(parts):
    for picture in pictures_of(parts, EN):
        for figure in picture.figures.values():
            assert "var(--" not in str(resolved(figure, DARK))


def test_heat_map_shows_over_and_under_by_day_and_interval(parts):
    content = parts.shifts
    picture = balance_picture(content, EN)
    figure = picture.figures[(content.pools.index("sales"),)]["data"][0]
    rows = content.plan.coverage.query("pool == 'sales'")
    row = rows.iloc[5]
    day, time = content.grid.dates.index(row["start"].date()), f"{row['start']:%H:%M}"
    shown = figure["z"][day][figure["x"].index(time)]
    assert shown == pytest.approx(row["productive"] - row["agents_target"], abs=0.05)
    assert figure["zmin"] == -figure["zmax"]
    assert figure["z"][6] == [None] * len(figure["x"])  # a Sunday
    hours = sum(float(line[2].replace(",", "")) for line in picture.sheets[0].rows if line[1] == "sales")
    over = (rows["productive"] - rows["agents_target"]).clip(lower=0).sum() / 2
    assert hours == pytest.approx(over, abs=1.0)


def test_shifts_lie_on_the_clock_with_their_breaks(parts):
    night = {"pool": "sales", "date": "2014-10-25", "shift": "night", "start": "2014-10-25T22:00:00+02:00",
             "end": "2014-10-26T06:00:00+01:00", "paid_min": 540, "count": 2, "cost_each": 1.0,
             "breaks": "02:30+01:00-03:00+01:00 meal unpaid"}  # fmt: skip
    picture = shifts_picture(pd.DataFrame([night]), parts.shifts.grid, EN)
    bars, breaks = picture.figures[(0, 5)]["data"]
    assert (bars["base"], bars["x"]) == ([22 * 60], [8 * 60])  # from 22 to 6 by the wall clock, nine hours long
    assert breaks["base"] == [24 * 60 + 150] and breaks["x"] == [30]
    assert picture.figures[(0, 5)]["layout"]["yaxis"]["ticktext"] == ["2 × night"]


def test_what_flows_into_a_channel_flows_out(parts):
    picture = flow_picture(parts.mix["flows"], EN)
    for tier, contacts in ((0, 200.0), (1, 100.0)):
        link = picture.figures[(tier,)]["data"][0]["link"]
        names = picture.figures[(tier,)]["data"][0]["node"]["label"]
        into, out = np.zeros(len(names)), np.zeros(len(names))
        np.add.at(into, link["target"], link["value"])
        np.add.at(out, link["source"], link["value"])
        for channel in ("phone", "bot"):
            assert into[names.index(channel)] == pytest.approx(out[names.index(channel)])
        assert out[names.index("status")] == contacts


def test_the_cash_flow_ends_at_the_net_present_value(parts):
    picture = cash_picture(parts.invest["cash_flow"], 0.08, "EUR", EN)
    assert picture.figures[()]["data"][-1]["y"][-1] == pytest.approx(parts.invest.record["figures"]["npv"], abs=0.01)


def test_a_tornado_gives_figures_of_one_name_bars_of_their_own(parts):
    npv = parts.invest.record["figures"]["npv"]
    low, high = tornado_picture(parts.invest["tornado"], npv, "EUR", EN).figures[()]["data"]
    assert len(set(low["y"])) == 2
    assert low["base"] + low["x"][0] == pytest.approx(900.0, abs=0.01)
    assert high["base"] + high["x"][0] == pytest.approx(400.0, abs=0.01)


def test_only_rules_that_hold_the_cost_up_are_shown(parts):
    picture = rules_picture(parts.mix["rules"], "EUR", EN)
    assert picture.figures[()]["data"][0]["y"] == ["floor of the overall satisfaction"]
    assert rules_picture(parts.mix["rules"].assign(binding=False), "EUR", EN) is None


def test_prices_within_the_gap_look_unsure(parts):
    rules = parts.mix["rules"].assign(how=UNSURE, binding=True, price=12.0)
    picture = rules_picture(rules, "EUR", EN)
    whole, step = picture.figures[()]["data"]
    assert set(step["marker"]["pattern"]["shape"]) == {"/"} and "unsure" in picture.caption
    assert set(whole["marker"]["pattern"]["shape"]) == {""}
    assert {row[4] for row in picture.sheets[0].rows} == {"12, unsure"}
    assert "unsure" not in rules_picture(parts.mix["rules"], "EUR", EN).caption


def test_a_promise_that_simulation_does_not_keep_is_given_a_reason():
    assert "up to 5.0 points" in difference_words([0.8, 0.85], [0.79, 0.80], EN)
    assert difference_words([0.8, float("nan")], [0.79, 0.80], EN) == ""


def test_the_frontier_shows_the_point_of_the_plan(parts):
    picture = next(one for one in pictures_of(parts, EN) if one.name.startswith("frontier"))
    *_, knee, chosen = picture.figures[()]["data"]
    assert (knee["x"], knee["y"]) == ([900.0], [0.86])
    assert (chosen["x"], chosen["y"]) == ([900.0], [0.86])


def test_parts_appear_where_their_stage_ran(parts):
    def names(**kept):
        return [section.name for section in sections(Parts(**kept), EN)]

    assert names(mix=parts.mix) == ["s-mix"]
    assert names(invest=parts.invest) == ["s-invest"]
    assert names(roster=parts.roster) == ["s-roster"]
    assert names(frontiers=parts.frontiers) == ["s-frontier-0"]
    assert names(decision=parts.decision) == ["s-decision"]
    assert names(shifts=parts.shifts) == ["s-demand", "s-cover", "s-shifts", "s-cost", "s-proof"]
    assert len(sections(parts, EN)) == 10


def test_the_first_screen_says_the_decision_and_its_figures(parts):
    words = " ".join(sentences(parts, EN))
    for text in ("a year of service costs EUR 900, today EUR 1,000", "EUR 100 less", "Fund 1 initiatives (bot)"):
        assert text in words
    figures = {tile.name: tile.figure for tile in tiles(parts, EN)}
    assert figures["Satisfaction"] == "86.0 %"
    assert figures["Net present value"] == EN.money(parts.invest.record["figures"]["npv"], "EUR")
    assert not re.search(r"[{}]", words + "".join(figures.values()))


def test_leave_is_no_day_off(parts):
    roster = parts.roster
    names = [str(name) for name in roster["agents"]["employee"]]
    grid = roster_days(roster)
    dates = [str(date) for date in grid.dates]
    worked = set(roster["roster"].loc[roster["roster"]["employee"] == names[0], "date"].astype(str))
    free = next(date for date in dates if date not in worked)
    leave = pd.DataFrame({"employee": [names[0]], "first_day": [free], "last_day": [""]})
    away = replace(parts, roster=Tables(roster.record, {**roster.tables, LEAVE: leave}))
    zh = language("zh")
    board = next(item for one in sections(away, zh) for item in one.items if isinstance(item, RosterGrid))
    cells = dict(board.people)[names[0]]
    assert cells[dates.index(free)] == -2 and cells.count(-2) == 1
    assert "休假" in board.caption
    assert report_html(away, zh).count('<td class="leave">') == 1
    book = openpyxl.load_workbook(io.BytesIO(workbook(away, zh)))
    rows = {row[0].value: [cell.value for cell in row] for row in book[zh("Roster by day")].iter_rows()}
    assert rows[names[0]].count("休假") == 1
    assert set(names) <= set(rows)  # also who works nothing


def test_the_library_is_the_installed_one_without_its_wrapper(monkeypatch):
    whole = get_plotlyjs()
    inside = plotly_script()
    assert "root, factory" not in inside[:3000] and inside.rstrip().endswith("window.Plotly = Plotly;")
    # nothing else was taken away: what was is shorter than a thousand letters, and stands at both ends
    assert 0 < len(whole) - len(inside) < 1000
    body = inside[inside.index('"use strict"') :]
    assert body in whole
    monkeypatch.setattr("plotly.offline.get_plotlyjs", lambda: "var Plotly = {};")  # of another form
    assert plotly_script() == "var Plotly = {};"


def test_the_first_picture_can_be_drawn_before_the_others_are_read(parts):
    page = report_html(parts)
    names = [picture.name for picture in pictures_of(parts, language())]
    places = [page.index(f'id="f-{name}"') for name in names]
    script = page.index("Draws the figures that the report holds")
    assert places[0] < script < places[1] and places == sorted(places)


def test_a_roster_says_what_it_pays_covers_and_refuses(parts):
    made = {"money": {"pay": 1234.0, "premium": 34.0}, "uncovered_hours": 2.0, "requests": 9, "refused_requests": 1,
            "hard_rules_broken": 0, "cost_by_rule": {"people over": 7.0}, "result": {"cost": 7.0}}  # fmt: skip
    roster = Tables(parts.roster.record | made, parts.roster.tables)
    (said,) = sentences(Parts(roster=roster), EN)
    assert said.endswith("Their pay is EUR 1,234. 2 hours lack people. 1 of 9 requests are refused.")
    found = {tile.name: tile for tile in tiles(Parts(roster=roster), language("zh"))}
    assert found["薪酬"].figure == "€1,234" and found["规则成本"].aside == "人手过多: 7"
    assert found["未覆盖工时"].tone == "bad"


def test_prices_of_a_year_leave_out_what_may_be_nothing():
    rows = [("budget of 2026", "30 EUR", "40 EUR", 120.0, "re-solve", "initiatives"),
            ("least contacts of bot", "5", "", 900.0, "re-solve within the gap", "mix"),
            ("seats", "7", "8", float("inf"), "without it there is no plan", "schedule"),
            ("change capacity", "", "", float("nan"), "no schedule was found", "schedule")]  # fmt: skip
    prices = pd.DataFrame(rows, columns=["rule", "from", "to", "saves_per_year", "how", "part"])
    picture = yearly_prices_picture(prices, "EUR", EN)
    assert picture.first["data"][0]["x"] == [120.0]
    assert [row[4] for row in picture.sheets[0].rows] == ["120", "900", "–", "–"]
    assert picture.sheets[0].rows[1][5] == "less than the searches leave open"
    assert yearly_prices_picture(prices[:0], "EUR", EN) is None
