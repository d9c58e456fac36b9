"""Compile functions to machine code, and keep that code where a folder for it can be written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def _options() -> dict[str, Any]:
    """Free of the interpreter's lock, and without numba's own memory management where it can be done without.

    The caller holds all arrays, and counting references to them at every call took three quarters of the time. Numba
    does not promise to keep that option: where it is gone, all is right, and slower.
    """
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    try:
        from numba.core.options import DefaultOptions
    except ImportError:
        return options
    return options | ({"_nrt": False} if hasattr(DefaultOptions, "_nrt") else {})


_OPTIONS = _options()


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays when it is first called.

    Parameters
    ----------
    function : callable
        Plain loops over numbers and numpy arrays that it does not make itself.

    Returns
    -------
    callable
        The same function, free of the interpreter's lock, so that threads run side by side.
    """
    return cast(F, numba.njit(**_OPTIONS)(function))


def kept(function: F) -> F:
    """Like `compiled`, and keep the machine code with all that it calls for the next process.

    It is kept beside the file, or in the user's cache folder where the package cannot be written; where neither can
    be, it is compiled anew in each process. The cache knows a function by its bytecode and by what it closes over, not
    by what it calls: let it close over `stamp`.
    """
    try:
        return cast(F, numba.njit(cache=True, **_OPTIONS)(function))
    except RuntimeError:  # numba found no folder that can be written
        return compiled(function)


def stamp(*sources: Path) -> int:
    """Number that changes with any line of the sources, those of this module among them.

    Parameters
    ----------
    sources : Path
        Files with the code of a kept function and of all that it calls.
    """
    texts = [file.read_bytes() for file in sorted({*sources, Path(__file__)})]
    return int.from_bytes(hashlib.sha256(b"".join(texts)).digest()[:6], "big")
