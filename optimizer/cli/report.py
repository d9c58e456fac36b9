"""`servopt report`: what was planned, as a page, a workbook and calendars."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from optimizer.report.parts import Parts

_FOLDER = click.Path(exists=True, path_type=Path)
CODES = ("en", "zh")


@click.command()
@click.argument("plans", metavar="PLAN...", nargs=-1, required=True, type=_FOLDER)
@click.option("--lang", type=click.Choice(CODES), default="en", show_default=True, help="Language of all words.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for the files.  [default: the first PLAN]"
)
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
def report(plans: tuple[Path, ...], lang: str, out: Path | None, quiet: bool) -> None:
    """Write report.html, plan.xlsx and calendars of what stands in the folders PLAN.

    PLAN is what plan, schedule --skills, mix, invest, roster or simulate wrote, or a folder that holds such folders;
    several make one report, and tables of `servopt frontier` and `servopt price` may stand beside them. Each part
    appears where its stage ran. Calendars (calendars/NAME.ics) are one an agent where there is a roster, else one a
    pool. Written again, they update the events of before.
    """
    from optimizer.report.delivery import write_delivery
    from optimizer.report.language import language
    from optimizer.report.parts import read_parts

    folders = [plan for plan in plans if plan.is_dir()]
    files = [plan for plan in plans if not plan.is_dir()]
    parts = read_parts(folders, files)
    speak = language(lang)
    target = out or (folders[0] if folders else Path())
    written = write_delivery(target, parts, speak)
    if quiet:
        return
    _print(parts, lang)
    click.echo(speak("written: {files}", files=", ".join(str(path) for path in written)))


def _print(parts: Parts, lang: str) -> None:
    """Print the summary of the shift plan where there is one, else the sentences that say what is decided."""
    from rich.console import Console

    from optimizer.report.headline import sentences
    from optimizer.report.language import language
    from optimizer.report.summary import plan_summary

    speak = language(lang)
    console = Console(highlight=False)
    if parts.shifts is not None:
        console.print(plan_summary(parts.shifts, speak))
    if parts.shifts is None or parts.mix is not None or parts.invest is not None:
        for text in sentences(parts, speak):
            click.echo(text)
