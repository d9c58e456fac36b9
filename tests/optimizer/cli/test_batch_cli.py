"""`servopt batch` and `servopt summary` from the command line."""

import json

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from optimizer.batch.calling import call
from optimizer.cli import main


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
def sites(tmp_path, write_site):
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
    grid = "command: schedule\ngrid: {pools.csv.wage_per_hour: [20, 25], demand.csv.contacts: [x1, x2]}\n"
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


def test_a_brief_sweep_of_mixes_keeps_proved_figures_alone(servopt, tmp_path):
    assert servopt("init", "retail", "shop").exit_code == 0
    # half a year is searched in full in a moment
    text = (tmp_path / "shop" / "mix.yaml").read_text().replace("count: 12", "count: 3")
    (tmp_path / "shop" / "mix.yaml").write_text(text)
    volumes = (tmp_path / "shop" / "volumes.csv").read_text().splitlines()
    kept = [line for line in volumes if not any(f"2026-{month:02}" in line for month in range(4, 13))]
    (tmp_path / "shop" / "volumes.csv").write_text("\n".join(kept) + "\n")
    (tmp_path / "g.yaml").write_text(
        "command: mix\ngrid: {csat_floor: [0.845, 0.855], pool_costs.csv.cost_per_week: [x0.95, x1.05]}\n"
    )
    ran = servopt("batch", "--grid", "g.yaml", "shop", "--out", "sweep", "--brief")
    assert ran.exit_code == 0, ran.output
    frame = pd.read_parquet(tmp_path / "sweep" / "figures.parquet").sort_values("cost")
    assert len(frame) == 4
    assert (frame["gap"] <= 0.01).all()
    assert (frame["bound"] <= frame["cost"]).all()
    assert (frame["csat"] >= frame["csat_floor"] - 1e-6).all()
    assert frame[[name for name in frame if name.startswith("cost_")]].filter(
        regex="people|contacts|resolutions|licences|fixed|lost"
    ).sum(axis=1).to_numpy() == pytest.approx(frame["cost"].to_numpy())
    for place in (tmp_path / "sweep" / "scenarios").iterdir():
        assert [path.name for path in place.iterdir()] == ["result.json"]


def test_a_budget_of_a_brief_sweep_is_held_against_the_cheapest_mix(servopt, tmp_path):
    assert servopt("init", "retail", "shop").exit_code == 0
    text = (tmp_path / "shop" / "mix.yaml").read_text().replace("count: 12", "count: 3")
    (tmp_path / "shop" / "mix.yaml").write_text(text)
    volumes = (tmp_path / "shop" / "volumes.csv").read_text().splitlines()
    kept = [line for line in volumes if line.startswith(("period", "2026-01", "2026-02", "2026-03"))]
    (tmp_path / "shop" / "volumes.csv").write_text("\n".join(kept) + "\n")
    (tmp_path / "g.yaml").write_text("command: mix\ngrid: {budget: [null, 90000, 30000]}\n")
    ran = servopt("batch", "--grid", "g.yaml", "shop", "--out", "sweep", "--brief")
    assert ran.exit_code == 0, ran.output
    frame = pd.read_parquet(tmp_path / "sweep" / "figures.parquet").set_index("name")
    assert frame.loc["budget=90000", "cost"] == frame.loc["budget=None", "cost"] < 90000
    assert frame.loc["budget=30000", "status"] == "infeasible"
    reason = frame.loc["budget=30000", "reason"]
    assert reason.startswith("budget (30,000 EUR): the cheapest mix that keeps every other rule costs at least ")
    least = float(reason.split()[-2].replace(",", ""))
    assert 30000 < least <= frame.loc["budget=None", "cost"] + 1


def test_an_infeasible_scenario_counts_in_no_figure_and_is_named(servopt, sites, tmp_path):
    path = sites / "south" / "c" / "scenario.yaml"
    path.write_text(path.read_text() + "limits: {seats: 1}\n")
    ran = servopt("batch", sites, "--command", "schedule")
    assert ran.exit_code == 0, ran.output
    figures = pd.read_parquet(tmp_path / "results" / "figures.parquet").set_index("name")
    assert figures.loc["south/c", "status"] == "infeasible"
    assert figures.loc["south/c", "cost"] > 0  # of the partial plan
    ranked = servopt("summary", "results", "--rank", "cost", "--to", "r.csv")
    assert "\n1,north/a," in (tmp_path / "r.csv").read_text()
    table = pd.read_csv(tmp_path / "r.csv").set_index("name")
    assert list(table.index) == ["north/a", "north/b", "south/c"]
    assert table.loc["south/c", ["rank", "cost"]].isna().all()
    assert "limits.seats" in table.loc["south/c", "reason"]
    assert "south/c: infeasible: " in ranked.output
    servopt("summary", "results", "--by", "region", "--figures", "cost", "--to", "by.csv")
    by = pd.read_csv(tmp_path / "by.csv").set_index("region")
    north = figures.loc[["north/a", "north/b"], "cost"].sum()
    assert by.loc["all", ["scenarios", "infeasible"]].tolist() == [3, 1]
    assert by.loc["all", "cost total"] == pytest.approx(north)
    assert by.loc["all", "cost mean"] == pytest.approx(north / 2)


