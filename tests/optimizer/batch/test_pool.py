"""Workers that die, hold too much, or do not come back."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from optimizer.batch.pool import LocalPool, Machine, cores, machine
from optimizer.batch.records import ATTEMPTS, FAILED, BatchError

WORKS = "batch_test_works"


def test_all_tasks_are_done_once_and_by_both_workers(helper, make_tasks):
    tasks = make_tasks(*[{}] * 12)
    with LocalPool(Machine(2)) as pool:
        found = list(pool.run(f"{WORKS}:meet", tasks))
    assert sorted(one.key for one in found) == sorted(task.job.key for task in tasks)
    assert make_tasks.begun() == sorted(f"key{number}-1" for number in range(12))
    assert len({one.figures["pid"] for one in found}) == 2
    assert all(one.attempts == 1 for one in found)
    assert not multiprocessing.active_children()


def test_a_task_that_kills_its_worker_is_tried_elsewhere_twice(helper, make_tasks):
    tasks = make_tasks({"deaths": 2}, {}, {"deaths": 99}, {}, {"deaths": 1})
    with LocalPool(Machine(2)) as pool:
        found = {one.key: one for one in pool.run(f"{WORKS}:die", tasks)}
    assert {key: one.status for key, one in found.items()} == {
        "key0": "done", "key1": "done", "key2": FAILED, "key3": "done", "key4": "done",
    }  # fmt: skip
    assert {key: one.attempts for key, one in found.items()} == {"key0": 3, "key1": 1, "key2": 3, "key3": 1, "key4": 2}
    assert "killed by SIGKILL" in found["key2"].reason
    assert make_tasks.begun().count("key2-3") == 1
    assert "key2-4" not in make_tasks.begun()


def test_the_exit_code_is_the_reason(helper, make_tasks):
    with LocalPool(Machine(1)) as pool:
        (found,) = pool.run(f"{WORKS}:exit_code", make_tasks({}))
    assert found.status == FAILED
    assert "exit code 7" in found.reason
    assert found.attempts == ATTEMPTS


def test_a_worker_that_holds_too_much_is_ended_and_says_so(helper, make_tasks):
    tasks = make_tasks({"bytes": 300_000_000}, {})
    with LocalPool(Machine(1, memory_bytes=200_000_000)) as pool:
        found = {one.key: one for one in pool.run(f"{WORKS}:swell", tasks)}
    assert found["key1"].status == "done"
    assert found["key0"].status == FAILED
    assert "more than the 200 MB of a worker" in found["key0"].reason


def test_a_task_that_hangs_is_given_up(helper, make_tasks):
    tasks = make_tasks({"seconds": 600}, {})
    with LocalPool(Machine(2, kill_after_s=0.5)) as pool:
        found = {one.key: one for one in pool.run(f"{WORKS}:note", tasks)}
    assert found["key1"].status == "done"
    assert "no answer within the 0.5 s of --kill-after" in found["key0"].reason


def test_a_worker_killed_from_outside_costs_no_answer(helper, make_tasks):
    tasks = make_tasks(*[{"seconds": 0.1}] * 10)
    with LocalPool(Machine(2)) as pool:
        answers = pool.run(f"{WORKS}:note", tasks)
        found = [next(answers)]
        os.kill(found[0].figures["pid"], signal.SIGKILL)
        found += answers
    assert sorted(one.key for one in found) == sorted(task.job.key for task in tasks)
    assert {one.status for one in found} == {"done"}


def test_workers_that_never_start_end_the_batch(make_tasks, monkeypatch):
    monkeypatch.setattr("optimizer.batch.pool._serve", _no_start)
    with pytest.raises(BatchError, match="exit code 1 before it was ready"), LocalPool(Machine(2)) as pool:
        list(pool.run(f"{WORKS}:note", make_tasks({}, {})))


_no_start = max
"""A pipe and a number cannot be compared: the process fails before it is ready."""


def test_workers_end_when_their_client_is_killed(helper, make_tasks, tmp_path):
    code = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(helper)!r})
        from optimizer.batch.pool import LocalPool, Machine
        from optimizer.batch.records import Job, Task

        def task(number):
            labels = {{"place": {str(tmp_path)!r}, "seconds": 0.0 if number < 2 else 600}}
            return Task(Job(str(number), "plan", {{}}, labels=labels, key=str(number)), {{}})

        if __name__ == "__main__":
            with LocalPool(Machine(2)) as pool:
                for one in pool.run("{WORKS}:note", map(task, range(6))):
                    print(one.figures["pid"], flush=True)
    """)
    script = tmp_path / "client.py"
    script.write_text(code)
    client = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    pids = {int(client.stdout.readline()) for _ in range(2)}
    children = [psutil.Process(pid) for pid in pids]
    client.kill()
    client.wait()
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive


def test_workers_times_threads_fit_the_machine(monkeypatch):
    monkeypatch.setattr("optimizer.batch.pool.cores", lambda: 8)
    assert machine(None, 1, None)[0].workers == 8
    assert machine(None, 3, None)[0].workers == 2
    assert machine(2, 4, None) == (machine(2, 4, None)[0], ())
    fitted, notes = machine(8, 4, None)
    assert (fitted.workers, fitted.threads) == (2, 4)
    assert "8 cores" in notes[0]
    assert machine(None, 64, None)[0].threads == 8


def test_memory_never_exceeds_what_is_free():
    free = psutil.virtual_memory().available
    fitted, notes = machine(1, 1, 10 * free)
    assert fitted.memory_bytes < free
    assert notes
    assert machine(1, 1, 1000)[0].memory_bytes == 1000
    assert cores() >= 1


def test_tasks_are_taken_as_workers_become_free(helper, make_tasks):
    taken = []

    def tasks():
        for task in make_tasks(*[{"seconds": 0.02}] * 30):
            taken.append(time.monotonic())
            yield task

    with LocalPool(Machine(1)) as pool:
        answers = pool.run(f"{WORKS}:note", tasks())
        next(answers)
        assert len(taken) <= 2
        assert len(list(answers)) == 29
