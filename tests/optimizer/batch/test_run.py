"""A batch from request to results, with workers in this process: what is run, kept, marked, and said."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace

import pandas as pd
import pytest

from models.faults import InputFaults
from optimizer.batch import keys
from optimizer.batch.records import BatchError, Options, Outcome
from optimizer.batch.request import Asked, read_request
from optimizer.batch.results import ResultFolder, name_part
from optimizer.batch.run import run_batch
from optimizer.batch.table import FIGURES_FILE


@pytest.fixture
def sites(tmp_path, scenario):
    for number in range(3):
        scenario(tmp_path / "sites" / f"s{number}", contacts=40 + 20 * number)
    return tmp_path / "sites"


def asked(folder, command="schedule", **more):
    return Asked((folder,), command=command, **more)


def go(request, root, inline, quiet, **more):
    return run_batch(request, ResultFolder(root), lambda: inline, quiet, **more)


def contents(root):
    """Everything in the folders of the scenarios, by path, with the time it was written."""
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted((root / "scenarios").rglob("*"))
        if path.is_file()
    }


def test_answers_figures_and_manifest(sites, tmp_path, inline, quiet):
    root = tmp_path / "r"
    tally = go(asked(sites, "plan"), root, inline, quiet)
    assert (tally.total, tally.done, tally.failed, tally.left, tally.ran) == (3, 3, 0, 0, 3)
    assert quiet.begun == (3, 3, 0)
    assert [status for _, status in quiet.seen] == ["optimal"] * 3
    folders = sorted(path.name.rpartition(".")[0] for path in (root / "scenarios").iterdir())
    assert folders == ["s0", "s1", "s2"]
    frame = pd.read_parquet(root / FIGURES_FILE)
    assert list(frame["name"]) == ["s0", "s1", "s2"]
    assert frame["cost"].is_monotonic_increasing
    assert frame["cost"].iloc[0] < frame["cost"].iloc[2]
    assert frame["verified"].all()
    manifest = json.loads((root / "manifest.json").read_text())
    assert manifest["state"] == "ended"
    assert [one["name"] for one in manifest["ran"]] == ["s0", "s1", "s2"]
    assert manifest["versions"]["ortools"]
    (place,) = (root / "scenarios").glob("s0.*")
    assert (place / "scenario" / "demand.csv").is_file()
    assert not (place / "report.html").exists()
    assert not list((root / ".parts").iterdir())


def test_the_page_is_written_when_asked_for(tmp_path, scenario, inline, quiet):
    scenario(tmp_path / "one")
    go(asked(tmp_path / "one", "plan", options=Options(report=True)), tmp_path / "r", inline, quiet)
    (place,) = (tmp_path / "r" / "scenarios").iterdir()
    assert (place / "report.html").stat().st_size > 1000


def test_a_second_run_does_nothing(sites, tmp_path, inline, quiet):
    root = tmp_path / "r"
    go(asked(sites), root, inline, quiet)
    before = contents(root), (root / FIGURES_FILE).stat().st_mtime_ns

    def no_workers():
        raise AssertionError("workers were opened for nothing")

    tally = run_batch(asked(sites), ResultFolder(root), no_workers, quiet)
    assert (tally.ran, tally.done) == (0, 3)
    assert (contents(root), (root / FIGURES_FILE).stat().st_mtime_ns) == before


def test_only_what_changed_is_run_and_replaces_what_was(sites, tmp_path, inline, quiet, scenario):
    root = tmp_path / "r"
    go(asked(sites), root, inline, quiet)
    first = contents(root)
    demand = sites / "s1" / "demand.csv"
    demand.write_text(demand.read_text().replace("60", "90"))
    (sites / "s2" / "README.md").write_text("no input")
    scenario(sites / "s3")
    inline.ran.clear()
    tally = go(asked(sites), root, inline, quiet)
    assert inline.ran == ["s1", "s3"]
    assert (tally.total, tally.done) == (4, 4)
    after = contents(root)
    assert {name for name in first if after.get(name) == first[name]} == {n for n in first if "/s1." not in n}
    assert sorted(path.name[:2] for path in (root / "scenarios").iterdir()) == ["s0", "s1", "s2", "s3"]


@pytest.mark.parametrize("change", ["options", "command", "version"])
def test_options_command_and_version_count(sites, monkeypatch, change):
    before = [job.key for job in read_request(asked(sites))[0]]
    request = asked(sites)
    if change == "options":
        request = replace(request, options=Options(seed=2))
    elif change == "command":
        request = replace(request, command="plan")
    else:
        monkeypatch.setattr(keys, "versions", lambda: {"servopt": "99"})
    after = [job.key for job in read_request(request)[0]]
    assert not set(before) & set(after)


def test_every_fault_is_said_before_anything_is_solved(sites, tmp_path, inline, quiet):
    (sites / "s0" / "contact_types.csv").write_text("contact_type,pool,aht_s\ncalls,desk,-1\n")
    text = (sites / "s2" / "scenario.yaml").read_text().replace("target: 0.8", "target: 1.8")
    (sites / "s2" / "scenario.yaml").write_text(text)
    with pytest.raises(InputFaults) as found:
        go(asked(sites), tmp_path / "r", inline, quiet)
    said = {fault.file: fault.message for fault in found.value.faults}
    assert set(said) == {"s0", "s2"}
    assert "contact_types.csv:2:aht_s" in said["s0"]
    assert "service.target" in said["s2"]
    assert inline.ran == []


def test_the_same_fault_of_a_grid_is_said_once(tmp_path, scenario, inline, quiet):
    scenario(tmp_path / "base")
    (tmp_path / "g.yaml").write_text("grid: {service.target: [0.8, 1.5], pay.wage_per_hour: [18, 19, 20]}\n")
    with pytest.raises(InputFaults) as found:
        go(asked(tmp_path / "base", grid=tmp_path / "g.yaml"), tmp_path / "r", inline, quiet)
    (fault,) = found.value.faults
    assert "less than 1" in fault.message
    assert "in 2 other scenarios" in fault.message


def test_infeasible_is_an_answer(tmp_path, scenario, inline, quiet):
    place = scenario(tmp_path / "one", contacts=600)
    with (place / "scenario.yaml").open("a") as file:
        file.write("limits: {seats: 1}\n")
    tally = go(asked(tmp_path / "one", "plan"), tmp_path / "r", inline, quiet)
    assert (tally.done, tally.failed) == (1, 0)
    assert tally.statuses == {"infeasible": 1}
    (row,) = pd.read_parquet(tmp_path / "r" / FIGURES_FILE).to_dict("records")
    assert row["status"] == "infeasible"
    assert "seats" in row["reason"]


class _Failing:
    """Workers on which chosen scenarios fail."""

    def __init__(self, inline, names):
        self.inline, self.names = inline, names

    __enter__ = __exit__ = lambda self, *problem: self

    def describe(self):
        return {}

    def run(self, work, tasks):
        for task in tasks:
            if work.endswith(":run") and task.job.name in self.names:
                yield Outcome(task.job.key, "failed", reason="its worker died 3 times", attempts=3)
            else:
                yield from self.inline.run(work, [task])


def test_failures_are_marked_left_alone_and_tried_again_when_asked(sites, tmp_path, inline, quiet):
    root = tmp_path / "r"
    tally = go(asked(sites), root, _Failing(inline, {"s1"}), quiet)
    assert (tally.done, tally.failed, tally.left) == (2, 1, 0)
    (mark,) = (root / "failed").iterdir()
    record = json.loads(mark.read_text())
    assert (record["name"], record["reason"], record["attempts"]) == ("s1", "its worker died 3 times", 3)
    assert list(pd.read_parquet(root / FIGURES_FILE)["status"]) == ["optimal", "failed", "optimal"]
    inline.ran.clear()
    tally = go(asked(sites), root, inline, quiet)
    assert (inline.ran, tally.failed, quiet.begun) == ([], 1, (3, 0, 1))
    tally = go(asked(sites), root, inline, quiet, retry_failed=True)
    assert (inline.ran, tally.done, tally.failed) == (["s1"], 3, 0)
    assert not list((root / "failed").iterdir())


def test_a_full_disk_stops_the_batch_and_loses_nothing(sites, tmp_path, inline, quiet, monkeypatch):
    root = tmp_path / "r"
    write, replaced = type(root).write_bytes, []

    def full(path, content):
        if ".parts" in path.parts and len(replaced) >= 1:
            with path.open("wb") as file:
                file.write(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, content)

    put = os.replace

    def count(source, target):
        put(source, target)
        replaced.extend([target] if "scenarios" in str(target) else [])

    monkeypatch.setattr(type(root), "write_bytes", full)
    monkeypatch.setattr(os, "replace", count)
    with pytest.raises(BatchError, match="disk is full; what was finished is kept"):
        go(asked(sites), root, inline, quiet)
    monkeypatch.undo()
    assert [path.name[:2] for path in (root / "scenarios").iterdir()] == ["s0"]
    assert not list((root / ".parts").iterdir())
    assert json.loads((root / "manifest.json").read_text())["state"].startswith("stopped")
    kept = contents(root)
    inline.ran.clear()
    tally = go(asked(sites), root, inline, quiet)
    assert (inline.ran, tally.done) == (["s1", "s2"], 3)
    assert kept.items() <= contents(root).items()


HOLD = """
import sys
from pathlib import Path
from optimizer.batch.results import ResultFolder
with ResultFolder(Path(sys.argv[1])).locked():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_batches_on_one_folder(sites, tmp_path, inline, quiet):
    root = tmp_path / "r"
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "held\n"
    assert ResultFolder(root).is_locked()
    with pytest.raises(InputFaults, match="another batch is writing there"):
        go(asked(sites), root, inline, quiet)
    assert inline.ran == []
    other.kill()  # the lock ends with its process, however that ends
    other.wait()
    assert not ResultFolder(root).is_locked()
    assert go(asked(sites), root, inline, quiet).done == 3


