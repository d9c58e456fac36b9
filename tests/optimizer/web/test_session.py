"""Tabs share nothing, and a run that is killed leaves what was there before."""

import asyncio
import os
import signal
import sys
import time

import pytest

from models.mix.reading import read_mix
from optimizer.cli.job import WHY, Writer, _stop_softly
from optimizer.mix.run import solve_mix
from optimizer.progress import Progress, is_stop_asked
from optimizer.report.language import language
from optimizer.web.levers import move
from optimizer.web.run_view import ended_words
from optimizer.web.runs import PATIENCE_S, Run, State
from optimizer.web.session import Sessions


@pytest.fixture
def sessions(desk, tmp_path):
    return Sessions({"desk": desk}, tmp_path / "tabs")


async def _until(condition):
    while not condition():
        await asyncio.sleep(0.02)


async def _killed(session):
    run = session.start("mix")
    await _until(lambda: run._process is not None)
    process = run._process.pid
    run.kill()
    await _until(lambda: run.is_over and not session._tasks)
    return run, process


def test_a_killed_run_leaves_no_process_and_the_plan_of_before(sessions):
    session = sessions.open("desk")
    before = object()
    session.shown = session.baseline = before
    run, process = asyncio.run(_killed(session))
    assert run.state is State.CANCELLED
    assert (session.shown, session.baseline) == (before, before)
    with pytest.raises(ProcessLookupError):
        os.killpg(process, 0)
    assert run.inputs == session.workspace.files  # what it ran on can be looked at


async def _prepared(sessions):
    await sessions.prepare()
    session, heard = sessions._ready, []
    session.live.listener = heard.append
    await _until(lambda: any(answer.get("more") is False for answer in heard))
    process = session.live._process
    session.live.close()
    await process.wait()
    return session, heard[-1]


def test_what_is_opened_first_is_prepared_unless_its_files_change_meanwhile(sessions, desk):
    session, answer = asyncio.run(_prepared(sessions))
    assert answer["cost"] > 0
    assert sessions.open("desk") is session
    assert sessions.open("desk") is not session
    session, _ = asyncio.run(_prepared(sessions))
    (desk / "tiers.csv").write_text((desk / "tiers.csv").read_text().replace("0.8", "0.81"))
    opened = sessions.open("desk")
    assert opened is not session and b"0.81" in opened.workspace.files["tiers.csv"]


def test_one_run_at_a_time_and_only_what_the_folder_allows(sessions):
    session = sessions.open("desk")

    async def both():
        with pytest.raises(ValueError, match="none of"):
            session.start("plan")
        session.start("mix")
        with pytest.raises(ValueError, match="going on"):
            session.start("mix")
        session.active.kill()
        await _until(lambda: session.active is None)

    asyncio.run(both())


def test_tabs_share_nothing_and_a_fork_begins_with_all(sessions, desk):
    one, other = sessions.open("desk"), sessions.open("desk")
    one.workspace.set_setting("mix.yaml", ("csat_floor",), 0.5)
    assert other.workspace.changed_files() == []
    fork = sessions.fork(one)
    assert fork.workspace.setting("mix.yaml", ("csat_floor",)) == 0.5
    fork.workspace.set_setting("mix.yaml", ("csat_floor",), 0.6)
    assert one.workspace.setting("mix.yaml", ("csat_floor",)) == 0.5
    places = {session.place for session in (one, other, fork)}
    sessions.close()
    assert len(places) == 3
    assert not any(place.exists() for place in places)
    assert desk.is_dir()


def test_the_oldest_tabs_go(sessions):
    first = sessions.open("desk")
    for _ in range(24):
        sessions.open("desk")
    assert sessions.find(first.id) is None
    assert not first.place.exists()


