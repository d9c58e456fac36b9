"""`servopt mix` and `servopt frontier` as a user types them."""

import json

import pandas as pd
import pytest
import yaml

from models.mix.cost import price_flow
from models.mix.reading import read_mix

TABLES = {
    "types": "contact_type,pool,aht_s,lost_cost\norders,desk,,4\nclaims,desk,540,9\n",
    "segments": "contact_type,segment,order,share,aht_s\norders,easy,1,0.6,140\norders,hard,2,0.4,420\n",
    "tiers": "tier,weight,csat_floor,bot_cap,human_always\nstandard,1,,,\ngold,3,0.82,0.4,yes\n",
    "volumes": "period,contact_type,tier,issues\n"
    + "".join(
        f"2026-0{month},{kind},{tier},{issues}\n"
        for month in (1, 2)
        for kind, tier, issues in (("orders", "standard", 4000), ("orders", "gold", 500), ("claims", "standard", 800))
    ),
    "channels": "channel,kind,unit_price,max_contacts,escalates_to\nphone,human_live,0.1,,\nbot,bot,0.3,,phone\n"
    "partner,outsourced,2.4,2500,\n",
    "links": "contact_type,channel,adoption_cap,containment,escalated_share,recontact_share,csat\n"
    "*,phone,,,,0.1,0.88\norders,bot,0.6,0.6,0.8,0.05,0.72\n*,partner,,,,0.15,0.76\n",
    "today": "contact_type,channel,share\norders,phone,0.8\norders,bot,0.2\nclaims,phone,1\n",
}
FILES = {
    "mix.json", "flows.csv", "cost.csv", "csat.csv", "workload.csv", "licences.csv", "rules.csv", "changes.csv",
    "outsource.csv",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    """A case as files."""
    place = tmp_path / "case"
    place.mkdir()
    settings = {"name": "shop", "periods": {"first": "2026-01", "count": 2}, "csat_floor": 0.8}
    (place / "mix.yaml").write_text(yaml.safe_dump(settings))
    for name, text in TABLES.items():
        (place / f"{name}.csv").write_text(text)
    return place


def test_mix_says_and_writes_the_mix(servopt, folder, tmp_path):
    result = servopt.run("mix", folder, "--out", tmp_path / "out")
    assert (result.exit_code, result.stderr) == (0, "")
    for text in (
        "Cost",
        "today",
        "less",
        "Satisfaction",
        "floor of the overall satisfaction",
        "proved optimal",
        "What could change next",
    ):
        assert text in result.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    record = json.loads((tmp_path / "out" / "mix.json").read_text())
    assert record["result"]["status"] == "optimal"
    assert record["saving"] == pytest.approx(record["cost_before"] - record["cost"])
    costs = pd.read_csv(tmp_path / "out" / "cost.csv")
    assert costs["amount"].sum() == pytest.approx(record["cost"], abs=0.005)
    assert costs["amount_before"].sum() == pytest.approx(record["cost_before"], abs=0.005)


def test_the_flows_that_are_written_cost_what_is_said(servopt, folder, tmp_path):
    servopt.run("mix", folder, "--out", tmp_path)
    case, flows = read_mix(folder), pd.read_csv(tmp_path / "flows.csv", dtype={"period": str})
    link = {
        (case.segments.name[s], case.contact_types[case.segments.contact_type[s]], case.channels.name[h]): m
        for m, (s, h) in enumerate(zip(case.links.segment, case.links.channel, strict=True))
    }
    flow = price_flow(case, 0 * case.flow_bound).outcomes.contacts.copy()
    for row in flows.itertuples():
        place = link[row.segment, row.contact_type, row.channel]
        flow[place, case.tiers.name.index(row.tier), case.periods.index(row.period)] = row.contacts
    total = json.loads((tmp_path / "mix.json").read_text())["cost"]
    assert price_flow(case, flow).total == pytest.approx(total, abs=0.005)
    assert flows["cost"].sum() == pytest.approx(total, abs=0.005)


def test_levels_of_the_command_line_hold(servopt, folder, tmp_path):
    costs = []
    for floor in (0.75, 0.85):
        assert servopt.run("mix", folder, "--csat-floor", floor, "--out", tmp_path, "--explain").exit_code == 0
        record = json.loads((tmp_path / "mix.json").read_text())
        assert record["csat"] >= floor - 1e-6
        costs.append(record["cost"])
    assert costs[0] < costs[1]


def test_an_infeasible_case_is_explained_and_nothing_is_written(servopt, folder, tmp_path):
    result = servopt.run("mix", folder, "--csat-floor", 0.86, "--budget", 15000, "--explain", "--out", tmp_path / "out")
    assert result.exit_code == 4
    assert "There is no channel mix that keeps every rule" in result.stderr
    assert "budget (15,000 EUR)" in result.stderr
    assert "the mix then costs" in result.stderr
    assert not (tmp_path / "out").exists()


def test_faults_of_the_input_are_all_said(servopt, folder, tmp_path):
    (folder / "links.csv").write_text(
        TABLES["links"].replace("0.6,0.6,0.8", "0.6,1.6,0.8").replace("phone,,", "fone,,")
    )
    result = servopt.run("mix", folder, "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "links.csv:3:containment" in result.stderr
    assert "fone" in result.stderr


def test_the_model_is_exported_as_algebra(servopt, folder, tmp_path):
    for name, word in (("model.lp", "Minimize"), ("model.mps", "ROWS")):
        assert servopt.run("mix", folder, "--out", tmp_path, "--lp", tmp_path / name, "--quiet").stdout == ""
        assert word in (tmp_path / name).read_text()


def test_frontier_writes_its_points_and_marks_the_knee(servopt, folder, tmp_path):
    out = tmp_path / "frontier.csv"
    result = servopt.run("frontier", folder, "--x", "cost", "--y", "csat", "--points", 9, "--out", out)
    assert result.exit_code == 0
    points = pd.read_csv(out)
    assert (len(points), points["cost"].is_monotonic_increasing) == (9, True)
    assert ("knee" in result.stdout) == bool(points["knee"].any())


def test_frontier_says_which_levels_no_mix_reaches(servopt, folder, tmp_path):
    result = servopt.run("frontier", folder, "--from", 0.85, "--to", 0.95, "--points", 3, "--out", tmp_path / "f.csv")
    assert result.exit_code == 0
    assert "no mix reaches it" in result.stdout
    budget = servopt.run(
        "frontier", folder, "--y", "budget", "--to", 100, "--points", 2, "--from", 10, "--out", tmp_path / "f.csv"
    )
    assert budget.exit_code == 4
    assert "No level has a channel mix" in budget.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--y", "service"], "cost_table"),
        (["--from", 0.9, "--to", 0.8], "--from is above --to"),
        (["--to", 80], "between 0 and 1"),
    ],
)
def test_frontier_options_that_do_not_fit_are_refused(servopt, folder, tmp_path, options, said):
    result = servopt.run("frontier", folder, *options, "--out", tmp_path / "f.csv")
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "f.csv").exists()
