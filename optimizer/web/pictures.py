"""The report's pictures of a run, written beside it as data for the page, in each language."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from models.files import write_atomic
from optimizer.report.language import LANGUAGES, Language, language
from optimizer.report.parts import Parts, read_parts
from optimizer.report.pictures.balance import balance_picture
from optimizer.report.pictures.flows import channel_picture, flow_picture, mix_cost_picture, rules_picture
from optimizer.report.pictures.gantt import shifts_picture
from optimizer.report.pictures.money import cash_picture, portfolio_picture, tornado_picture
from optimizer.report.pictures.palette import resolved
from optimizer.report.pictures.picture import Picture
from optimizer.report.pictures.roster import fairness_picture
from optimizer.report.pictures.service import cover_picture, days_picture, demand_picture, service_picture


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


def pictures_of(parts: Parts, speak: Language) -> list[Picture]:
    """All pictures that there are of these parts, in the report's order."""
    return [picture for picture in _all(parts, speak) if picture is not None]


def _all(parts: Parts, speak: Language) -> Iterator[Picture | None]:
    if parts.shifts is not None:
        content = parts.shifts
        yield balance_picture(content, speak)
        yield cover_picture(content, speak)
        yield service_picture(content, speak)
        yield days_picture(content, speak)
        yield demand_picture(content, speak)
        yield shifts_picture(content.plan.schedule, content.grid, speak)
    if (mix := parts.mix) is not None:
        yield channel_picture(mix["csat"], speak)
        yield flow_picture(mix["flows"], speak)
        yield mix_cost_picture(mix["cost"], mix.currency, speak)
        yield rules_picture(mix["rules"], mix.currency, speak)
    if (invest := parts.invest) is not None:
        horizon = invest.record["horizon"]
        rate, npv = float(invest.record["discount_rate"]), float(invest.record["figures"]["npv"])
        yield portfolio_picture(invest["portfolio"], int(horizon["first_year"]) + int(horizon["years"]) - 1, speak)
        yield cash_picture(invest["cash_flow"], rate, invest.currency, speak)
        if (tornado := invest.get("tornado")) is not None:
            yield tornado_picture(tornado, npv, invest.currency, speak)
    if parts.roster is not None and (agents := parts.roster.get("agents")) is not None:
        yield fairness_picture(agents, speak)


def _plain(picture: Picture) -> dict[str, Any]:
    """A picture as JSON: the options of a figure joined by commas."""
    found = asdict(picture)
    found["figures"] = {",".join(map(str, key)): resolved(figure) for key, figure in picture.figures.items()}
    return found
