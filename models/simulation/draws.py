"""Random numbers by name: every draw is a hash of a key and the number of the draw, and nothing remembers a state.

The key of a replication gives the key of each queue and interval, and that the key of each contact in it. So the
contact that arrives third in an interval is the same customer, with the same work and patience, in every plan that is
simulated with the same seed: common random numbers, by construction.

The hash is the finalizer of SplitMix64 (Steele, Lea & Flood, "Fast splittable pseudorandom number generators", 2014).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from models.compiled import compiled

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TINY = 2.0**-53

# What a contact draws. Numbers of numpy: a plain 3 is a type of its own, for which everything is compiled once more.
GAP, HANDLE, HANDLE_2, PATIENCE, BOT, ESCALATES, BOT_TIME, RETURNS, RETURN_DELAY, AGAIN = np.arange(10)
FIRST = np.int64(0)


@compiled
def child(key: np.uint64, number: Any) -> np.uint64:
    """Key that belongs to a number under a key."""
    z = key + (np.uint64(number) + np.uint64(1)) * _GOLDEN
    z = (z ^ (z >> _S30)) * _FIRST
    z = (z ^ (z >> _S27)) * _SECOND
    return z ^ (z >> _S31)


@compiled
def uniform(key: np.uint64, draw: Any) -> float:
    """Number between 0 and 1, neither of them."""
    return (float(child(key, draw) >> _S11) + 0.5) * _TINY


@compiled
def exponential(key: np.uint64, draw: Any) -> float:
    """Exponential number with mean 1."""
    return -math.log(uniform(key, draw))


@compiled
def normal(key: np.uint64, draw: Any) -> float:
    """Standard normal number (Box & Muller); takes this draw and the next."""
    return math.sqrt(-2.0 * math.log(uniform(key, draw))) * math.cos(2.0 * math.pi * uniform(key, draw + np.int64(1)))
