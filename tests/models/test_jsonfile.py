"""Records as JSON that every reader takes."""

import datetime as dt
import json

import numpy as np

from models.jsonfile import json_text


def test_what_is_not_finite_is_null_and_numpy_is_plain():
    record = {"a": np.float64(1.5), "b": float("nan"), "c": [np.int64(2), -np.inf], 3: {"d": dt.date(2026, 1, 2)}}
    assert json.loads(json_text(record)) == {"a": 1.5, "b": None, "c": [2, None], "3": {"d": "2026-01-02"}}
