"""Reading mixes of a sweep: the same cases and the same faults as one by one, and less work."""

import dataclasses
import shutil

import numpy as np
import pytest
import yaml

from models.examples import example_path
from models.faults import InputFaults
from models.mix import rereading
from models.mix.reading import read_mix
from models.mix.rereading import MixReader


@pytest.fixture
def retail(tmp_path):
    return shutil.copytree(example_path("retail"), tmp_path / "retail")


@pytest.fixture
def read_tables(monkeypatch):
    """Names of the tables that were read, in turn."""
    names, own = [], rereading.read_table

    def read(path, schema, log):
        names.append(path.name)
        return own(path, schema, log)

    monkeypatch.setattr(rereading, "read_table", read)
    return names


def change(folder, name, old, new):
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def same(one, other):
    """Whether two records hold the same, arrays included."""
    if dataclasses.is_dataclass(one) and not hasattr(one, "model_fields"):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


SETTINGS = [
    "csat_floor: 0.71\n", "lost_cost: 3.5\n", "budget: 900000\n", "change: {max_share: 0.3, per_period: 0.05}\n",
    "people: {cost_per_hour: 41, by_pool: {POOL: 17}}\n",
]  # fmt: skip


def with_setting(folder, text):
    settings = yaml.safe_load((folder / "mix.yaml").read_text()) | yaml.safe_load(text)
    (folder / "mix.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))


@pytest.mark.parametrize("text", SETTINGS)
def test_other_settings_need_no_table_again(retail, read_tables, text):
    reader = MixReader()
    before = reader.read(retail)
    read_tables.clear()
    with_setting(retail, text.replace("POOL", before.pools[0]))
    found = reader.read(retail)
    assert read_tables == []
    assert same(found, read_mix(retail))
    assert not same(found, before)


def test_another_period_and_another_table_count(retail, read_tables):
    reader = MixReader()
    before = reader.read(retail)
    read_tables.clear()
    change(retail, "tiers.csv", "\n", "\n")
    assert same(reader.read(retail), before)
    cell = (retail / "volumes.csv").read_text().splitlines()[1].split(",")[3]
    change(retail, "volumes.csv", f",{cell}", f",{float(cell) + 7}")
    found = reader.read(retail)
    assert read_tables == ["volumes.csv"]
    assert same(found, read_mix(retail))
    assert found.issues.sum() == pytest.approx(before.issues.sum() + 7)


def test_a_table_that_goes_counts(retail):
    reader = MixReader()
    assert reader.read(retail).today is not None
    with_setting(retail, "change: {}\n")
    (retail / "today.csv").unlink()
    assert reader.read(retail).today is None


@pytest.mark.parametrize(
    "text", ["csat_floor: 7\n", "service_target: 0.123\n", "people: {by_pool: {nobody: 3}}\n", "a: 1\n"]
)
def test_faults_are_those_of_a_first_reading(retail, text):
    reader = MixReader()
    reader.read(retail)
    with_setting(retail, text)
    if text.startswith("service"):
        with_setting(retail, "people: {cost_from: cost_table}\n")
    with pytest.raises(InputFaults) as first:
        read_mix(retail)
    for _ in range(2):
        with pytest.raises(InputFaults) as again:
            reader.read(retail)
        assert list(map(str, again.value.faults)) == list(map(str, first.value.faults))


def test_a_table_with_a_fault_is_not_remembered(retail):
    reader = MixReader()
    with (retail / "tiers.csv").open("a") as file:
        file.write("new,abc" + "," * ((retail / "tiers.csv").read_text().splitlines()[0].count(",") - 1) + "\n")
    for _ in range(2):
        with pytest.raises(InputFaults, match="abc"):
            reader.read(retail)


def test_what_was_not_asked_for_the_longest_is_forgotten(retail, read_tables, monkeypatch):
    monkeypatch.setattr(rereading, "MOST_TABLES", 2)
    reader = MixReader()
    first = reader.read(retail)
    count = len(read_tables)
    assert same(reader.read(retail), first)
    assert len(read_tables) > count
    assert len(reader._tables._kept) == 2
    assert not reader._cases._kept


def test_the_case_that_was_asked_for_last_is_kept(retail, read_tables, monkeypatch):
    monkeypatch.setattr(rereading, "MOST_CASES", 1)
    reader = MixReader()
    first = reader.read(retail)
    whole = "periods: {first: 2026-01, count: 12}\n"
    with_setting(retail, f"periods: [{', '.join(f'{{name: 2026-{month:02}, days: 30}}' for month in range(1, 13))}]\n")
    assert list(reader.read(retail).days) == [30] * 12
    with_setting(retail, whole)
    assert same(reader.read(retail), first)
    assert len(read_tables) == len(set(read_tables))
    assert len(reader._cases._kept) == 1


NUMBERS = [
    ("volumes.csv", "order_status,standard,1231,", "order_status,standard,1400,"),
    ("pool_costs.csv", "english,0.8,34.378,1789.37,1764.45", "english,0.8,34.378,1790,1764"),
    ("channels.csv", "bot,bot,,,0.4,290,", "bot,bot,0.01,,0.7,310,"),
    ("channels.csv", "outsourced,outsourced,2.05,", "outsourced,outsourced,2.5,"),
]


def test_other_numbers_are_put_in_place_without_reading_the_rest_again(retail, monkeypatch):
    reader = MixReader()
    reader.read(retail)
    wholes, own = [], rereading.read_mix
    monkeypatch.setattr(rereading, "read_mix", lambda *given: wholes.append(1) or own(*given))
    for name, old, new in NUMBERS:
        change(retail, name, old, new)
        assert same(reader.read(retail), read_mix(retail))
    # a price where there was none is not only another number
    assert len(wholes) == 1


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pool_costs.csv", "english,0.8,38.676,1879.3,1863.27", "english,0.8,38.676,17,1863.27"),
        ("volumes.csv", "order_status,standard,1231,", "order_status,standard,-1,"),
        ("channels.csv", "bot,bot,,,0.4,", "bot,bot,,,-0.4,"),
        ("volumes.csv", "order_status,standard,1231,", "order_statu,standard,1231,"),
    ],
)
def test_faults_among_other_numbers_are_said_as_ever(retail, name, old, new):
    reader = MixReader()
    reader.read(retail)
    change(retail, name, old, new)
    with pytest.raises(InputFaults) as found:
        reader.read(retail)
    with pytest.raises(InputFaults) as expected:
        read_mix(retail)
    assert [str(one) for one in found.value.faults] == [str(one) for one in expected.value.faults]


def test_volumes_that_no_longer_fill_a_contract_are_said(retail):
    reader = MixReader()
    reader.read(retail)
    lines = (retail / "volumes.csv").read_text().splitlines()
    rows = [",".join([*line.split(",")[:3], "1", *line.split(",")[4:]]) for line in lines[1:]]
    (retail / "volumes.csv").write_text("\n".join([lines[0], *rows]) + "\n")
    with pytest.raises(InputFaults, match="min_contacts"):
        reader.read(retail)
