"""The report's sentences and pictures of a run, written beside it as data for the page, in each language."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.files import write_atomic
from optimizer.report.headline import sentences
from optimizer.report.language import LANGUAGES, language
from optimizer.report.parts import read_parts
from optimizer.report.pictures.palette import resolved
from optimizer.report.pictures.picture import Picture
from optimizer.report.sections import pictures_of


def write_pictures(output: Path, target: Path) -> None:
    """Write what the page shows of a run's folder in each language: ``shown-en.json`` and the like.

    Raises
    ------
    models.faults.InputFaults
        When the folder holds no plan.
    """
    parts = read_parts([output])
    for code in LANGUAGES:
        speak = language(code)
        pictures = [_plain(picture) for picture in pictures_of(parts, speak)]
        found = {"sentences": sentences(parts, speak), "pictures": pictures}
        write_atomic(target / f"shown-{code}.json", json.dumps(found, allow_nan=False, default=float))


def read_shown(place: Path, code: str) -> dict[str, Any]:
    """Read what `write_pictures` has written; nothing where it has not."""
    path = place / f"shown-{code}.json"
    if not path.is_file():
        return {"sentences": [], "pictures": []}
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _plain(picture: Picture) -> dict[str, Any]:
    """A picture as JSON: the options of a figure joined by commas."""
    found = asdict(picture)
    found["figures"] = {",".join(map(str, key)): resolved(figure) for key, figure in picture.figures.items()}
    return found
