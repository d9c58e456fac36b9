"""What the tests of several packages build."""

import hypothesis
import pandas as pd
import pytest

from models.csvtable import typed_table
from models.faults import FaultLog
from models.mix import tables
from models.mix.reading import mix_case
from models.mix.settings import MixSettings

# what an example takes by the clock says nothing where several tests share the machine
hypothesis.settings.register_profile("servopt", deadline=None)
hypothesis.settings.load_profile("servopt")

SCHEMAS = {str(schema.name).removesuffix(".csv"): schema for schema in tables.TABLES}


def _typed(name, rows, log):
    """Rows (a list of dicts) as a table that was read from a file would look."""
    cells = pd.DataFrame(rows, dtype=object)
    cells.index = range(2, len(cells) + 2)
    written = cells.map(lambda cell: "" if cell is None or cell != cell else str(cell))
    return typed_table(f"{name}.csv", written, SCHEMAS[name], log)


def build_mix(settings=None, **rows):
    """Build a `MixCase` from rows as they would stand in the CSV files, through the checks of the reader.

    ``build_mix({"csat_floor": 0.8}, types=[{...}], volumes=[{...}], channels=[{...}], links=[{...}])``: one argument
    for each table, without ".csv". The settings are those of mix.yaml; by default one month called 2026-01.
    """
    given = {"name": "test", "periods": {"first": "2026-01", "count": 1}} | (settings or {})
    log = FaultLog()
    frames = {name: _typed(name, lines, log) for name, lines in rows.items()}

    def fault(path, value, message):
        log.add("mix.yaml", None, ".".join(map(str, path)), value, message)

    return mix_case(MixSettings.model_validate(given), frames, log, fault)


@pytest.fixture(name="build_mix", scope="session")
def _build_mix():
    return build_mix


SITE = """\
name: tiny
time_zone: Europe/Berlin
horizon: {start: 2024-06-03, days: 1}
interval_min: 60
opening_hours: {mon: "09:00-13:00"}
horizon_edges: cut
service: {target: 0.8, within_s: 20, mode: interval, model: erlang-c}
pay: {wage_per_hour: 20.0}
shifts:
  - {name: half, days: mon, earliest_start: "09:00", latest_start: "09:00", paid_min: 240}
solve: {time_limit_s: 30, gap: 0.0}
"""
TYPES = "contact_type,pool,aht_s\ncalls,desk,180\n"
POOLS = "pool,wage_per_hour\ndesk,20\n"


def write_site(folder, contacts=60.0, **files):
    """Write a scenario of four hours, which is planned in a moment; `files` replace text, by name without ending."""
    folder.mkdir(parents=True)
    hours = [f"2024-06-03T{hour:02d}:00,calls,{contacts}" for hour in range(9, 13)]
    texts = {"scenario": SITE, "contact_types": TYPES, "pools": POOLS}
    texts |= {"demand": "\n".join(["start,contact_type,contacts", *hours]) + "\n"}
    for name, text in (texts | files).items():
        (folder / f"{name}.{'yaml' if name == 'scenario' else 'csv'}").write_text(text)
    return folder


@pytest.fixture(name="write_site", scope="session")
def _write_site():
    return write_site
