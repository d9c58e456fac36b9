"""The report's pictures of a run, written beside it as data for the page, in each language."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.files import write_atomic
from optimizer.report.language import LANGUAGES, language
from optimizer.report.parts import read_parts
from optimizer.report.pictures.palette import resolved
from optimizer.report.pictures.picture import Picture
from optimizer.report.sections import pictures_of


def write_pictures(output: Path, target: Path) -> None:
    """Write the pictures of a run's folder in each language: ``pictures-en.json`` and the like.

    Raises
    ------
    models.faults.InputFaults
        When the folder holds no plan.
    """
    parts = read_parts([output])
    for code in LANGUAGES:
        speak = language(code)
        found = [_plain(picture) for picture in pictures_of(parts, speak)]
        write_atomic(target / f"pictures-{code}.json", json.dumps(found, allow_nan=False, default=float))


def _plain(picture: Picture) -> dict[str, Any]:
    """A picture as JSON: the options of a figure joined by commas."""
    found = asdict(picture)
    found["figures"] = {",".join(map(str, key)): resolved(figure) for key, figure in picture.figures.items()}
    return found
