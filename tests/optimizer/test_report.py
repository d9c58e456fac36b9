"""The report: escaping, what it must say, files that are never half-written, the summary on the screen."""

import dataclasses
import io
import json
import os
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from models.cost import pay_rules, price
from models.forecast import forecast
from models.plan import COVERAGE_COLUMNS, ShiftPlan, StageResult
from models.planfiles import read_plan
from models.scenario import read_scenario
from models.simulated import DAY_COLUMNS, SimulatedService
from optimizer.report import figures, files, headline, html, summary, tables, words
from optimizer.report.content import PoolService, report_content
from optimizer.report.language import language
from optimizer.report.parts import Parts
from optimizer.report.pictures.service import cover_picture, demand_picture

VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """Reads a page: its elements, the text of each, and whether every element is closed in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.words, self.scripts = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif not (self.open and self.open[-1] == "style"):
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def attributes(self, name):
        return [attrs[name] for _, attrs in self.elements if name in attrs]


def page_of(content):
    return html.report_html(Parts(shifts=content))


@pytest.fixture(scope="module")
def content(made_up):
    return made_up.content()


@pytest.fixture(scope="module")
def page(content):
    return Page(page_of(content))


def test_page_is_well_formed_and_loads_nothing(page):
    assert page.open == []
    assert not page.attributes("src")
    assert all(link.startswith("#") for link in page.attributes("href"))
    assert "default-src 'none'" in next(a["content"] for t, a in page.elements if t == "meta" and "http-equiv" in a)


def test_page_holds_the_library_once(content):
    assert page_of(content).count("Plotly.js") <= 1
    page = Page(page_of(content))
    assert len([script for script in page.scripts if len(script) > 1_000_000]) == 1


def test_page_is_accessible(page):
    tags = [tag for tag, _ in page.elements]
    assert dict(page.elements)["html"] == {"lang": "en"}
    assert tags.count("h1") == 1
    charts = [attrs for _, attrs in page.elements if "chart" in attrs.get("class", "")]
    assert len(charts) == 7
    assert all(chart["role"] == "img" and chart["aria-label"] for chart in charts)
    assert tags.count("table") == tags.count("caption")
    assert all(attrs.get("scope") in ("col", "row") for tag, attrs in page.elements if tag == "th")
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    assert set(page.attributes("aria-labelledby")) <= set(ids)


def test_page_says_what_a_planner_asks(page, content):
    total = content.cost.cost
    for words_ in (
        "Vanad, autumn",
        f"EUR {total:,.0f}",
        "14,249",
        "0.25 %",
        "Worst interval",
        "service & care",
        f"EUR {0.9975 * total:,.2f}",
        "Wages are an assumption.",
        "column generation, HiGHS",
    ):
        assert words_ in page.text.replace("\u00a0", " ")


def test_every_text_is_escaped(made_up):
    nasty = made_up.nasty
    plain = made_up.content()
    rename = {"sales": nasty}
    coverage, schedule = (
        getattr(plain.plan, name).assign(pool=lambda f: f["pool"].replace(rename)) for name in ("coverage", "schedule")
    )
    short = coverage[["start", "pool"]].head(2).assign(missing=1.0)
    plan = dataclasses.replace(
        plain.plan,
        coverage=coverage,
        schedule=schedule.assign(shift=nasty),
        uncovered=short,
        conflicts=(nasty,),
        relaxation=(nasty,),
        result=dataclasses.replace(plain.plan.result, solver=nasty),
    )
    content = dataclasses.replace(
        plain,
        title=nasty,
        description=nasty,
        forecast_method=nasty,
        service=dict(plain.service) | {nasty: plain.service["sales"]},
        record=dataclasses.replace(plain.record, plan=plan, stages={nasty: plan.result}, notes=(nasty,)),
        demand=plain.demand.assign(contact_type=nasty).drop_duplicates("start"),
        accuracy=plain.accuracy.assign(contact_type=nasty),
    )
    text = page_of(content)
    page, plain_page = Page(text), Page(page_of(plain))
    assert "<script>alert" not in text
    assert page.text.count("<script>alert(1)</script>") >= 10
    count = [tag for tag, _ in page.elements].count("script")
    assert count == [tag for tag, _ in plain_page.elements].count("script")
    assert "demand" in json.loads(page.scripts[1])["pictures"]
    assert count == 3 + len(json.loads(page.scripts[1])["pictures"])
    assert page.text.count("{{plotly}}") == page.text.count("<script>alert(1)</script>")


def test_pictures_lie_on_the_grid(content):
    cover = cover_picture(content, language())
    pool, day = content.pools.index("sales"), 6  # a Sunday, on which the clocks go back: closed
    assert (pool, day) not in cover.figures
    rows = content.plan.coverage.query("pool == 'sales'")
    first = rows[rows["start"].dt.date == content.grid.dates[0]]
    trace = next(one for one in cover.figures[(pool, 0)]["data"] if one["name"] == "in their shift")
    assert trace["y"][: len(first)] == first["heads"].tolist()
    assert trace["customdata"][0] == "08:00"
    # a day of 25 hours has no even steps on a clock: every point carries its time
    demand = demand_picture(content, language()).figures[(0,)]["data"][-1]
    assert "x" in demand and len(demand["x"]) == len(demand["y"])


def test_page_of_an_infeasible_plan_names_the_conflict(made_up):
    plain = made_up.content()
    nothing = StageResult("infeasible", None, None, None, 3.0, "explain", None)
    content = made_up.content(
        plan={
            "result": nothing,
            "conflicts": ("at most 3 seats", "floor of 50 % on Mondays"),
            "relaxation": ("one more seat",),
            "uncovered": plain.plan.coverage[["start", "pool"]].head(1).assign(missing=2.0),
        }
    )
    page = Page(page_of(content))
    text = page.text.replace("\u00a0", " ")
    for words_ in ("at most 3 seats", "one more seat", "Agents missing", "Mon 20 Oct 2014 08:00"):
        assert words_ in text
    text = _print(content)
    assert "at most 3 seats" in text
    assert "1 intervals lack people" in text


def test_page_of_an_empty_plan(made_up):
    plain = made_up.content()
    nothing = StageResult("no plan", None, None, None, 45.0, "column generation", 1)
    content = dataclasses.replace(
        made_up.content(
            plan={"result": nothing, "schedule": plain.plan.schedule[:0], "coverage": plain.plan.coverage[:0]}
        ),
        accuracy=None,
        demand=plain.demand[:0],
    )
    assert "no plan was found in the time given" in Page(page_of(content)).text
    assert "no plan was found" in _print(content)


def test_figures_weigh_by_contacts():
    coverage = pd.DataFrame(
        {
            "contacts": [30.0, 10.0, 0.0],
            "productive": [2.0, 6.0, 0.0],
            "service_level": [0.9, 0.5, 1.0],
            "abandonment": [0.0, 0.2, 0.0],
            "mean_wait_s": [4.0, 40.0, 0.0],
            "occupancy": [0.8, 0.4, 0.0],
            "counted": [30.0, 10.0, 0.0],
        }
    )
    result = figures.service_figures(coverage)
    assert result["service_level"] == pytest.approx(0.8)
    assert result["abandonment"] == pytest.approx(0.05)
    assert result["mean_wait_s"] == pytest.approx(13.0)
    assert result["occupancy"] == pytest.approx(0.5)
    assert figures.service_figures(coverage.iloc[2:])["service_level"] is None


def test_the_service_of_several_intervals_is_weighed_by_what_it_is_a_share_of():
    """Of 100 contacts in a crowded interval only 40 are answered: 4 + 95 in time of 140 answered."""
    coverage = pd.DataFrame(
        {
            "contacts": [100.0, 100.0],
            "productive": [4.0, 14.0],
            "service_level": [0.1, 0.95],
            "abandonment": [0.6, 0.0],
            "mean_wait_s": [60.0, 1.0],
            "occupancy": [1.0, 0.7],
            "counted": [40.0, 100.0],
        }
    )
    result = figures.service_figures(coverage)
    assert result["service_level"] == pytest.approx(99 / 140)
    assert result["abandonment"] == pytest.approx(0.3)


def test_worst_interval_has_contacts_and_the_lowest_level(content):
    result = figures.plan_figures(content)
    busy = content.plan.coverage.query("contacts > 0")
    assert result["worst_service_level"] == busy["service_level"].min()
    at = busy[busy["start"] == pd.Timestamp(result["worst_interval"])].set_index("pool")
    assert at.loc[result["worst_pool"], "service_level"] == result["worst_service_level"]
    assert result["seconds"] == pytest.approx(2.1 + 0.2 + 31.4)


def test_folder_holds_every_file_and_the_plan_comes_back(content, tmp_path):
    out = tmp_path / "plan"
    out.mkdir()
    (out / "mine.txt").write_text("keep")
    (out / "schedule.csv").write_text("old")
    written = files.write_report(out, content)
    assert sorted(path.name for path in written) == [
        "accuracy.csv",
        "cost.csv",
        "coverage.csv",
        "forecast.csv",
        "plan.json",
        "report.html",
        "requirement.csv",
        "schedule.csv",
    ]
    assert sorted(os.listdir(out)) == sorted([path.name for path in written] + ["mine.txt"])
    again = read_plan(out)
    assert again.plan.cost == content.plan.cost
    assert again.summary["cost"] == pytest.approx(content.cost.cost)
    cost = pd.read_csv(out / "cost.csv", keep_default_na=False)
    assert float(cost.loc[(cost["level"] == "total") & (cost["pool"] == ""), "cost"].item()) == content.cost.cost


def test_a_failure_leaves_the_folder_as_it_was(content, tmp_path, monkeypatch):
    files.write_report(tmp_path, content)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(path, text):
        raise OSError("No space left on device")

    monkeypatch.setattr("models.files.write_atomic", full)
    with pytest.raises(OSError, match="No space"):
        files.write_report(tmp_path, content)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def _print(content, width=80):
    stream = io.StringIO()
    Console(file=stream, width=width, color_system=None).print(summary.plan_summary(content))
    return stream.getvalue()


def test_a_target_keeps_its_decimals(made_up):
    service = {"sales": PoolService(0.999, 20, 0.5), "service & care": PoolService(0.999, 20, 0.5)}
    text = _print(made_up.content(service=service))
    assert "target 99.9 % within 20 s" in " ".join(text.split()).replace("│ │ ", "")
    assert text.count("99.9 %") == 3  # promised, and each pool's
    mixed = dict(service, sales=PoolService(0.875, 20, 0.5))
    assert "87.5 %" in _print(made_up.content(service=mixed))


def test_the_report_says_what_the_service_is_a_share_of(made_up):
    service = dict.fromkeys(("sales", "service & care"), PoolService(0.8, 20, None, "contacts answered"))
    content = made_up.content(service=service)
    assert "of contacts answered, planned for" in " ".join(_print(content).replace("│", " ").split())
    page = page_of(content)
    assert "of contacts answered; target" in page and "of contacts offered" not in page


def test_summary_fits_one_screen_and_says_it_all(content):
    text = _print(content)
    lines = text.splitlines()
    assert len(lines) <= 24
    assert all(len(line) <= 80 for line in lines)
    for words_ in (
        "14,249",
        "2,864",
        "360 shifts",
        "EUR 69,2",
        "of contacts offered",
        "gap 0.25 %",
        "Occupancy",
        "33.7",
    ):
        assert words_ in text


def test_tables_by_pool_say_that_they_count_live_contacts(content):
    """The head counts e-mail too, so the pools do not add up to it."""
    header = next(line for line in _print(content).splitlines() if line.startswith("Pool"))
    assert "Live contacts" in header and len(header) <= 80
    assert "Live contacts" in tables.day_sheet(content, language()).header
    assert "Contacts" in tables.week_sheet(content, language()).header  # of all kinds


def test_summary_shows_a_title_with_markup_as_it_is(made_up):
    assert "[red]x[/red]" in _print(dataclasses.replace(made_up.content(), title="[red]x[/red]"))


def test_content_refuses_a_plan_without_its_service(content):
    with pytest.raises(ValueError, match="sales"):
        dataclasses.replace(content, service={"service & care": content.service["sales"]})


def test_content_of_a_scenario_prices_the_plan_again():
    scenario = read_scenario(Path(__file__).resolve().parents[2] / "data" / "small")
    pool = next(iter(scenario.pools))
    start, end = "2024-06-03T09:00:00+02:00", "2024-06-03T13:00:00+02:00"
    row = {
        "pool": pool,
        "date": "2024-06-03",
        "shift": "half",
        "start": start,
        "end": end,
        "paid_min": 240,
        "breaks": "",
    }
    schedule = pd.DataFrame([row | {"count": 3}])
    schedule["cost_each"] = price(schedule, pay_rules(scenario)).rows["priced_each"]
    result = StageResult("feasible", 1.0, 1.0, 0.0, 1.0, "by hand", None)
    plan = ShiftPlan(schedule, pd.DataFrame(columns=list(COVERAGE_COLUMNS)), result)
    demand = forecast(scenario)
    right = report_content(scenario, demand, demand.demand, plan, {})
    assert right.cost.cost == pytest.approx(plan.cost)
    assert not [note for note in right.record.notes if "calculator" in note]
    assert right.cost.level("total", pool="")["contacts"].item() == pytest.approx(demand.demand["contacts"].sum())
    wrong = dataclasses.replace(plan, schedule=schedule.assign(cost_each=schedule["cost_each"] + 0.01))
    notes = report_content(scenario, demand, demand.demand, wrong, {}).record.notes
    assert any("should agree to the cent" in note for note in notes)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (words.gap(0.00004), "< 0.01 %"),
        (words.gap(0.0), "0 %"),
        (words.gap(0.00512), "0.51 %"),
        (words.gap(None), words.UNKNOWN),
        (words.money(1234.5, "EUR", 2), "EUR 1,234.50"),
        (words.share(float("nan")), words.UNKNOWN),
        (words.moment("2014-07-01T08:30:00+02:00"), "Tue 1 Jul 08:30"),
        (html.escape('<a href="x">'), "&lt;a href=&quot;x&quot;&gt;"),
    ],
)
def test_figures_in_words(written, expected):
    assert written == expected


@pytest.mark.parametrize(
    ("seconds", "gap", "said"), [(9.9, 0.02, True), (9.9, 0.001, False), (3.0, 0.02, False)]
)  # out of time; done; Ctrl-C
def test_a_search_that_the_time_limit_ended_says_so(content, seconds, gap, said):
    about = {**content.record.about, "options": {"gap": 0.005, "time_limit_s": 10.0}}
    result = dataclasses.replace(content.plan.result, status="feasible", seconds=seconds, gap=gap)
    plan = dataclasses.replace(content.plan, result=result)
    record = dataclasses.replace(
        content.record, plan=plan, about=about, stages={**content.record.stages, "schedule": result}
    )
    text = " ".join(_print(dataclasses.replace(content, record=record)).replace("│", " ").split())
    assert ("ended by the time limit of 10 s" in text) is said


def test_the_chance_of_a_single_day_stands_beside_the_days_met_on_average(content):
    days = pd.DataFrame([("sales", "2024-06-03", 100.0, 0.81, 0.82, 0.01)], columns=list(DAY_COLUMNS))
    simulated = SimulatedService(10, 1, 0.1, 1e3, (0.82, 0.01), {}, days, {}, {}, on_target=0.84)
    told = headline.simulated_words(dataclasses.replace(content, simulated=simulated), language())[1]
    assert "meet the target on average; 84 % chance on a single day" in told
