"""report.html in a real browser: opens offline, draws every picture, fits desk and phone, prints on A4 landscape."""

import importlib.util
import re
from pathlib import Path

import pytest

from optimizer.report.html import report_html
from optimizer.report.language import LANGUAGES, language
from optimizer.report.sections import pictures_of


def _fixtures():
    """Return the module of the browser's fixtures, which the page's tests have."""
    path = Path(__file__).resolve().parents[2] / "web" / "conftest.py"
    spec = importlib.util.spec_from_file_location("web_fixtures", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_WEB = _fixtures()
chromium, open_tab = _WEB.chromium, _WEB.open_tab

DRAWN = "html[data-drawn=all]"
EMPTY = """() => [...document.querySelectorAll('.chart')].filter(
    (chart) => !chart.querySelector('.main-svg') || chart.querySelector('.main-svg').clientWidth < 100
      || chart.querySelectorAll('path, rect.bg, text').length < 3).map((chart) => chart.id)"""
OVERFLOW = """() => document.documentElement.scrollWidth - window.innerWidth"""


def write(path, parts, code="en"):
    path.write_text(report_html(parts, language(code)), encoding="utf-8")
    return path.as_uri()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_report_in_a_browser(parts, tmp_path, open_tab, code):
    """One load for all that can be seen of it: a page of five megabytes is not opened for each question."""
    tab = open_tab(write(tmp_path / "report.html", parts, code), offline=True)
    tab.wait_for_selector(DRAWN, state="attached")
    every_picture_is_drawn(tab, [picture.name for picture in pictures_of(parts, language(code))])
    if code == "zh":
        nothing_is_left_in_english(tab)
    choices_are_made_without_a_mouse_and_go_together(tab)
    it_prints_on_a4_landscape(tab)
    flows_show_on_paper(tab)
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.wait_for_timeout(400)  # plotly follows the window after a pause
    assert tab.evaluate(EMPTY) == []
    assert tab.evaluate(OVERFLOW) <= 0


def every_picture_is_drawn(tab, names):
    assert tab.locator(".chart").evaluate_all("all => all.map((one) => one.id)") == names
    assert len(names) == 17
    assert tab.evaluate(EMPTY) == []
    assert tab.evaluate(OVERFLOW) <= 0
    alts = tab.locator(".chart").evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")
    assert all(len(alt) > 8 and "{" not in alt for alt in alts)


def nothing_is_left_in_english(tab):
    texts = tab.locator("main h2, main h3, nav, summary, label, figcaption, caption, thead th, dt").all_inner_texts()
    assert not [text for text in texts if re.search(r"[a-z]{3,} [a-z]{3,}", text)]


def choices_are_made_without_a_mouse_and_go_together(tab):
    day = tab.locator('select[data-of="cover"][data-choice="1"]')
    other = tab.locator('select[data-of="service"][data-choice="1"]')
    before = day.input_value()
    day.focus()
    tab.keyboard.press("ArrowDown")
    assert day.input_value() == other.input_value() == str(int(before) + 1)
    button = tab.locator('button[data-of="cover"][data-step="-1"]')
    button.focus()
    tab.keyboard.press("Enter")
    assert day.input_value() == other.input_value() == before
    # the numbers of the day that is chosen
    tab.locator('[data-numbers="cover"]').locator("xpath=..").locator("summary").click()
    place = tab.locator('[data-numbers="cover"]')
    assert place.locator("tbody tr").count() == 24  # 08:00 to 20:00 by half hours
    assert place.locator("thead th").count() == 6
    assert place.locator("caption").inner_text().endswith(day.locator("option:checked").inner_text())


def it_prints_on_a4_landscape(tab):
    paper = tab.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper))
    assert {(round(float(a)), round(float(b))) for a, b in boxes} == {(842, 595)}  # points
    assert 5 <= paper.count(b"/Type /Page\n") <= 22  # two pictures on a sheet
    # what was drawn for paper is as wide as the window again
    wide = (
        "all => all.filter((one) => Math.abs(one.clientWidth - one.querySelector('.main-svg').clientWidth) > 2).length"
    )
    tab.wait_for_timeout(400)
    assert tab.locator(".chart").evaluate_all(wide) == 0


def flows_show_on_paper(tab):
    tab.emulate_media(media="print")
    # plotly fades flows in: at the first moment they are transparent, and paper keeps that
    tab.evaluate("document.querySelectorAll('.sankey-link').forEach((one) => (one.style.opacity = 0))")
    seen = "all => all.map((one) => [getComputedStyle(one).opacity, Number(getComputedStyle(one).fillOpacity) > 0.2])"
    links = tab.locator(".sankey-link").evaluate_all(seen)
    assert links and all(link == ["1", True] for link in links)
    tab.emulate_media(media="screen")


def test_three_hundred_agents_over_four_weeks_are_fast(many, tmp_path, open_tab):
    address = write(tmp_path / "report.html", many)
    assert (tmp_path / "report.html").stat().st_size < 6_000_000
    tab = open_tab(offline=True)
    session = tab.context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(address)
    work = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    # seconds of work of the page itself: a busy machine does not count
    assert work["TaskDuration"] < 6.0
    assert tab.locator(".grid tbody tr").count() == 300
    tab.wait_for_selector(DRAWN, state="attached")
    day = tab.locator('select[data-of="roster-day"]')
    assert day.locator("option").count() == 28
    shown = tab.locator("#roster-day .bars path").count()
    assert shown > 200
