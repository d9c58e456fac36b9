"""`servopt batch` and `servopt summary` from the command line."""

import json

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from optimizer.batch.calling import call
from optimizer.cli import main

SCENARIO = """\
time_zone: Europe/Berlin
horizon: {start: 2024-06-03, days: 1}
interval_min: 60
opening_hours: {mon: "09:00-13:00"}
horizon_edges: cut
service: {target: 0.8, mode: interval, model: erlang-c}
pay: {wage_per_hour: 20.0}
shifts:
  - {name: half, days: mon, earliest_start: "09:00", latest_start: "09:00", paid_min: 240}
"""


def write_site(folder, contacts):
    folder.mkdir(parents=True)
    (folder / "scenario.yaml").write_text(SCENARIO)
    (folder / "contact_types.csv").write_text("contact_type,pool,aht_s\ncalls,desk,180\n")
    rows = [f"2024-06-03T{hour:02d}:00,calls,{contacts}" for hour in range(9, 13)]
    (folder / "demand.csv").write_text("\n".join(["start,contact_type,contacts", *rows]) + "\n")


class _Here:
    """Workers in the test's own process, so that the command is what is tested and not how processes start."""

    def __init__(self, machine):
        self.machine = machine

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        pass

    def describe(self):
        return {"kind": "here", "workers": self.machine.workers}

    def run(self, work, tasks):
        return (call(work, task) for task in tasks)


