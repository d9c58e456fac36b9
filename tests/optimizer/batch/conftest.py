"""Workers that live in the test itself, and works for those that do not."""

import sys
from pathlib import Path

import pytest

from optimizer.batch.calling import call

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


def meet(task):
    """Wait until two workers have begun."""
    pids = f"{task.job.labels['place']}-pids"
    os.makedirs(pids, exist_ok=True)
    open(f"{pids}/{os.getpid()}", "w").close()
    until = time.monotonic() + 60
    while len(os.listdir(pids)) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    return note(task)


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

    def checked(self, number, todo, unfit):
        pass

    def finished(self, job, outcome):
        self.seen.append((job.name, outcome.status))


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SERVOPT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def scenario(write_site):
    return write_site


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
