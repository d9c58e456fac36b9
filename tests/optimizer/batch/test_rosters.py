"""Rosters of several sites in one batch."""

import pandas as pd
import pytest

from optimizer.batch.request import Asked
from optimizer.batch.results import ResultFolder
from optimizer.batch.run import run_batch

SETTINGS = """\
name: desk
time_zone: Europe/Berlin
first_day: 2026-03-02
days: 7
pay: {wage_per_hour: 20}
solve: {time_limit_s: 5, gap: 0.0, seed: 1}
"""
TABLES = {
    "agents": "employee,contract\nAnn,full\nBob,full\n",
    "contracts": "contract,hours_per_week\nfull,40\n",
    "shifts": "shift,start,paid_min\nE,07:00,480\n",
}


@pytest.fixture
def sites(tmp_path):
    for name, need in (("one", 1), ("two", 2)):
        folder = tmp_path / "sites" / name
        folder.mkdir(parents=True)
        (folder / "roster.yaml").write_text(SETTINGS)
        for table, text in (TABLES | {"cover": f"day,shift,need\nmon-fri,E,{need}\n"}).items():
            (folder / f"{table}.csv").write_text(text)
    return tmp_path / "sites"


def test_each_site_has_its_roster_and_its_figures(sites, tmp_path, inline, quiet):
    tally = run_batch(Asked((sites,), command="roster"), ResultFolder(tmp_path / "r"), lambda: inline, quiet)
    assert (tally.done, tally.failed) == (2, 0)
    frame = pd.read_parquet(tmp_path / "r" / "figures.parquet")
    assert list(frame["needed"]) == [5, 10]
    assert list(frame["shifts"]) == [5, 10]
    assert (frame["uncovered_hours"] == 0).all()
    for place in (tmp_path / "r" / "scenarios").iterdir():
        assert {"roster.csv", "roster.json", "result.json"} <= {path.name for path in place.iterdir()}
        assert not list(place.glob("*.xlsx"))


def test_a_site_without_any_roster_says_what_excludes_each_other(sites, tmp_path, inline, quiet):
    """Bob's leave of six days leaves no week of 40 hours, once these are hard."""
    (sites / "one" / "roster.yaml").write_text(SETTINGS + "contract_hours: {under_per_hour: null}\n")
    (sites / "one" / "contracts.csv").write_text("contract,hours_per_week,min_hours\nfull,40,40\n")
    (sites / "one" / "leave.csv").write_text("employee,first_day,last_day,paid\nBob,2026-03-02,2026-03-07,no\n")
    run_batch(Asked((sites,), command="roster"), ResultFolder(tmp_path / "r"), lambda: inline, quiet)
    texts = [path.read_text() for path in (tmp_path / "r" / "scenarios").glob("*/result.json")]
    (text,) = [text for text in texts if "Bob: " in text]
    assert "fewest contract hours: at least 40 h, over the horizon" in text
    assert "leave: no work, 2026-03-02 to 2026-03-07" in text
