"""Tabs share nothing, and a run that is killed leaves what was there before."""

import asyncio
import os

import pytest

from optimizer.web.runs import State
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


def test_of_many_checks_in_a_row_the_first_and_the_newest_are_made(sessions, monkeypatch):
    session, seen = sessions.open("desk"), []
    monkeypatch.setattr("optimizer.web.session.faults_of", lambda folder: (seen.append(folder), ())[1])

    async def many():
        await asyncio.gather(*(session.check() for _ in range(9)))

    asyncio.run(many())
    assert len(seen) == 2
