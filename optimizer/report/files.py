"""A plan's folder: the page and the tables, none of them ever half-written."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from models.files import csv_text, prepared_beside
from models.learnt import LEARNT_FILE
from models.plan_inputs import INPUTS_FOLDER, inputs_folder
from models.planfiles import plan_files
from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures
from optimizer.report.html import report_html
from optimizer.report.parts import Parts
from optimizer.report.reading import ACCURACY_FILE, SIMULATED_FILE

FORECAST_FILE, REQUIREMENT_FILE, COST_FILE, REPORT_FILE = "forecast.csv", "requirement.csv", "cost.csv", "report.html"


def report_files(content: ReportContent, *, page: bool = True) -> dict[str, str | bytes]:
    """Write everything that the folder holds.

    Parameters
    ----------
    content : ReportContent
        The plan.
    page : bool
        Whether report.html, which is large, is among them.

    Returns
    -------
    dict of str to str or bytes
        Path in the folder to content: scenario/ (`models.plan_inputs`) where the inputs are known, forecast.csv,
        requirement.csv, schedule.csv, coverage.csv, cost.csv, plan.json, report.html; accuracy.csv where the forecast
        was tested, simulated.csv where the plan was simulated, calibration.csv where targets were learnt.
    """
    record = content.record
    if not record.summary:
        record = dataclasses.replace(record, summary=plan_figures(content))
    forecast = csv_text(content.demand)
    return {
        **(inputs_folder(content.inputs, forecast) if content.inputs else {}),
        FORECAST_FILE: forecast,
        REQUIREMENT_FILE: csv_text(content.requirement),
        COST_FILE: csv_text(content.cost.table),
        **({} if content.accuracy is None else {ACCURACY_FILE: csv_text(content.accuracy)}),
        **({} if content.simulated is None else {SIMULATED_FILE: csv_text(content.simulated.days)}),
        **({} if content.learnt is None else {LEARNT_FILE: csv_text(content.learnt.table)}),
        **plan_files(record),
        **({REPORT_FILE: report_html(Parts(shifts=content))} if page else {}),
    }


def write_report(folder: str | Path, content: ReportContent) -> list[Path]:
    """Write a plan's folder.

    All files are written into a hidden folder beside them first, and only when the last one is complete each is renamed
    over its predecessor; the folder of the inputs is replaced as a whole. Other files in the folder stay as they are.

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
    with prepared_beside(folder, texts) as (target, beside):
        _put_inputs(beside, target)
        for name in texts:
            if not name.startswith(f"{INPUTS_FOLDER}/"):
                os.replace(beside / name, target / name)
        for name in (LEARNT_FILE, SIMULATED_FILE, ACCURACY_FILE):
            if name not in texts:
                (target / name).unlink(missing_ok=True)  # what a plan before has learnt is not this one's
    return [target / name for name in texts]


def _put_inputs(beside: Path, target: Path) -> None:
    """Put the folder of the inputs in place of the one before, which comes back when that fails."""
    new, old, aside = beside / INPUTS_FOLDER, target / INPUTS_FOLDER, beside / "before"
    if not new.is_dir():
        return
    if old.exists():
        os.replace(old, aside)
    try:
        os.replace(new, old)
    except OSError:
        if aside.exists():
            os.replace(aside, old)
        raise
