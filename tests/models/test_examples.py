"""The examples that come with the product, and the data dictionary."""

import re
from pathlib import Path

import pytest

from models import examples
from models.calculator_tables import calculator_tables
from models.dictionary import calculator_dictionary, dictionary
from models.scenario import read_scenario

DATA = Path(__file__).resolve().parents[2] / "data"


def test_the_examples_are_found():
    assert examples.list_examples() == ["bank", "centre", "retail", "rotation", "small", "vanad", "vanad-choices"]
    assert (examples.example_path("small") / "scenario.yaml").is_file()
    with pytest.raises(KeyError, match="bank, centre, retail, rotation, small, vanad, vanad-choices"):
        examples.example_path("nope")


def test_packaged_examples_come_first(tmp_path, monkeypatch):
    (tmp_path / "models" / "_data" / "mine").mkdir(parents=True)
    (tmp_path / "models" / "_data" / "mine" / "scenario.yaml").touch()
    (tmp_path / "data" / "strange").mkdir(parents=True)
    (tmp_path / "data" / "strange" / "scenario.yaml").touch()
    monkeypatch.setattr(examples, "__file__", str(tmp_path / "models" / "examples.py"))
    assert examples.list_examples() == ["mine"]
    (tmp_path / "models" / "_data").rename(tmp_path / "moved")
    assert examples.list_examples() == ["strange"]


def test_copying_refuses_to_overwrite(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not an empty folder"):
        examples.copy_example("small", tmp_path / "full")
    assert [entry.name for entry in (tmp_path / "full").iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    names = examples.copy_example("small", tmp_path / "empty")
    assert names == examples.copy_example("small", tmp_path / "deep" / "new")
    assert "README.md" in names and "scenario.yaml" in names
    assert (tmp_path / "empty" / "history.csv").read_bytes() == (DATA / "small" / "history.csv").read_bytes()
    assert {entry.name for entry in tmp_path.iterdir()} == {"full", "empty", "deep"}


def test_small_has_one_of_each():
    scenario = read_scenario(DATA / "small")
    assert set(scenario.contact_types["kind"]) == {"live", "chat", "deferrable"}
    assert any(shift.breaks for shift in scenario.settings.shifts)
    assert len(scenario.grid) == 7 * 48 and 1 <= len(scenario.pools) <= 2


def test_vanad_is_the_real_centre():
    scenario = read_scenario(DATA / "vanad")
    assert (str(scenario.grid.first_date), scenario.grid.days, scenario.grid.interval_min) == ("2014-07-01", 28, 30)
    assert len(scenario.contact_types) == 11 and set(scenario.pools) == {"general", "specialist"}
    # Queue 5 in the published table: 306,663 offered calls; none may be lost on the way.
    calls = scenario.history.groupby("contact_type")["contacts"].sum()
    assert calls["queue_05"] == 306_663 and calls.min() > 1_000
    assert 789_000 < calls.sum() < 791_000
    assert scenario.pools["general"].open.sum() == 24 * 24
    assert not any("unknown" in note for note in scenario.notes)


def test_bank_has_five_minute_history_and_a_holiday_in_its_horizon():
    scenario = read_scenario(DATA / "bank")
    assert scenario.grid.interval_min == 15
    assert scenario.history["contacts"].sum() == 3_932_544
    assert sum("2003-04-04, 2003-04-07" in note for note in scenario.notes) == 1
    assert scenario.pools["agents"].open.sum() == 9 * 57  # ten weekdays, one of them Labor Day


@pytest.mark.parametrize("name", ["bank", "centre", "retail", "rotation", "small", "vanad", "vanad-choices"])
def test_each_example_names_its_source_or_says_that_it_is_made_up(name):
    text = (DATA / name / "README.md").read_text()
    assert re.search(r"## Source|made up", text) and examples.example_title(name)


def test_data_holds_no_code():
    allowed = {".csv", ".yaml", ".md"}
    assert {path.suffix for path in DATA.rglob("*") if path.is_file()} <= allowed


def test_the_data_dictionary_is_current():
    assert (DATA / "README.md").read_text() == dictionary(), "run python -m models.dictionary"


def test_the_data_dictionary_names_every_setting_and_column():
    text = dictionary()
    for word in (
        "shifts[].breaks[].around_middle_min",
        "limits.heads[].pool",
        "holidays.dates",
        "deadline_min",
        "aht_s",
    ):
        assert f"`{word}`" in text


def test_the_dictionary_of_the_calculators_is_current_and_complete():
    assert (DATA / "finance" / "columns.md").read_text() == calculator_dictionary(), "run python -m models.dictionary"
    named = {file: schema for file, (schema, _) in calculator_tables().items()}
    assert set(named) == {path.name for path in (DATA / "finance").glob("*.csv")}
    for file, schema in named.items():
        header = (DATA / "finance" / file).read_text().splitlines()[0].split(",")
        assert set(header) <= set(schema.columns) or not schema.strict, file
        assert {name for name, column in schema.columns.items() if column.required} <= set(header), file


def test_bounds_are_written_as_a_user_writes_them():
    """Dates have no number format: `≥ g` once stood here."""
    text = dictionary()
    assert "| `horizon.start` | YYYY-MM-DD | ≥ 1900-01-01, < 2200-01-01 |" in text
    assert "`periods.first`" in text and "`periods[].days`" in text
