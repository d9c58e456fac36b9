"""A scenario that is planned in a moment, and workers that live in the test itself."""

import sys
from pathlib import Path

import pytest

from optimizer.batch.calling import call

SCENARIO = """\
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
HELPER = '''\
"""Works that pools of the tests do."""

import os
import time

from optimizer.batch.records import Outcome


def _times(task):
    """How often this task was begun, this time included: kept as files, since its worker may die."""
    place = task.job.labels["place"]
    number = 1
    while True:
        try:
            os.close(os.open(f"{place}/{task.job.key}-{number}", os.O_CREAT | os.O_EXCL))
            return number
        except FileExistsError:
            number += 1


def note(task):
    _times(task)
    time.sleep(task.job.labels.get("seconds", 0))
    return Outcome(task.job.key, "done", {"pid": os.getpid()})


def die(task):
    """Take the worker down the first so many times."""
    if _times(task) <= task.job.labels.get("deaths", 0):
        os.kill(os.getpid(), 9)
    return Outcome(task.job.key, "done", {"pid": os.getpid()})


def swell(task):
    """Hold so many bytes for a while."""
    _times(task)
    held = bytearray(os.urandom(1)) * task.job.labels.get("bytes", 0)
    time.sleep(1.5 if held else 0)
    return Outcome(task.job.key, "done", {"bytes": len(held)})


def exit_code(task):
    _times(task)
    os._exit(7)
'''


def write_scenario(folder, contacts=60.0, **files):
    """Write a scenario of four hours; `files` replace text, by name without ending."""
    folder.mkdir(parents=True)
    hours = [f"2024-06-03T{hour:02d}:00,calls,{contacts}" for hour in range(9, 13)]
    texts = {"scenario": SCENARIO, "contact_types": TYPES, "pools": POOLS}
    texts |= {"demand": "\n".join(["start,contact_type,contacts", *hours]) + "\n"}
    for name, text in (texts | files).items():
        (folder / f"{name}.{'yaml' if name == 'scenario' else 'csv'}").write_text(text)
    return folder


class Inline:
    """Workers in this process."""

    def __init__(self):
        self.ran = []

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        pass

    def describe(self):
        return {"kind": "inline"}

    def run(self, work, tasks):
        for task in tasks:
            if work.endswith(":run"):
                self.ran.append(task.job.name)
            yield call(work, task)


class Quiet:
    """Takes note of what it is told."""

    def __init__(self):
        self.begun, self.seen = None, []

    def begins(self, *numbers):
        self.begun = numbers

    def checked(self, number, todo):
        pass

    def finished(self, job, outcome):
        self.seen.append((job.name, outcome.status))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SERVOPT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def scenario():
    return write_scenario


@pytest.fixture
def inline():
    return Inline()


@pytest.fixture
def quiet():
    return Quiet()


@pytest.fixture(scope="session")
def works():
    return HELPER


@pytest.fixture
def helper(tmp_path_factory, monkeypatch):
    """Put the works of HELPER where new processes find them; return its folder."""
    place = tmp_path_factory.mktemp("helper")
    (place / "batch_test_works.py").write_text(HELPER)
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.setenv("PYTHONPATH", str(place))
    yield place
    sys.modules.pop("batch_test_works", None)


@pytest.fixture
def make_tasks(tmp_path):
    """Tasks without files; labels say what the works of HELPER do."""
    from optimizer.batch.records import Job, Task

    place = tmp_path / "begun"
    place.mkdir()

    def make(*labels):
        return [
            Task(Job(f"job {number}", "plan", {}, labels={"place": str(place), **one}, key=f"key{number}"), {})
            for number, one in enumerate(labels)
        ]

    make.begun = lambda: sorted(path.name for path in Path(place).iterdir())
    return make
