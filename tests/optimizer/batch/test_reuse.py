"""The cache by content: who shares what, who may not, and many writers at once."""

import os
import subprocess
import sys
import textwrap
from dataclasses import replace

import numpy as np
import pytest

from models.examples import example_path
from models.forecast import forecast
from models.requirement import require
from models.scenario import read_scenario
from optimizer.batch.reuse import Reuse, forecast_parts, requirement_parts


@pytest.fixture(scope="module")
def small():
    return read_scenario(example_path("small"))


def changed(scenario, **settings):
    return replace(scenario, settings=scenario.settings.model_copy(update=settings))


def test_an_entry_is_made_once_and_is_the_same(tmp_path, small):
    cache, made = Reuse(tmp_path / "c"), []

    def make():
        made.append(1)
        return require(small, forecast(small).demand)

    kind = type(make())
    made.clear()
    first = cache.get("requirement", [b"x"], kind, make)
    second = Reuse(tmp_path / "c").get("requirement", [b"x"], kind, make)
    assert len(made) == 1
    for name, pool in first.pools.items():
        assert np.array_equal(pool.service_level, second.pools[name].service_level)
    cache.get("requirement", [b"y"], kind, make)
    cache.get("other", [b"x"], kind, make)
    assert len(made) == 3


def test_a_damaged_entry_is_made_again(tmp_path):
    cache = Reuse(tmp_path / "c")
    assert cache.get("a", [b"1"], str, lambda: "good") == "good"
    (entry,) = (tmp_path / "c").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1] + b"!")
    assert cache.get("a", [b"1"], str, lambda: "again") == "again"
    assert cache.get("a", [b"1"], str, lambda: "never") == "again"
    assert cache.get("a", [b"1"], int, lambda: 5) == 5


def test_the_least_recently_used_go_first(tmp_path):
    cache = Reuse(tmp_path / "c", max_bytes=3500)
    for number in range(3):
        cache.get("a", [bytes([number])], bytes, lambda: b"x" * 1000)
        for entry in (tmp_path / "c").iterdir():
            os.utime(entry, (entry.stat().st_atime - 10, entry.stat().st_mtime - 10))
    cache.get("a", [b"\x00"], bytes, lambda: b"never")  # used again: now the youngest
    cache.get("a", [b"\x09"], bytes, lambda: b"x" * 1000)
    again = Reuse(tmp_path / "c", max_bytes=3500)
    assert again.get("a", [b"\x00"], bytes, lambda: b"gone") != b"gone"
    assert again.get("a", [b"\x01"], bytes, lambda: b"gone") == b"gone"
    assert sum(entry.stat().st_size for entry in (tmp_path / "c").iterdir()) <= 3500


def test_a_folder_that_others_can_write_is_not_read(tmp_path):
    (tmp_path / "c").mkdir()
    (tmp_path / "c").chmod(0o777)
    cache = Reuse(tmp_path / "c")
    cache.get("a", [b"1"], str, lambda: "x")
    assert not list((tmp_path / "c").iterdir())


def test_no_folder_no_cache(tmp_path):
    (tmp_path / "file").write_text("")
    for cache in (Reuse(None), Reuse(tmp_path / "file" / "below")):
        assert cache.get("a", [b"1"], str, lambda: "x") == "x"


def test_many_writers_at_once(tmp_path):
    code = textwrap.dedent(f"""
        from pathlib import Path
        from optimizer.batch.reuse import Reuse
        cache = Reuse(Path({str(tmp_path / "c")!r}), max_bytes=60_000)
        for turn in range(40):
            for number in range(10):
                body = bytes([number]) * 10_000
                assert cache.get("a", [bytes([number])], bytes, lambda: body) == body
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
