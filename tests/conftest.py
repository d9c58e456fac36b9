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
