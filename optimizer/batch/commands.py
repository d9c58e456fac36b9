"""What a batch can run on a scenario: a line for each command."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import pandera.pandas as pa
    from pydantic import BaseModel

    from optimizer.batch.records import Options, Override, Plain
    from optimizer.batch.reuse import Reuse


@dataclass(frozen=True)
class Answer:
    """What a command made of a scenario.

    Parameters
    ----------
    status : str
        One of `optimizer.batch.records.ANSWERED`, or "no plan".
    figures : Mapping of str to Plain
        Its row in the table of all figures.
    files : Mapping of str to str or bytes
        Path in the scenario's folder to content.
    reason : str
        Why there is no plan.
    """

    status: str
    figures: Mapping[str, Plain]
    files: Mapping[str, str | bytes]
    reason: str = ""


def no_plan(status: str, conflicts: Sequence[str], what: str) -> Answer:
    """Answer that there is none of something, with the reason."""
    return Answer(
        status, {"gap": None}, {}, "; ".join(conflicts) or f"no {what} was found within the time limit; raise it"
    )


class Runner(Protocol):
    """A module that runs one kind of input, so that a batch needs to know nothing about it."""

    SETTINGS: type[BaseModel]
    """Declares the settings file."""
    TABLES: tuple[pa.DataFrameSchema, ...]
    """Declare the tables; dotted paths are held against both."""

    def read(self, folder: Path) -> Any:
        """Read the folder; raise `models.faults.InputFaults` with all its faults."""


@runtime_checkable
class ReadsContents(Protocol):
    """A runner that needs no folder."""

    def read_contents(self, files: Mapping[str, bytes]) -> Any:
        """Read files, name to content, as `Runner.read` does."""


@dataclass(frozen=True)
class Base:
    """A scenario that several ones of a sweep are like.

    Parameters
    ----------
    key : str
        Digest of all that it depends on.
    read : function
        Reads its input, with further overrides.
    others : tuple of str
        Paths in which the scenarios differ from it.
    """

    key: str
    read: Callable[[tuple[Override, ...]], Any]
    others: tuple[str, ...] = ()


@runtime_checkable
class Quick(Protocol):
    """A runner that finds the figures of a scenario from a solved one that it is like."""

    def shared(self, overrides: tuple[Override, ...]) -> tuple[Override, ...]:
        """Return the overrides that the solved one has too."""

    def quick(self, given: Any, base: Base, options: Options) -> Answer:
        """Find the figures; the answer depends on the scenario alone, whatever ran before."""


@dataclass(frozen=True)
class Command:
    """Something that can be run on a scenario; its module is imported only where it runs.

    Parameters
    ----------
    module, function : str
        A `Runner`, and the function in it that runs the command.
    settings_file : str
        Dotted paths without a table are settings of this file.
    tables : tuple of str
        Names of the tables that it reads, without ".csv": on them, and nothing else in the folder, an answer depends.
    """

    module: str
    function: str
    settings_file: str
    tables: tuple[str, ...]
    beside: tuple[str, ...] = ()
    """Settings files of others that it reads too."""

    @property
    def files(self) -> tuple[str, ...]:
        """Names of all files that it reads."""
        return (self.settings_file, *self.beside, *(f"{name}.csv" for name in self.tables))


Run = Callable[[Any, Path, "Options", int, "Reuse"], Answer]
"""Takes what was read, its folder, the options of the search, the threads and the cache."""

_SHIFT_TABLES = ("contact_types", "pools", "history", "demand", "baseline", "skills")
_MIX_TABLES = ("types", "segments", "volumes", "tiers", "channels", "price_tiers", "links", "today", "pool_costs")
_INVEST_TABLES = ("initiatives", "effects", "work", "relations", "spends", "costs", *_MIX_TABLES)
_ROSTER_TABLES = ("agents", "contracts", "shifts", "cover", "leave", "requests", "fixed", "history", "balances")
COMMANDS = {
    "plan": Command("optimizer.batch.shift_plans", "plan", "scenario.yaml", _SHIFT_TABLES),
    "schedule": Command("optimizer.batch.shift_plans", "schedule", "scenario.yaml", _SHIFT_TABLES),
    "mix": Command("optimizer.batch.mixes", "mix", "mix.yaml", _MIX_TABLES),
    "invest": Command("optimizer.batch.portfolios", "invest", "invest.yaml", _INVEST_TABLES, ("mix.yaml",)),
    "roster": Command("optimizer.batch.rosters", "roster", "roster.yaml", _ROSTER_TABLES),
}


def runner_of(command: str) -> Runner:
    """Import the module of a command, which knows the schemas of its input."""
    module: Runner = importlib.import_module(COMMANDS[command].module)
    return module


def run_of(command: str) -> Run:
    """Import the function that runs a command."""
    run: Run = getattr(runner_of(command), COMMANDS[command].function)
    return run
