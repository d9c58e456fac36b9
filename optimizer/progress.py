"""How far a search is, for whoever listens: the best answer so far, what is proved, what is being done.

The other way round, `ask_to_stop` asks the search to end with the best that it has.

One listener for the process: a command runs one search at a time. Without a listener nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """A moment of a search.

    Attributes
    ----------
    words : what is being done
    best : value of the best answer so far, in the objective's unit; None where nothing new is known
    bound : what is proved; None where nothing new is known
    """

    words: str = ""
    best: float | None = None
    bound: float | None = None


Listener = Callable[[Progress], None]
_listeners: list[Listener] = []
_stops: list[bool] = []


def ask_to_stop() -> None:
    """Ask the search of this process, and all that follows it, to end with the best so far."""
    _stops.append(True)


def is_stop_asked() -> bool:
    """Say whether the search is to end."""
    return bool(_stops)


def tell(words: str = "", *, best: float | None = None, bound: float | None = None) -> None:
    """Tell whoever listens; an infinite figure is one that is not known."""
    if not _listeners:
        return
    _listeners[-1](Progress(words, _known(best), _known(bound)))


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Send what is told meanwhile to a listener."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


@contextmanager
def muted(*, but_bounds: bool = False) -> Iterator[None]:
    """Keep what a search within the search tells from the listener: its figures are those of another problem.

    Parameters
    ----------
    but_bounds : whether its bound holds for the whole, and is passed on
    """
    outer = _listeners[-1] if _listeners else None

    def inner(progress: Progress) -> None:
        if but_bounds and outer is not None and progress.bound is not None:
            outer(Progress(progress.words, None, progress.bound))

    with listening(inner):
        yield


def _known(figure: float | None) -> float | None:
    return float(figure) if figure is not None and abs(figure) < float("inf") else None