def test_of_many_checks_in_a_row_the_first_and_the_newest_are_made_and_the_same_files_are_read_once(
    sessions, monkeypatch
):
    session, seen = sessions.open("desk"), []

    def read(folder):
        seen.append(folder)
        if len(seen) == 1:  # somebody moves a slider meanwhile
            session.workspace.set_setting("mix.yaml", ("csat_floor",), 0.7)
        return ()

    monkeypatch.setattr("optimizer.web.session.faults_of", read)

    async def many():
        await asyncio.gather(*(session.check() for _ in range(9)))

    asyncio.run(many())
    assert len(seen) == 2
    asyncio.run(session.check())
    assert len(seen) == 2


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="no such signal here")
@pytest.mark.parametrize("number", ["SIGUSR1", "SIGINT"])
def test_a_cancel_asks_a_mix_for_its_best_so_far(tmp_path, monkeypatch, number):
    monkeypatch.setattr("optimizer.progress._stops", [])
    before = {one: signal.getsignal(one) for one in (signal.SIGUSR1, signal.SIGINT)}
    try:
        _stop_softly(Writer(tmp_path / "progress.jsonl"))
        signal.raise_signal(getattr(signal, number))
        assert is_stop_asked()
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def test_a_run_that_was_cut_short_is_not_done(tmp_path):
    run = Run(1, "mix", tmp_path, exit_code=0)
    assert run._ended() is State.DONE
    run._is_cut = True
    run.state = run._ended()
    assert ended_words(run, language("en")) == "cancelled"
    run.output.mkdir()
    (run.output / "mix.json").write_text("{}")
    assert ended_words(run, language("en")) == "cancelled; best so far"


def test_the_live_mix_is_begun_anew_only_where_its_own_tables_change(desk, tmp_path):
    (desk / "invest.yaml").write_text("discount_rate: 0.08\n")
    sessions = Sessions({"desk": desk}, tmp_path / "tabs")
    session = sessions.open("desk")
    before = session._live_inputs()[1]
    assert "invest.yaml" not in before and {"mix.yaml", "links.csv", "today.csv"} <= set(before)
    budget = next(lever for lever in session.levers() if lever.live == "budget")
    move(session.workspace, budget, 9000.0)  # a key that the file did not have
    session.workspace.set_setting("invest.yaml", ("discount_rate",), 0.1)
    assert session._live_inputs()[1] == before
    session.workspace.set_cell("volumes.csv", 0, "issues", "5001")
    assert session._live_inputs()[1] != before
    sessions.close()


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="no such signal here")
def test_a_second_cancel_ends_a_run_that_does_not_listen(tmp_path, monkeypatch):
    job = tmp_path / "job.py"
    deaf = "\n".join(f"signal.signal(signal.{one}, signal.SIG_IGN)" for one in ("SIGINT", "SIGUSR1"))
    job.write_text(f"import signal, time\n{deaf}\nprint('begun', flush=True)\ntime.sleep(60)\n")
    run = Run(1, "mix", tmp_path)

    async def go():
        real = asyncio.create_subprocess_exec
        monkeypatch.setattr(asyncio, "create_subprocess_exec",
                            lambda *code, **options: real(sys.executable, str(job), **options))  # fmt: skip
        task = asyncio.create_task(run.go(asyncio.Semaphore(1), []))
        while "begun" not in run.log:
            await asyncio.sleep(0.02)
        run.cancel()
        await asyncio.sleep(0.3)
        assert run.is_ending
        begun = time.monotonic()
        run.cancel()
        await task
        return time.monotonic() - begun

    assert asyncio.run(go()) < PATIENCE_S / 2
    assert run.state is State.CANCELLED and not run.has_plan and not run.is_ending


def test_penalties_of_the_search_for_a_reason_are_no_best_so_far(tmp_path):
    run = Run(1, "plan", tmp_path)
    write = Writer(tmp_path / "progress.jsonl")
    for progress in (Progress("schedule", 90.0, 80.0), Progress(f"no schedule keeps every rule{WHY}"),
                     Progress("schedule", 5_000_000.0, 4.0)):  # fmt: skip
        write(progress)
    run.read_progress()
    assert [one.best for one in run.moments] == [90.0, None, None]


def test_last_words_begin_with_the_reason_and_name_no_folder_of_the_server(tmp_path):
    run = Run(1, "mix", tmp_path, log=f"reading\nThere is no channel mix: see {tmp_path}/input/mix.yaml")
    assert run.last_words == "There is no channel mix: see input/mix.yaml"


def test_a_stop_leaves_prices_as_they_are_and_the_best_mix(desk, monkeypatch):
    monkeypatch.setattr("optimizer.progress._stops", [True])
    case = read_mix(desk)
    found = solve_mix(case)
    assert found.after is not None
    assert found.result.status == "optimal"
    assert set(found.rules["how"]) <= {"dual"}
    assert all("looser" in str(words) for words in found.changes["change"])  # nothing was solved again
