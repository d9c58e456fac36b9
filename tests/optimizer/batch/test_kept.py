"""What a worker read to check it is what it runs, and is not read again."""

from dataclasses import replace

import pytest

from optimizer.batch import shift_plans, work
from optimizer.batch.kept import KeptInputs, Read
from optimizer.batch.records import Task
from optimizer.batch.request import Asked, read_request


def test_an_input_is_given_out_once():
    kept = KeptInputs()
    kept.put("a", Read({"x": 1}, 2.0, 3.0))
    assert kept.take("a") == Read({"x": 1}, 2.0, 3.0)
    assert kept.take("a") is None


def test_the_oldest_goes_where_there_is_no_room():
    kept = KeptInputs(max_bytes=2500)
    for name in ("a", "b", "b", "c"):  # the same one twice takes no more room
        kept.put(name, Read(bytes(1000), 0.0, 0.0))
    assert kept.take("a") is None
    assert all(kept.take(name) is not None for name in ("b", "c"))


@pytest.fixture
def task(tmp_path, scenario):
    (job,), contents = read_request(Asked((scenario(tmp_path / "site"),), command="schedule"))
    return Task(job, {name: contents.compressed(mark) for name, mark in job.base.items()}, reuse=False)


def test_a_checked_scenario_is_read_once_and_has_the_same_answer(task, monkeypatch):
    apart = work.run(task)
    reads, read = [], shift_plans.read
    monkeypatch.setattr(shift_plans, "read", lambda folder: reads.append(folder) or read(folder))
    work.check(task)
    together = work.run(task)
    assert len(reads) == 1
    assert (together.figures, together.files) == (apart.figures, apart.files)
    work.run(task)
    assert len(reads) == 2, "it was given out, and is read again"


def test_the_time_of_reading_counts_to_the_scenario(task, monkeypatch):
    monkeypatch.setattr(work, "_KEPT", KeptInputs())
    work.check(task)
    read = work._KEPT.take(task.job.key)
    assert read.seconds > 0
    work._KEPT.put(task.job.key, replace(read, seconds=1000.0, cpu_seconds=2000.0))
    ran = work.run(task)
    assert ran.seconds > 1000
    assert ran.cpu_seconds > 2000
