"""A channel mix: each check finds the fault that is planted for it, and nothing else."""

import csv
import io
import json
import shutil

import pytest

from models.mix.planfiles import mix_files
from models.verification import verify_plan


@pytest.fixture(scope="module")
def written(build_mix, tmp_path_factory):
    """The folder of a mix of two months, two tiers and two channels; nobody changes it."""
    from optimizer.mix.run import mix_limits, solve_mix

    case = build_mix(
        {
            "periods": {"first": "2026-01", "count": 2}, "csat_floor": 0.8,
            "budget": 200000, "budget_per_period": 120000,
            "people": {"cost_from": "cost_per_hour", "cost_per_hour": 30, "busy_share": 0.8},
        },
        types=[{"contact_type": "orders", "pool": "desk", "aht_s": 300}],
        volumes=[
            {"period": period, "contact_type": "orders", "tier": tier, "issues": issues}
            for period in ("2026-01", "2026-02") for tier, issues in (("gold", 1000), ("plain", 9000))
        ],
        tiers=[{"tier": "gold", "weight": 2, "csat_floor": 0.82}, {"tier": "plain", "weight": 1}],
        channels=[
            {"channel": "phone", "kind": "human_live", "unit_price": 0.1},
            {"channel": "bot", "kind": "bot", "unit_price": 0.2, "duration_s": 120, "escalates_to": "phone"},
        ],
        links=[
            {"contact_type": "orders", "channel": "phone", "containment": 1, "recontact_share": 0.1, "csat": 0.9},
            {
                "contact_type": "orders", "channel": "bot", "containment": 0.6, "recontact_share": 0.15, "csat": 0.7,
                "adoption_cap": 0.6,
            },
        ],
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("mix")
    found = solve_mix(case, mix_limits(case))
    for name, text in mix_files(found).items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def folder(written, tmp_path):
    """A copy of the mix."""
    return shutil.copytree(written, tmp_path / "mix")


def found(folder):
    return [(one.check, one.file, one.row, one.column) for one in verify_plan(folder).findings]


def cell(folder, name, line, column, change):
    rows = list(csv.reader(io.StringIO((folder / name).read_text())))
    place = rows[0].index(column)
    rows[line - 1][place] = str(change(float(rows[line - 1][place])))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    (folder / name).write_text(text.getvalue())


def record(folder, change):
    content = json.loads((folder / "mix.json").read_text())
    change(content)
    (folder / "mix.json").write_text(json.dumps(content))


def test_the_mix_passes(written):
    result = verify_plan(written)
    assert result.passed
    assert set(result.compared) == {"flows", "satisfaction", "mix cost", "budget", "mix proof"}


def test_a_satisfaction_that_the_flows_do_not_have(folder):
    cell(folder, "csat.csv", 2, "csat", lambda value: value + 1e-4)
    assert found(folder) == [("satisfaction", "csat.csv", 2, "csat")]


@pytest.mark.parametrize(
    ("change", "column"),
    [
        (lambda content: content["settings"].update(csat_floor=0.95), "overall"),
        (lambda content: content["tiers"][0].update(csat_floor=0.95), "tier gold"),
        (lambda content: content["tiers"][0].update(csat_lead=0.3), "tier gold, with its lead"),
    ],
)
def test_a_floor_that_is_not_kept(folder, change, column):
    record(folder, change)
    assert found(folder) == [("satisfaction", "csat.csv", None, column)]


def test_a_floor_of_a_tier_holds_in_every_period_where_floors_do(folder):
    def change(content):
        content["settings"].update(csat_holds="period", csat_floor=None)
        content["tiers"][0].update(csat_floor=0.95)

    record(folder, change)
    assert [column for *_, column in found(folder)] == ["tier gold", "tier gold in 2026-01", "tier gold in 2026-02"]


def test_a_budget_that_is_broken(folder):
    record(folder, lambda content: content["settings"].update(budget=content["cost"] - 1))
    assert found(folder) == [("budget", "cost.csv", None, "amount")]


def test_a_budget_of_a_period_that_is_broken(folder):
    record(folder, lambda content: content["settings"].update(budget_per_period=1000))
    assert [(check, column) for check, _, _, column in found(folder)] == [
        ("budget", "amount of 2026-01"), ("budget", "amount of 2026-02"),
    ]  # fmt: skip


def test_contacts_that_vanish(folder):
    cell(folder, "flows.csv", 2, "contained", lambda value: value - 1)
    assert found(folder) == [("flows", "flows.csv", 2, "contacts")]


def test_hours_that_nobody_works(folder):
    cell(folder, "workload.csv", 2, "hours", lambda value: value + 1)
    assert found(folder) == [("flows", "workload.csv", None, "hours of 2026-01")]


def test_a_cost_that_the_amounts_do_not_have(folder):
    record(folder, lambda content: content.update(cost=content["cost"] + 0.02))
    assert found(folder) == [("mix proof", "mix.json", None, "cost")]


def test_flows_that_cost_more_than_is_paid(folder):
    cell(folder, "flows.csv", 2, "cost", lambda value: value + 10)
    assert found(folder) == [("mix cost", "flows.csv", None, "cost of 2026-01")]
