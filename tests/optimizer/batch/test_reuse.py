"""The cache by content: who shares what, who may not, and many writers at once."""

import dataclasses
import datetime as dt
import os
import pickle
import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.backlog import DeferrableWork
from models.calendar import TimeGrid
from models.examples import example_path
from models.forecast import Backtest, Forecast, forecast
from models.requirement import require
from models.requirement.records import PoolRequirement, Requirement
from models.scenario import read_scenario
from optimizer.batch.formats import FORECAST, POOL_ARRAYS, REQUIREMENT, pack, unpack
from optimizer.batch.parts import forecast_parts, requirement_parts
from optimizer.batch.reuse import PLAIN, Format, Reuse

RAW = Format(bytes, bytes)


@pytest.fixture(scope="module")
def small():
    return read_scenario(example_path("small"))


def changed(scenario, **settings):
    return replace(scenario, settings=scenario.settings.model_copy(update=settings))


def test_an_entry_is_made_once_and_is_the_same(tmp_path, small):
    cache, made, needed = Reuse(tmp_path / "c"), [], require(small, forecast(small).demand)

    def make():
        made.append(1)
        return needed

    first = cache.get("requirement", [b"x"], REQUIREMENT, make)
    second = Reuse(tmp_path / "c").get("requirement", [b"x"], REQUIREMENT, make)
    assert len(made) == 1
    for name, pool in first.pools.items():
        assert np.array_equal(pool.service_level, second.pools[name].service_level)
    cache.get("requirement", [b"y"], REQUIREMENT, make)
    cache.get("other", [b"x"], REQUIREMENT, make)
    assert len(made) == 3


def test_a_damaged_entry_is_made_again(tmp_path):
    cache = Reuse(tmp_path / "c")
    assert cache.get("a", [b"1"], PLAIN, lambda: "good") == "good"
    (entry,) = (tmp_path / "c").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1] + b"!")
    assert cache.get("a", [b"1"], PLAIN, lambda: "again") == "again"
    assert cache.get("a", [b"1"], PLAIN, lambda: "never") == "again"


def test_the_least_recently_used_go_first(tmp_path):
    cache = Reuse(tmp_path / "c", max_bytes=3500)
    for number in range(3):
        cache.get("a", [bytes([number])], RAW, lambda: b"x" * 1000)
        for entry in (tmp_path / "c").iterdir():
            os.utime(entry, (entry.stat().st_atime - 10, entry.stat().st_mtime - 10))
    cache.get("a", [b"\x00"], RAW, lambda: b"never")  # used again: now the youngest
    cache.get("a", [b"\x09"], RAW, lambda: b"x" * 1000)
    again = Reuse(tmp_path / "c", max_bytes=3500)
    assert again.get("a", [b"\x00"], RAW, lambda: b"gone") != b"gone"
    assert again.get("a", [b"\x01"], RAW, lambda: b"gone") == b"gone"
    assert sum(entry.stat().st_size for entry in (tmp_path / "c").iterdir()) <= 3500


def test_a_folder_that_others_can_write_is_not_read(tmp_path):
    (tmp_path / "c").mkdir()
    (tmp_path / "c").chmod(0o777)
    cache = Reuse(tmp_path / "c")
    cache.get("a", [b"1"], PLAIN, lambda: "x")
    assert not list((tmp_path / "c").iterdir())


def test_no_folder_no_cache(tmp_path):
    (tmp_path / "file").write_text("")
    for cache in (Reuse(None), Reuse(tmp_path / "file" / "below")):
        assert cache.get("a", [b"1"], PLAIN, lambda: "x") == "x"


def test_many_writers_at_once(tmp_path):
    code = textwrap.dedent(f"""
        from pathlib import Path
        from optimizer.batch.reuse import Format, Reuse
        RAW = Format(bytes, bytes)
        cache = Reuse(Path({str(tmp_path / "c")!r}), max_bytes=60_000)
        for turn in range(15):
            for number in range(10):
                body = bytes([number]) * 10_000
                assert cache.get("a", [bytes([number])], RAW, lambda: body) == body
    """)
    writers = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    for writer in writers:
        assert writer.wait(60) == 0, writer.stderr.read()
    assert not [entry.name for entry in (tmp_path / "c").iterdir() if entry.name.endswith(".part")]


@pytest.mark.parametrize(
    ("field", "value", "forecasts", "requirements"),
    [
        ("name", "other", True, True),
        ("currency", "USD", True, True),
        ("horizon_edges", "lead_in", True, False),
        ("time_zone", "Europe/Paris", False, False),
    ],
)
def test_what_settings_share(small, field, value, forecasts, requirements):
    other = changed(small, **{field: value})
    demand = forecast(small).demand
    assert (forecast_parts(small) == forecast_parts(other)) is forecasts
    assert (requirement_parts(small, demand) == requirement_parts(other, demand)) is requirements