@pytest.fixture
def servopt(monkeypatch, tmp_path):
    monkeypatch.setattr("optimizer.batch.pool.LocalPool", _Here)
    monkeypatch.setenv("SERVOPT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, list(map(str, arguments)))


@pytest.fixture
def sites(tmp_path):
    for name, contacts in (("north/a", 40), ("north/b", 60), ("south/c", 80)):
        write_site(tmp_path / "sites" / name, contacts)
    text = "scenario,label.region\nnorth/a,north\nnorth/b,north\nsouth/c,=south\n"
    (tmp_path / "sites" / "jobs.csv").write_text(text)
    return tmp_path / "sites"


def test_a_folder_of_scenarios_and_its_summary(servopt, sites, tmp_path):
    ran = servopt("batch", sites, "--command", "schedule")
    assert ran.exit_code == 0, ran.output
    assert "3 scenarios: 0 are done, 3 to run" in ran.output
    assert "3 of 3 have their answer, 0 failed" in ran.output
    assert servopt("batch", "--status", "results").output.startswith(
        "3 scenarios: 3 done, 0 failed, 0 to run; not running"
    )

    by = servopt("summary", "results", "--by", "region", "--figures", "cost,shifts", "--to", "by.csv")
    assert by.exit_code == 0, by.output
    table = pd.read_csv(tmp_path / "by.csv").set_index("region")
    figures = pd.read_parquet(tmp_path / "results" / "figures.parquet").set_index("name")
    north = figures.loc[["north/a", "north/b"], "cost"]
    assert table.loc["north", "scenarios"] == 2
    assert table.loc["north", "cost total"] == pytest.approx(north.sum())
    assert table.loc["north", "cost mean"] == pytest.approx(north.mean())
    assert (table.loc["north", "cost least"], table.loc["north", "cost most"]) == (north.min(), north.max())
    assert "'=south" in table.index  # no spreadsheet runs what a user typed


def test_ranks_and_formats(servopt, sites, tmp_path):
    servopt("batch", sites, "--command", "schedule")
    ranked = servopt("summary", "results", "--rank", "cost", "--largest-first", "--to", "ranked.xlsx")
    assert ranked.exit_code == 0, ranked.output
    book = openpyxl.load_workbook(tmp_path / "ranked.xlsx")
    rows = list(book["summary"].values)
    assert [row[:2] for row in rows] == [("rank", "name"), (1, "south/c"), (2, "north/b"), (3, "north/a")]
    assert len(list(book["figures"].values)) == 4
    assert book["figures"]["E2"].data_type == "s"
    page = servopt("summary", "results", "--to", "page.html")
    assert page.exit_code == 0
    assert "<td>south/c</td>" in (tmp_path / "page.html").read_text()
    assert servopt("summary", "results", "--to", "x.pdf").exit_code == 3


def test_names_that_are_no_columns(servopt, sites):
    servopt("batch", sites, "--command", "schedule")
    wrong = servopt("summary", "results", "--by", "regoin")
    assert wrong.exit_code == 3
    assert "did you mean region" in wrong.output
    assert "is no figure" in servopt("summary", "results", "--rank", "name").output
    assert servopt("summary", "sites").exit_code == 3


def test_a_grid_ranks_its_values(servopt, sites, tmp_path):
    grid = "command: schedule\ngrid: {pay.wage_per_hour: [20, 25], demand.csv.contacts: [x1, x2]}\n"
    (tmp_path / "grid.yaml").write_text(grid)
    ran = servopt("batch", "--grid", "grid.yaml", sites / "north" / "a", "--progress", "json")
    assert ran.exit_code == 0, ran.output
    events = [json.loads(line) for line in ran.output.splitlines()]
    assert [one["event"] for one in events] == ["begins", "checked", *["finished"] * 4]
    assert events[-1]["done"] == 4
    frame = pd.read_parquet(tmp_path / "results" / "figures.parquet").set_index("name")
    plain, dear = frame.loc["wage_per_hour=20_contacts=x1", "cost"], frame.loc["wage_per_hour=25_contacts=x1", "cost"]
    assert dear == pytest.approx(1.25 * plain)
    assert frame.loc["wage_per_hour=20_contacts=x2", "cost"] > plain


def test_faults_and_failures_have_their_exit_codes(servopt, sites, tmp_path, monkeypatch):
    (sites / "north" / "a" / "contact_types.csv").write_text("contact_type,pool,aht_s\ncalls,desk,-1\n")
    bad = servopt("batch", sites, "--command", "schedule")
    assert bad.exit_code == 3
    assert "contact_types.csv:2:aht_s" in bad.output
    assert not list((tmp_path / "results" / "scenarios").iterdir())

    (sites / "north" / "a" / "contact_types.csv").write_text("contact_type,pool,aht_s\ncalls,desk,90\n")

    def broken(*arguments):
        raise RuntimeError("no such luck")

    with monkeypatch.context() as patch:
        patch.setattr("optimizer.batch.shift_plans.plan_shifts", broken)
        some = servopt("batch", sites, "--command", "schedule")
    assert some.exit_code == 1
    assert "failed: north/a: RuntimeError: no such luck" in some.output
    again = servopt("batch", sites, "--command", "schedule")
    assert again.exit_code == 1
    assert "3 failed before (--retry-failed tries them again)" in again.output
    assert "failed: south/c: RuntimeError: no such luck" in servopt("batch", "--status", "results").output
    assert servopt("batch", "--retry-failed", "results").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["sites", "--command", "dance"], 2),
        (["sites", "--memory", "much"], 2),
        (["--status", "sites"], 3),
        (["--retry-failed", "sites"], 3),
        (["sites", "--grid", "sites/jobs.csv"], 3),
        (["sites/north"], 0),
    ],
)
def test_wrong_use(servopt, sites, arguments, code):
    found = servopt("batch", *arguments)
    assert found.exit_code == code, found.output


def test_mix_and_invest_run_too(servopt, tmp_path):
    from models.examples import example_path

    folder = example_path("retail")
    (tmp_path / "table.csv").write_text("name,command,gap\nmix,mix,0.5\ninvest,invest,0.5\n")
    ran = servopt("batch", folder, "--table", "table.csv")
    assert ran.exit_code == 0, ran.output
    frame = pd.read_parquet(tmp_path / "results" / "figures.parquet").set_index("name")
    assert 0 < frame.loc["mix", "cost"] < frame.loc["mix", "cost_before"]
    assert frame.loc["invest", "npv"] > 0
