"""A plan's folder: the page and the tables, none of them ever half-written."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from pathlib import Path

from models.files import csv_text, write_atomic
from models.planfiles import plan_files
from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures
from optimizer.report.html import report_html

FORECAST_FILE, REQUIREMENT_FILE, COST_FILE, REPORT_FILE = "forecast.csv", "requirement.csv", "cost.csv", "report.html"


def report_files(content: ReportContent) -> dict[str, str]:
    """Write everything that the folder holds, as text.

    Parameters
    ----------
    content : ReportContent
        The plan.

    Returns
    -------
    dict of str to str
        File name to content: forecast.csv, requirement.csv, schedule.csv, coverage.csv, cost.csv, plan.json,
        report.html.
    """
    record = content.record
    if not record.summary:
        record = dataclasses.replace(record, summary=plan_figures(content))
    return {
        FORECAST_FILE: csv_text(content.demand),
        REQUIREMENT_FILE: csv_text(content.requirement),
        COST_FILE: csv_text(content.cost.table),
        **plan_files(record),
        REPORT_FILE: report_html(content),
    }


def write_report(folder: str | Path, content: ReportContent) -> list[Path]:
    """Write a plan's folder.

    All files are written into a hidden folder beside them first, and only when the last one is complete each is renamed
    over its predecessor. Other files in the folder stay as they are.

    Parameters
    ----------
    folder : str or Path
        Target; created when missing.
    content : ReportContent
        The plan.

    Returns
    -------
    list of Path
        The files, in the order in which they were put in place.

    Raises
    ------
    OSError
        If the folder cannot be written; its files are then as they were, unless a rename itself failed half-way.
    """
    texts = report_files(content)
    target = Path(folder).resolve()
    target.mkdir(parents=True, exist_ok=True)
    # Inside the target: the same file system even where the target is a mount, so that a rename is one step.
    beside = Path(tempfile.mkdtemp(dir=target, prefix=".", suffix=".part"))
    try:
        for name, text in texts.items():
            write_atomic(beside / name, text)
        for name in texts:
            os.replace(beside / name, target / name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return [target / name for name in texts]
