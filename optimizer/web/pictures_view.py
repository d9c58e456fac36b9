"""The pictures of the report, in the page."""

from __future__ import annotations

from nicegui import ui

from optimizer.report.language import Language
from optimizer.web.runs import Run
from optimizer.web.session import Session


class PicturesView:
    """Pictures of a run."""

    def __init__(self, session: Session, speak: Language) -> None:
        self._session, self._speak = session, speak

    def build(self, run: Run) -> None:
        """Lay it out."""
        ui.label(self._speak("This run has no report.")).classes("quiet")
