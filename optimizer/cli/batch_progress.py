"""How a batch shows where it is: a bar on a terminal, plain lines elsewhere, JSON lines for programs."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import Any

import click

from optimizer.batch.records import FAILED, Job, Outcome

LINE_EVERY_S = 10.0
MOST_NAMED = 20
"""Scenarios without a plan that are named; the results know all of them."""
_SHOWN_CHARS = 200


class PlainLines:
    """A line now and then, and a line for each failure as it comes."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.todo = 0
        self._since = self._said = time.monotonic()
        self._checked = 0

    def begins(self, total: int, todo: int, failed_before: int) -> None:
        """Say what there is to do."""
        self.todo = todo
        failed = f", {failed_before:,} failed before (--retry-failed tries them again)" if failed_before else ""
        self.say(f"{total:,} scenarios: {total - todo - failed_before:,} are done, {todo:,} to run{failed}")

    def checked(self, number: int, todo: int, unfit: int) -> None:
        """Say now and then how many inputs were read, and in the end how many can be run."""
        if number == todo:
            sound = todo - unfit
            many = "scenario" if todo == 1 else "scenarios"
            self.say(f"{sound:,} of {todo:,} inputs can be run" if unfit else f"no faults in {todo:,} {many}")
            self._since = time.monotonic()
        elif self._is_time():
            self.say(f"read {number:,} of {todo:,}")

    def finished(self, job: Job, outcome: Outcome) -> None:
        """Say a failure at once, the rest now and then."""
        self.counts[outcome.status] += 1
        self._name(job, outcome)
        if self._is_time():
            self.say(self.standing())

    def _name(self, job: Job, outcome: Outcome) -> None:
        """Name what failed, and the first scenarios for which no plan can exist: a sweep may have thousands."""
        known = outcome.status == "infeasible" and self.counts["infeasible"] <= MOST_NAMED
        if outcome.status == FAILED or known:
            self.say(f"{outcome.status}: {job.name}: {short(outcome.reason)}")

    def standing(self) -> str:
        """How many are done, how fast, and how long the rest will take."""
        done = sum(self.counts.values())
        rate = done / max(time.monotonic() - self._since, 1e-9)
        left = (self.todo - done) / rate if rate else 0.0
        return (
            f"{done:,} of {self.todo:,} done, {self.counts[FAILED]:,} failed, {rate:.2f} a second, {clock(left)} left"
        )

    def close(self) -> None:
        """Nothing to take down."""

    def say(self, text: str) -> None:
        """Print one line."""
        click.echo(text)
        self._said = time.monotonic()

    def _is_time(self) -> bool:
        return time.monotonic() - self._said >= LINE_EVERY_S


class Bar(PlainLines):
    """A bar with rate and time left; failures scroll above it."""

    def __init__(self) -> None:
        super().__init__()
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            TextColumn("{task.fields[standing]}"),
        )  # fmt: skip
        self._bar.start()
        self._reading = self._bar.add_task("reading", total=None, standing="")
        self._running: Any = None

    def checked(self, number: int, todo: int, unfit: int) -> None:
        """Move the bar of the inputs, and begin that of the scenarios."""
        self._bar.update(self._reading, completed=number, total=todo)
        if number == todo:
            self._since = time.monotonic()
            self._running = self._bar.add_task("running", total=todo, standing="")

    def finished(self, job: Job, outcome: Outcome) -> None:
        """Move the bar; a failure is said above it."""
        self.counts[outcome.status] += 1
        self._name(job, outcome)
        done = sum(self.counts.values())
        text = self.standing().partition("done, ")[2]
        self._bar.update(self._running, completed=done, standing=text)

    def say(self, text: str) -> None:
        """Print above the bar."""
        self._bar.console.print(text, markup=False, highlight=False)

    def close(self) -> None:
        """Take the bar down."""
        self._bar.stop()


class JsonLines:
    """One JSON object a line, on the standard output."""

    def __init__(self) -> None:
        self._done = self._todo = 0

    def begins(self, total: int, todo: int, failed_before: int) -> None:
        """Event `begins`."""
        self._todo = todo
        self._say({"event": "begins", "scenarios": total, "todo": todo, "failed_before": failed_before})

    def checked(self, number: int, todo: int, unfit: int) -> None:
        """Event `checked`, once all inputs were read."""
        if number == todo:
            self._say({"event": "checked", "scenarios": todo, "unfit": unfit})

    def finished(self, job: Job, outcome: Outcome) -> None:
        """Event `finished` of a scenario."""
        self._done += 1
        self._say({
            "event": "finished",
            "name": job.name,
            "status": outcome.status,
            "reason": outcome.reason,
            "seconds": round(outcome.seconds, 4),
            "attempts": outcome.attempts,
            "done": self._done,
            "todo": self._todo,
        })  # fmt: skip

    def close(self) -> None:
        """Nothing to take down."""

    def _say(self, event: dict[str, Any]) -> None:
        click.echo(json.dumps(event, ensure_ascii=False))
        sys.stdout.flush()


def short(text: str) -> str:
    """Return a reason on one line that fits a terminal."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_CHARS else line[: _SHOWN_CHARS - 3] + "..."


def clock(seconds: float) -> str:
    """Return a duration as people read it: 45 s, 12 min, 3 h 20 min."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
