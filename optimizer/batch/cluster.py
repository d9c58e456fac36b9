"""Workers of a Dask cluster that is there already, given by the address of its scheduler.

Scenarios travel by content and answers come back by content, so that no disk is shared. The workers need this program
in the version of the client, with the extra ``servopt[dask]``. One thread for each worker is best.
"""

from __future__ import annotations

import asyncio
import importlib
import itertools
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from models.faults import Fault, InputFaults
from optimizer.batch.calling import call, worker_versions
from optimizer.batch.keys import versions
from optimizer.batch.records import ATTEMPTS, FAILED, BatchError, Outcome, Task

AHEAD = 3
"""Tasks that the cluster knows of, for each of its threads: enough that none waits, few enough to hold."""
RECONNECT_S = 40.0


@dataclass(frozen=True)
class Tls:
    """Certificates of an encrypted cluster, passed to Dask as they are."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    @property
    def given(self) -> bool:
        """Whether there is any."""
        return any((self.ca, self.certificate, self.key))


class DaskCluster:
    """Workers of a cluster; to be used in a ``with``.

    Parameters
    ----------
    address : str
        Of the scheduler, such as tcp://scheduler:8786.
    tls : Tls
    timeout_s : float
        For the first connection.

    Raises
    ------
    InputFaults
        dask is not installed.
    """

    def __init__(self, address: str, tls: Tls | None = None, timeout_s: float = 30.0) -> None:
        try:
            self._dask: Any = importlib.import_module("distributed")
        except ImportError:
            raise _fault(address, "needs Dask: pip install 'servopt[dask]'") from None
        self.address = address
        self.tls = tls or Tls()
        self.timeout_s = timeout_s
        self._client: Any = None

    def __enter__(self) -> DaskCluster:
        """Connect, and see that the workers run the same program.

        Raises
        ------
        InputFaults
            Nobody answers, there are no workers, or they have another version.
        """
        files = self.tls
        security = None
        if files.given:
            security = self._dask.Security(
                tls_ca_file=str(files.ca) if files.ca else None,
                tls_client_cert=str(files.certificate) if files.certificate else None,
                tls_client_key=str(files.key) if files.key else None,
                require_encryption=True,
            )
        try:
            self._client = self._dask.Client(
                self.address, security=security, timeout=self.timeout_s, set_as_default=False
            )
        except (OSError, TimeoutError, ValueError, RuntimeError, TypeError) as error:
            raise _fault(self.address, f"no scheduler can be reached: {error or type(error).__name__}") from None
        self._require_workers()
        return self

    def _require_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=self.timeout_s)
        except TimeoutError:
            raise _fault(self.address, "the cluster has no workers; start some with `dask worker`") from None
        try:
            found = self._client.run(worker_versions)
        except Exception as error:  # whatever a worker raises that cannot import this program  # noqa: BLE001
            raise _fault(self.address, f"its workers cannot run servopt; install it there ({error})") from None
        own = dict(versions())
        for worker, theirs in found.items():
            other = [
                f"{name} {theirs.get(name)} instead of {own[name]}" for name in own if theirs.get(name) != own[name]
            ]
            if other:
                raise _fault(self.address, f"worker {worker} has {', '.join(other)}; install the same versions")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave the cluster; what it still computes for this client is dropped there."""
        if self._client is not None:
            self._client.close(timeout=5)

    def describe(self) -> dict[str, Any]:
        """What the manifest says about the place of work."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        threads = sum(worker["nthreads"] for worker in workers.values())
        return {"kind": "dask", "address": self.address, "workers": len(workers), "threads": threads}

    def run(self, work: str, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Do the work (``module:function``) of every task, in any order.

        Only so many tasks are with the cluster at a time as it can begin soon.

        Raises
        ------
        BatchError
            The scheduler is gone and does not come back.
        """
        fresh = iter(tasks)
        done = self._dask.as_completed(with_results=False, raise_errors=False, loop=self._client.loop)
        running: dict[Any, tuple[Task, int]] = {}
        suspects: deque[Task] = deque()
        alone = False

        def submit(task: Task | None, deaths: int = 0) -> None:
            if task is None:
                return
            # not pure: a cluster answers a call that it knows from its memory
            future = self._client.submit(call, work, task, pure=False, retries=0)
            running[future] = task, deaths
            done.add(future)

        for task in itertools.islice(fresh, max(1, AHEAD * self.describe()["threads"])):
            submit(task)
        while running or suspects:
            if not running:
                alone = True
                submit(suspects.popleft())
            future = next(done)
            task, deaths = running.pop(future)
            if future.status in ("cancelled", "lost"):
                self._wait_for_scheduler()
                submit(task, deaths)
                continue
            problem = future.exception() if future.status == "error" else None
            deaths += _deaths(problem)
            if _is_death(problem) and (not alone or deaths < ATTEMPTS):
                # tasks that only waited at the worker are blamed too: who did it shows when it runs alone
                suspects.append(task) if not alone else submit(task, deaths)
            elif problem is not None:
                yield Outcome(task.job.key, FAILED, reason=_reason(problem, deaths), attempts=max(deaths, 1))
            if not alone:
                submit(next(fresh, None))
            if problem is None:
                yield replace(self._result(future), attempts=deaths + 1)

    def _result(self, future: Any) -> Outcome:
        try:
            outcome: Outcome = future.result(timeout=RECONNECT_S)
        except (OSError, TimeoutError, asyncio.CancelledError) as error:
            raise self._gone() from error
        future.release()
        return outcome

    def _wait_for_scheduler(self) -> None:
        """Wait until the client is connected again; give up when it does."""
        deadline = time.monotonic() + RECONNECT_S
        while self._client.status != "running":
            if self._client.status in ("closing", "closed") or time.monotonic() > deadline:
                raise self._gone()
            time.sleep(0.1)

    def _gone(self) -> BatchError:
        return BatchError(f"the scheduler at {self.address} is gone; what was finished is kept: start the batch again")


def _is_death(problem: BaseException | None) -> bool:
    return type(problem).__name__ == "KilledWorker"


def _deaths(problem: BaseException | None) -> int:
    """How many workers a task took down: the cluster itself tries again as often as it is set up to."""
    return 1 + int(getattr(problem, "allowed_failures", 0) or 0) if _is_death(problem) else 0


def _reason(problem: BaseException, deaths: int) -> str:
    if _is_death(problem):
        return f"its worker died {deaths} times with nothing else running (ended from outside, or out of memory)"
    return f"{type(problem).__name__}: {problem}"


def _fault(address: str, message: str) -> InputFaults:
    return InputFaults([Fault(address, None, None, "", message)])