def test_what_a_killed_batch_left_half_written_is_swept(sites, tmp_path, inline, quiet):
    root = tmp_path / "r"
    (root / ".parts" / "half").mkdir(parents=True)
    (root / ".parts" / "half" / "schedule.csv").write_text("po")
    assert go(asked(sites), root, inline, quiet).done == 3
    assert not list((root / ".parts").iterdir())


def test_names_of_folders_are_safe_and_differ():
    assert name_part("site-1") == "site-1"
    assert name_part("target=0.8_x=+5,1") == "target=0.8_x=+5,1"
    assert name_part("a/b") != name_part("a_b")
    assert name_part("../x").startswith("_")
    assert "/" not in name_part("a/b/../c")
    assert len(name_part("x" * 400)) < 140
    assert name_part("x" * 400) != name_part("x" * 401)
    assert len(name_part("站" * 100).encode()) < 140
    assert name_part("站点-1") == "站点-1"


def test_a_worker_lost_while_an_input_is_read_is_no_fault_of_the_input(sites, tmp_path, inline, quiet):
    class Hanging(_Failing):
        def run(self, work, tasks):
            for task in tasks:
                if work.endswith(":check") and task.job.name == "s1":
                    yield Outcome(task.job.key, "failed", reason="its worker died 3 times", attempts=3)
                else:
                    yield from self.inline.run(work, [task])

    tally = go(asked(sites), tmp_path / "r", Hanging(inline, ()), quiet)
    assert (tally.done, tally.failed, inline.ran) == (2, 1, ["s0", "s2"])
    (mark,) = (tmp_path / "r" / "failed").iterdir()
    assert json.loads(mark.read_text())["reason"] == "while its input was read: its worker died 3 times"


def test_the_manifest_says_that_it_was_interrupted(sites, tmp_path, inline, quiet, monkeypatch):
    def interrupted(*known):
        raise KeyboardInterrupt

    monkeypatch.setattr(quiet, "finished", interrupted)
    with pytest.raises(KeyboardInterrupt):
        go(asked(sites), tmp_path / "r", inline, quiet)
    assert json.loads((tmp_path / "r" / "manifest.json").read_text())["state"] == "stopped: interrupted"


def test_searches_that_the_time_limit_ended_are_counted(sites, tmp_path, inline, quiet):
    class Short(_Failing):
        def run(self, work, tasks):
            for number, outcome in enumerate(self.inline.run(work, tasks)):
                gap = {"gap": 0.01 * number, "gap_asked": 0.01}
                yield replace(outcome, status="feasible", figures=gap) if work.endswith(":run") else outcome

    tally = go(asked(sites), tmp_path / "r", Short(inline, ()), quiet)
    assert (tally.cut, tally.worst_gap) == (1, 0.02)
