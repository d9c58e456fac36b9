"""A million orders through servopt calc rfm: read, valued, put into tiers. `pytest -m bench` runs it."""

import datetime as dt
import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from models.purchases import TABLE, purchase_values
from models.sheets import load_sheet
from models.tiers import customer_groups

ORDERS, SECONDS, BYTES = 1_000_000, 3.0, 2**30


@pytest.fixture(scope="module")
def orders(tmp_path_factory):
    random = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("million") / "orders.csv"
    pd.DataFrame(
        {
            "customer": [f"C{name}" for name in random.zipf(1.3, ORDERS) % 200_000],
            "date": (np.datetime64("2024-07-01") + random.integers(0, 730, ORDERS)).astype(str),
            "amount": np.round(random.gamma(2, 60, ORDERS), 2),
        }
    ).to_csv(path, index=False)
    return path


@pytest.mark.bench
def test_a_million_orders_from_the_file_to_tiers(orders, record_property):
    """At most three seconds of processor time (one thread; that of the clock when nothing else runs)."""
    start = time.process_time()
    table = load_sheet(orders, TABLE)
    read = time.process_time()
    groups = customer_groups(purchase_values(table, dt.date(2026, 6, 30)).customers)
    end = time.process_time()
    record_property("seconds", {"read": read - start, "rfm and tiers": end - read})
    print(f"read {read - start:.2f} s, rfm and tiers {end - read:.2f} s, {len(groups.items):,} customers")
    assert end - start <= SECONDS


@pytest.mark.bench
def test_the_command_stays_below_a_gibibyte(orders, tmp_path):
    code = "import sys; sys.argv[0] = 'servopt'; from optimizer.cli import main; sys.exit(main())"
    arguments = ["calc", "rfm", str(orders), "--as-of", "2026-06-30", "--out", str(tmp_path / "tiers.csv")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"command: {seconds:.2f} s of processor time, {after.ru_maxrss / 1024:.0f} MiB")
    assert after.ru_maxrss * 1024 < BYTES
