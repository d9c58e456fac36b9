"""Compile a function to machine code, and keep that code where a folder for it can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """Compile a function of numbers and arrays when it is first called.

    Parameters
    ----------
    function : callable
        Plain loops over numbers and numpy arrays that it does not make itself.

    Returns
    -------
    callable
        The same function, free of the interpreter's lock, so that threads run side by side. Its machine code is kept
        beside the file, or in the user's cache folder where the package cannot be written; where neither can be, it is
        compiled anew in each process.
    """
    # _nrt: without numba's own memory management. The caller holds all arrays, and counting references to them at
    # every call took three quarters of the time.
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
    try:
        return cast(F, numba.njit(cache=True, **options)(function))
    except RuntimeError:  # numba found no folder that can be written
        return cast(F, numba.njit(**options)(function))
