"""Records as JSON text: numbers of NumPy are Python's, dates are ISO text, and what is not finite is null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it.

    Parameters
    ----------
    value : object
        Mappings and sequences are followed; numbers of NumPy become Python's, stamps and dates ISO text, and numbers
        that are not finite None, for which JSON has no other word.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value.isoformat()) if hasattr(value, "isoformat") else value


def json_text(content: Any, *, indent: int = 2) -> str:
    """Write a record as JSON that people can read."""
    return json.dumps(plain(content), indent=indent, ensure_ascii=False, allow_nan=False) + "\n"
