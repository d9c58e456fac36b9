"""Workers on this machine: a process each, watched, replaced when they die, and blamed for nothing but their own task.

A worker is started fresh (never forked: a fork copies the locks of a solver's threads as they happen to be). It holds
one task at a time, so that it is known which task took a worker down. It ends itself when this process is gone.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Any

from optimizer.batch.calling import call
from optimizer.batch.lanes import Lanes
from optimizer.batch.records import ATTEMPTS, FAILED, BatchError, Outcome, Task

WATCH_S = 0.5
RETIRE_SHARE = 0.8
"""An idle worker that holds more of its memory than this is replaced before it gets another task."""
FAILED_STARTS = 3
_READY = "ready"
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass
class _Worker:
    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    task: Task | None = None
    since: float = 0.0
    lane: int = 0
    """Which tasks are its own (`optimizer.batch.lanes`)."""
    verdict: str = ""
    """Why this process was ended by us."""


@dataclass(frozen=True)
class Machine:
    """How much of this machine a batch takes.

    Parameters
    ----------
    workers, threads : int
        Processes, and threads of the solver in each.
    memory_bytes : int
        What a worker may hold.
    kill_after_s : float or None
        Wall seconds after which a scenario counts as hung.
    """

    workers: int
    threads: int = 1
    memory_bytes: int = 0
    kill_after_s: float | None = None


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine(
    workers: int | None, threads: int, memory_bytes: int | None, kill_after_s: float | None = None
) -> tuple[Machine, tuple[str, ...]]:
    """Fit a wish to this machine: threads x workers never exceed its cores, nor their memory what is free.

    Returns
    -------
    Machine
    tuple of str
        What was changed of the wish.
    """
    import psutil

    notes = []
    most = cores()
    taken = min(threads, most)
    fitting = max(1, most // taken)
    count = fitting if workers is None else workers
    if count * threads > max(most, taken):
        count = min(count, fitting)
        notes.append(f"this machine has {most} cores: {count} workers with {taken} threads each")
    share = int(psutil.virtual_memory().available * 0.8 / count)
    if memory_bytes is not None and memory_bytes > share:
        notes.append(f"a worker may hold {share / 1e9:.1f} GB, which is its part of the free memory")
    return Machine(count, taken, share if memory_bytes is None else min(memory_bytes, share), kill_after_s), tuple(
        notes
    )


class LocalPool:
    """Processes of this machine; to be used in a ``with``.

    Parameters
    ----------
    machine : Machine
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._workers: list[_Worker] = []
        self._failed_starts = 0

    def __enter__(self) -> LocalPool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End every worker."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()
        self._workers.clear()

    def describe(self) -> dict[str, Any]:
        """What the manifest says about the place of work."""
        return {
            "kind": "processes",
            "workers": self.machine.workers,
            "threads": self.machine.threads,
            "memory_bytes": self.machine.memory_bytes,
        }

    def run(self, work: str, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Do the work (``module:function``) of every task, in any order; tasks are taken as workers become free.

        Of a sequence (and of `optimizer.batch.lanes.Tasks`) every worker has a stretch of its own.

        Raises
        ------
        BatchError
            No worker can be started.
        """
        lanes = Lanes(tasks, self.machine.workers)
        again: deque[Task] = deque()
        tried: dict[str, int] = {}
        drained = False
        while True:
            while not drained and (free := self._free()) is not None:
                task = again.popleft() if again else lanes.next(free.lane)
                if task is None:
                    drained = True
                else:
                    tried[task.job.key] = tried.get(task.job.key, 0) + 1
                    _hand(free, work, task)
            busy = [worker for worker in self._workers if worker.task is not None]
            if drained and not again and not busy:
                return
            for outcome, lost in self._happened():
                if lost is None:
                    if outcome is not None:
                        yield replace(outcome, attempts=tried.pop(outcome.key))
                elif tried[lost.job.key] < ATTEMPTS:
                    again.append(lost)
                elif outcome is not None:
                    yield replace(outcome, attempts=tried.pop(lost.job.key))
            drained = drained and not again

    def _free(self) -> _Worker | None:
        """Return a worker without a task; one is started while there may be more."""
        for worker in self._workers:
            if worker.ready and worker.task is None and worker.process.is_alive():
                return worker
        idle = sum(worker.task is None for worker in self._workers)
        if len(self._workers) < self.machine.workers and not idle:
            self._workers.append(self._started())
        return None

    def _started(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, self.machine.threads), daemon=True)
        process.start()
        there.close()
        taken = {worker.lane for worker in self._workers}
        lane = next(lane for lane in range(self.machine.workers) if lane not in taken)
        return _Worker(process, here, lane=lane)

    def _happened(self) -> Iterator[tuple[Outcome | None, Task | None]]:
        """Wait a little; yield answers, and for each dead worker what to say of its task, and the task."""
        for worker in self._workers:
            self._judge(worker)
        ready = wait([worker.pipe for worker in self._workers], timeout=WATCH_S)
        for worker in [one for one in self._workers if one.pipe in ready]:
            try:
                message = worker.pipe.recv()
            except (EOFError, OSError):
                yield self._buried(worker)
                continue
            if message == _READY:
                worker.ready, self._failed_starts = True, 0
                continue
            worker.task = None
            yield message, None

    def _judge(self, worker: _Worker) -> None:
        """End a worker that holds too much memory or does not come back."""
        if worker.verdict:
            return
        held = _held_bytes(worker.process.pid)
        limit = self.machine.memory_bytes
        if limit and held > limit * (1 if worker.task is not None else RETIRE_SHARE):
            worker.verdict = f"held {held / 1e6:,.0f} MB, more than the {limit / 1e6:,.0f} MB of a worker"
        late = self.machine.kill_after_s
        if late is not None and worker.task is not None and time.monotonic() - worker.since > late:
            worker.verdict = f"no answer within the {late:g} s of --kill-after"
        if worker.verdict:
            worker.process.kill()

    def _buried(self, worker: _Worker) -> tuple[Outcome | None, Task | None]:
        """Take a dead worker out, and say what became of its task."""
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)
        code = worker.process.exitcode or 0
        if not worker.ready and not worker.verdict:
            self._failed_starts += 1
            if self._failed_starts >= FAILED_STARTS:
                raise BatchError(f"no worker starts: the last one ended with exit code {code} before it was ready")
        task = worker.task
        if task is None:
            return None, None
        reason = worker.verdict or _death(code)
        place = f"process {worker.process.pid}"
        return Outcome(task.job.key, FAILED, reason=f"its worker died {ATTEMPTS} times; at last {reason}",
                       worker=place), task  # fmt: skip


def _hand(worker: _Worker, work: str, task: Task) -> None:
    worker.task, worker.since = task, time.monotonic()
    try:
        worker.pipe.send((work, task))
    except OSError:
        # it died while it was idle; the pipe says so in a moment, and the task is tried elsewhere
        return


def _death(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name if -code in signal.valid_signals() else str(-code)
        hint = ", perhaps by the system for want of memory" if name == "SIGKILL" else ""
        return f"killed by {name}{hint}"
    return f"ended with exit code {code}"


def _held_bytes(pid: int | None) -> int:
    """Memory that a process holds (resident); 0 when it is gone."""
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def _serve(pipe: Connection, threads: int) -> None:
    """Live as a worker: one task after the other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the client ends its workers itself
    for name in _THREAD_VARIABLES:
        os.environ[name] = str(threads)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    pipe.send(_READY)
    is_first = True
    while True:
        try:
            work, task = pipe.recv()
            pipe.send(call(work, task))
        except (EOFError, BrokenPipeError):
            return
        if is_first:
            is_first = False
            # what the first task imported stays: looking through it for garbage took a tenth of short tasks
            gc.collect()
            gc.freeze()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
