"""What is handed over: report.html, plan.xlsx, and calendars of who works when; none of them ever half-written."""

from __future__ import annotations

from pathlib import Path

from models.files import write_together
from optimizer.report.calendar import FOLDER, calendar_files, pool_calendar_files
from optimizer.report.html import report_html
from optimizer.report.language import Language
from optimizer.report.parts import Parts
from optimizer.report.skills import skills_grid, skills_schedule
from optimizer.report.workbook import workbook

PAGE, WORKBOOK = "report.html", "plan.xlsx"


def delivery(parts: Parts, speak: Language, before: Path | None = None) -> dict[str, str | bytes]:
    """Make all files.

    Parameters
    ----------
    parts : Parts
        What was made.
    speak : Language
        Of all words.
    before : Path, optional
        Folder that may hold the calendars of the version before.

    Returns
    -------
    dict of str to str or bytes
        Path in the folder to content.
    """
    return {
        PAGE: report_html(parts, speak),
        WORKBOOK: workbook(parts, speak),
        **_calendars(parts, speak, None if before is None else before / FOLDER),
    }


def write_delivery(folder: str | Path, parts: Parts, speak: Language) -> list[Path]:
    """Write all files into a folder, together; a version before is updated. Returns page, workbook, calendars' folder.

    Raises
    ------
    InputFaults
        A calendar of the version before that cannot be read.
    OSError
        If the folder cannot be written.
    """
    place = Path(folder)
    files = delivery(parts, speak, place)
    write_together(place, files)
    calendars = [place / FOLDER] if any(name.startswith(FOLDER) for name in files) else []
    return [place / PAGE, place / WORKBOOK, *calendars]


def _calendars(parts: Parts, speak: Language, before: Path | None) -> dict[str, str]:
    if parts.roster is not None:
        zone = str(parts.roster.record.get("time_zone", "UTC"))
        name = str(parts.roster.record.get("name") or parts.title)
        return calendar_files(parts.roster["roster"], zone, name, before, speak=speak)
    if parts.shifts is not None:
        content = parts.shifts
        return pool_calendar_files(content.plan.schedule, content.grid.time_zone, content.title, before, speak=speak)
    if parts.skills is not None:
        skills = parts.skills
        zone = skills_grid(skills).time_zone
        return pool_calendar_files(skills_schedule(skills), zone, skills.name, before, speak=speak)
    return {}