def test_wages_share_both_and_targets_the_forecast(small):
    demand = forecast(small).demand
    for field, value, shared in (("wage_per_hour", 99.0, True), ("target", 0.7, False), ("within_s", 30.0, False)):
        pools = {name: replace(pool, **{field: value}) for name, pool in small.pools.items()}
        other = replace(small, pools=pools)
        assert forecast_parts(small) == forecast_parts(other)
        assert (requirement_parts(small, demand) == requirement_parts(other, demand)) is shared


def test_contacts_share_nothing(small):
    other = replace(small, history=small.history.assign(contacts=small.history["contacts"] * 1.1))
    assert forecast_parts(small) != forecast_parts(other)
    demand = forecast(small).demand
    assert requirement_parts(small, demand) != requirement_parts(small, demand.assign(contacts=demand["contacts"] + 1))


@pytest.mark.parametrize("name", ["small", "retail"])
def test_what_is_read_is_what_was_written(name):
    scenario = read_scenario(example_path(name))
    made = forecast(scenario)
    found = FORECAST.read(FORECAST.write(made))
    pd.testing.assert_frame_equal(found.demand, made.demand, check_exact=True)
    assert (found.method, found.methods, found.notes) == (made.method, made.methods, made.notes)
    assert (found.backtest is None) == (made.backtest is None)
    if made.backtest is not None:
        pd.testing.assert_frame_equal(found.backtest.table, made.backtest.table, check_exact=True)
        assert replace(found.backtest, table=None) == replace(made.backtest, table=None)
    needed = require(scenario, made.demand)
    again = REQUIREMENT.read(REQUIREMENT.write(needed))
    assert again.grid == needed.grid
    assert list(again.pools) == list(needed.pools)
    for key, pool in needed.pools.items():
        for array in POOL_ARRAYS:
            theirs = getattr(again.pools[key], array)
            assert theirs.dtype == getattr(pool, array).dtype
            np.testing.assert_array_equal(theirs, getattr(pool, array))
        assert len(again.pools[key].deferrable) == len(pool.deferrable)


def test_deferrable_work_is_kept_with_its_deadline(small):
    work = DeferrableWork("post", np.array([1.0, 0.0]), 3, np.array([True, False]))
    whole = DeferrableWork("mail", np.array([0.5, 0.25]), 0)
    pool = PoolRequirement(
        "desk", np.ones(2, dtype=bool), *(np.ones(2) for _ in range(4)), *(np.ones(2, dtype=np.int64),) * 2,
        np.ones((2, 1)), np.array([1.5, 0.25]), (work, whole),
    )  # fmt: skip
    grid = TimeGrid("Europe/Berlin", dt.date(2024, 6, 3), 1, 720)
    found = REQUIREMENT.read(REQUIREMENT.write(Requirement(grid, {"desk": pool}))).pools["desk"].deferrable
    assert [(one.contact_type, one.deadline_intervals) for one in found] == [("post", 3), ("mail", 0)]
    np.testing.assert_array_equal(found[0].open, work.open)
    assert found[1].open is None
    np.testing.assert_array_equal(found[1].work, whole.work)


def test_every_field_of_a_record_is_written():
    fields = {field.name for field in dataclasses.fields(PoolRequirement)}
    assert fields == {"pool", "deferrable", *POOL_ARRAYS}
    assert {field.name for field in dataclasses.fields(Forecast)} == {
        "demand", "backtest", "method", "methods", "notes",
    }  # fmt: skip
    assert {field.name for field in dataclasses.fields(Backtest)} == {
        "weeks", "lead_weeks", "first_date", "last_date", "table",
    }  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"[1]", pickle.dumps({"a": 1}), pack({"grid": []}, {}), pack([], {})])
def test_an_entry_of_another_form_is_made_again(tmp_path, content):
    cache = Reuse(tmp_path / "c")
    for form in (REQUIREMENT, FORECAST):
        cache.keep("a", [b"1"], RAW, content)
        assert cache.find("a", [b"1"], form) is None


def test_code_is_neither_written_nor_read(tmp_path):
    with pytest.raises(ValueError, match="arrays of objects are not kept: a"):
        pack({}, {"a": np.array([object()])})
    np.savez(tmp_path / "evil.npz", np.array([print], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        unpack((tmp_path / "evil.npz").read_bytes())
