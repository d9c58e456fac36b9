"""`servopt batch` as a process of its own, killed while it runs, and started again."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest

from optimizer.batch.request import Asked
from optimizer.batch.results import ResultFolder
from optimizer.batch.run import run_batch

COUNT = 20


@pytest.fixture
def sites(tmp_path, scenario):
    for number in range(COUNT):
        scenario(tmp_path / "sites" / f"s{number:02d}", contacts=40 + number)
    return tmp_path / "sites"


def command(*arguments):
    return [sys.executable, "-c", "from optimizer.cli import main; main()", "batch", *map(str, arguments)]


def finished(root):
    place = root / "scenarios"
    return {path.name: path.stat().st_ino for path in place.iterdir()} if place.is_dir() else {}


def wait_for(condition, seconds=120):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(sites, tmp_path, inline, quiet):
    root = tmp_path / "r"
    arguments = command(sites, "--command", "schedule", "--out", root, "--workers", 2)
    client = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(finished(root)) > 3 or client.poll() is not None)
    children = psutil.Process(client.pid).children(recursive=True)
    client.send_signal(signal.SIGKILL)
    client.wait()
    kept = finished(root)
    assert 3 < len(kept) < COUNT
    for name in kept:
        assert json.loads((root / "scenarios" / name / "result.json").read_text())["status"] == "optimal"
        assert (root / "scenarios" / name / "schedule.csv").stat().st_size > 100
    psutil.wait_procs(children, timeout=30)

    # the workers of this run live in the test: what counts is what it finds, and their start costs seconds
    tally = run_batch(Asked((sites,), command="schedule"), ResultFolder(root), lambda: inline, quiet)
    assert quiet.begun == (COUNT, COUNT - len(kept), 0)
    assert (tally.done, tally.ran, tally.failed) == (COUNT, COUNT - len(kept), 0)
    after = finished(root)
    assert len(after) == COUNT
    assert kept.items() <= after.items()  # what was there is the very folder that was there
    frame = pd.read_parquet(root / "figures.parquet")
    assert list(frame["name"]) == [f"s{number:02d}" for number in range(COUNT)]

    third = subprocess.run([*arguments, "--progress", "json"], capture_output=True, text=True)
    assert third.returncode == 0
    assert json.loads(third.stdout) == {"event": "begins", "scenarios": COUNT, "todo": 0, "failed_before": 0}


def test_interrupted_by_the_user_it_says_so_and_keeps_what_is_finished(sites, scenario, tmp_path):
    root = tmp_path / "r"
    # many more than are solved before the signal arrives, on any machine
    many = 10 * COUNT
    for number in range(COUNT, many):
        scenario(sites / f"s{number:03d}", contacts=40)  # the same input is read once: reading all comes first
    arguments = command(sites, "--command", "schedule", "--out", root, "--workers", 1)
    client = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: len(finished(root)) >= 1 or client.poll() is not None)
    client.send_signal(signal.SIGINT)
    _, said = client.communicate(timeout=60)
    assert client.returncode == 130
    assert re.search(r"Interrupted; what was finished is kept", said)
    assert json.loads((root / "manifest.json").read_text())["state"].startswith("stopped")
    assert 1 <= len(finished(root)) < many
    assert not os.listdir(root / ".parts")