def test_an_answer_to_what_has_changed_since_is_marked(servopt, sites, tmp_path):
    servopt("batch", sites, "--command", "schedule")
    (sites / "north" / "a" / "contact_types.csv").write_text("contact_type,pool,aht_s\ncalls,desk,-1\n")
    assert servopt("batch", sites, "--command", "schedule").exit_code == 3
    found = servopt("summary", "results", "--rank", "cost", "--to", "r.csv")
    table = pd.read_csv(tmp_path / "r.csv").set_index("name")
    assert table.loc["north/a", "status"] == "outdated"
    assert table.loc["north/a", "region"] == "north"
    assert table.loc["north/a", ["rank", "cost"]].isna().all()
    assert "north/a: outdated: was optimal before it changed" in found.output


def test_faulty_scenarios_are_skipped_when_asked(servopt, sites):
    (sites / "north" / "a" / "contact_types.csv").write_text("contact_type,pool,aht_s\ncalls,desk,-1\n")
    path = sites / "south" / "c" / "scenario.yaml"
    path.write_text(path.read_text() + "limits: {seats: 1}\n")
    plain = servopt("batch", sites, "--command", "schedule")
    assert plain.exit_code == 3
    assert "no faults in" not in plain.output
    assert "2 of 3 inputs can be run" in plain.output
    skipped = servopt("batch", sites, "--command", "schedule", "--skip-faulty")
    assert skipped.exit_code == 1
    assert "failed: north/a: faults in its input: contact_types.csv:2:aht_s" in skipped.output
    assert "2 of 3 have their answer, 1 failed" in skipped.output
    assert "infeasible: south/c\n0 ended by the time limit; the worst gap is 0.00%" in skipped.output
    status = servopt("batch", "--status", "results").output
    assert "failed: north/a: faults in its input: contact_types.csv:2:aht_s" in status
    assert "infeasible: south/c: " in status


def test_rates_are_weighed_by_contacts_and_a_label_may_be_named_in_full(servopt, sites, tmp_path):
    servopt("batch", sites)
    figures = pd.read_parquet(tmp_path / "results" / "figures.parquet").set_index("name")
    arguments = ["--figures", "cost,cost_per_contact", "--to", "by.csv"]
    found = servopt("summary", "results", "--by", "label.region", *arguments)
    assert found.exit_code == 0, found.output
    assert "cost_per_contact by contacts" in " ".join(found.output.split())
    table = pd.read_csv(tmp_path / "by.csv").set_index("region")
    north, every = figures.loc[["north/a", "north/b"]], figures
    for name, rows in (("north", north), ("all", every)):
        whole = rows["cost"].sum() / rows["contacts"].sum()
        assert table.loc[name, "cost_per_contact by contacts"] == pytest.approx(whole, abs=1e-4)
        assert table.loc[name, "cost_per_contact by contacts"] != pytest.approx(
            rows["cost_per_contact"].mean(), abs=1e-3
        )


def test_variants_have_no_total_and_files_show_what_a_figure_is(servopt, sites, tmp_path):
    grid = "command: schedule\ngrid: {pools.csv.wage_per_hour: [x0.9, x1.1]}\n"
    (tmp_path / "grid.yaml").write_text(grid)
    servopt("batch", "--grid", "grid.yaml", sites / "north" / "a", "--out", "sweep")
    found = servopt("summary", "sweep", "--by", "command", "--figures", "cost,gap", "--to", "by.xlsx")
    assert found.exit_code == 0, found.output
    book = openpyxl.load_workbook(tmp_path / "by.xlsx")
    names = [cell.value for cell in book["summary"][1]]
    assert "cost total" not in names
    assert {"cost mean", "cost least", "cost most"} <= set(names)
    assert "cost least" in found.output
    formats = {cell.value: book["summary"].cell(2, cell.column).number_format for cell in book["summary"][1]}
    assert (formats["cost mean"], formats["gap most"], formats["scenarios"]) == ("#,##0", "0.0%", "#,##0")
    frame = pd.read_parquet(tmp_path / "sweep" / "figures.parquet")
    assert frame["pools.csv.wage_per_hour.factor"].tolist() == [0.9, 1.1]
    servopt("summary", "sweep", "--pivot", "command", "wage_per_hour", "--figures", "cost", "--to", "pivot.csv")
    pivot = pd.read_csv(tmp_path / "pivot.csv")
    assert pivot.columns.tolist() == ["command", "cost wage_per_hour=x0.9", "cost wage_per_hour=x1.1"]
    assert pivot.iloc[0, 1:].tolist() == pytest.approx(frame["cost"].tolist())
    servopt("summary", "sweep", "--to", "page.html")
    page = (tmp_path / "page.html").read_text()
    assert f"<h1>Batch sweep, {frame['ended'].max()[:10]}</h1>" in page
    assert ".html" in servopt("summary", "sweep", "--to", "a.pdf").output
