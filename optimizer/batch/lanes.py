"""Which task a worker gets next: neighbours are alike, so each worker has a stretch of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from optimizer.batch.records import Job, Task


class Tasks:
    """Tasks of jobs, each made when it is asked for: together their files may be more than the memory holds."""

    def __init__(self, jobs: Sequence[Job], make: Callable[[Job], Task]) -> None:
        self._jobs, self._make = jobs, make

    def __len__(self) -> int:
        return len(self._jobs)

    def __getitem__(self, place: int) -> Task:
        return self._make(self._jobs[place])

    def __iter__(self) -> Iterator[Task]:
        return map(self._make, self._jobs)


class Lanes:
    """Hands out tasks: to each lane its own stretch from the front, then the end of the longest stretch that is left.

    Parameters
    ----------
    tasks : iterable of Task
        Of a sequence each lane has its part; others are handed out in their order.
    count : int
        Number of lanes.
    """

    def __init__(self, tasks: Iterable[Task], count: int) -> None:
        self._tasks = tasks if isinstance(tasks, Tasks | Sequence) else None
        self._rest: Iterator[Task] = iter(()) if self._tasks is not None else iter(tasks)
        total = len(self._tasks) if self._tasks is not None else 0
        ends = [total * lane // count for lane in range(count + 1)]
        self._left = [[begin, end] for begin, end in pairwise(ends)]

    def next(self, lane: int) -> Task | None:
        """Return the next task of a lane; None when all were handed out."""
        if self._tasks is None:
            return next(self._rest, None)
        mine = self._left[lane % len(self._left)]
        if mine[0] < mine[1]:
            mine[0] += 1
            return self._tasks[mine[0] - 1]
        longest = max(self._left, key=lambda one: one[1] - one[0])
        if longest[0] == longest[1]:
            return None
        longest[1] -= 1
        return self._tasks[longest[1]]
