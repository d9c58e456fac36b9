"""The server of the page: its addresses, its tabs, its guard."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Literal

import uvicorn
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from nicegui import Client, app, ui

from optimizer.report.language import LANGUAGES, language
from optimizer.web.guard import Guard, is_loopback
from optimizer.web.page import CONNECT_S, Page
from optimizer.web.runs import REPORT_FILE
from optimizer.web.session import Session, Sessions
from optimizer.web.workspace import SETTINGS_FILES, RefusedError

RECONNECT_S, RESPONSE_S = 30.0, 60.0
"""For a browser whose line was slow, and for a page that is built while other runs have the processors."""
GOODBYE_S = 1.0
"""For the page of before a reload to leave."""


def find_scenarios(folder: Path) -> dict[str, Path]:
    """Name to folder: the folder itself when it is a scenario, else the scenarios in it.

    Raises
    ------
    RefusedError
        When there is none.
    """
    folder = folder.resolve()
    if any((folder / name).is_file() for name in SETTINGS_FILES):
        return {folder.name: folder}
    found = {
        place.name: place for place in sorted(folder.iterdir())
        if place.is_dir() and any((place / name).is_file() for name in SETTINGS_FILES)
    }  # fmt: skip
    if not found:
        raise RefusedError(f"{folder}: no scenario here, nor in the folders in it")
    return found


def serve(folder: Path, *, host: str, port: int, token: str | None, lang: str) -> None:
    """Answer at an address until Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="servopt-page-") as place:
        sessions = Sessions(find_scenarios(folder), Path(place))
        api = application(sessions, lang)
        local = is_loopback(host)
        guard = Guard(api, token=token, local_only=local)
        config = uvicorn.Config(
            guard, host=host, port=port, log_level="warning", server_header=False,
            ws_max_size=4_000_000, timeout_graceful_shutdown=2,
        )  # fmt: skip
        try:
            uvicorn.Server(config).run()
        finally:
            sessions.close()


def application(sessions: Sessions, lang: str) -> FastAPI:
    """Return the pages and files; `Guard` stands before it."""
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    def session_of(number: str) -> Session:
        session = sessions.find(number)
        if session is None:
            raise HTTPException(404)
        return session

    @api.get("/")
    def begin(request: Request) -> Response:
        session = sessions.open(next(iter(sessions.roots)))
        asked = request.query_params.get("lang", lang)
        return RedirectResponse(f"/s/{session.id}?lang={asked if asked in LANGUAGES else 'en'}", 303)

    @api.get("/s/{number}/scenario.zip")
    def scenario(number: str) -> Response:
        session = session_of(number)
        return _attachment(session.export_scenario(), f"{session.name}.zip")

    @api.get("/s/{number}/run/{run}/plan.zip")
    def plan(number: str, run: int) -> Response:
        session = session_of(number)
        found = next((one for one in session.runs if one.number == run and one.has_plan), None)
        if found is None:
            raise HTTPException(404)
        return _attachment(session.export_plan(found), f"{session.name}-run-{run}.zip")

    @api.get("/s/{number}/run/{run}/{name}")
    def report(number: str, run: int, name: Literal["report.html", "plan.xlsx"], lang: str = "en") -> Response:
        found = next((one for one in session_of(number).runs if one.number == run and one.has_plan), None)
        path = None if found is None or lang not in LANGUAGES else found.report(lang) / name
        if path is None or not path.is_file():
            raise HTTPException(404)
        return FileResponse(path, filename=None if name == REPORT_FILE else name)

    @ui.page("/s/{number}", title="servopt", response_timeout=RESPONSE_S)
    async def page(number: str, request: Request, client: Client) -> None:
        await _page(sessions, number, request.query_params.get("lang", lang), client)

    app.on_startup(sessions.prepare)
    ui.run_with(api, title="servopt", dark=False, favicon=_ICON,
                reconnect_timeout=RECONNECT_S, show_welcome_message=False, tailwind=True)  # fmt: skip
    return api


_ICON = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' rx='6' fill='#1b2530'/>"
    "<path d='M7 22V16h4v6zM14 22V10h4v12zM21 22V13h4v9z' fill='#6db3f2'/></svg>"
)
_HOLDERS: dict[str, str] = {}
"""Tab to the browser's page that shows it: a tab that is opened a second time becomes another one."""


async def _page(sessions: Sessions, number: str, lang: str, client: Client) -> None:
    speak = language(lang if lang in LANGUAGES else "en")
    session = sessions.find(number)
    if session is None:
        ui.label(speak("This tab is gone; the server was started again, or too many tabs were opened."))
        ui.link(speak("Begin again"), "/")
        return
    await client.connected(timeout=CONNECT_S)
    # the page of before a reload leaves when this one is there; one that stays is a second tab
    waited = 0.0
    while _is_held(number, client) and waited < GOODBYE_S:
        await asyncio.sleep(0.05)
        waited += 0.05
    if _is_held(number, client):
        ui.navigate.to(f"/s/{sessions.fork(session).id}?lang={speak.code}")
        return
    _HOLDERS[number] = client.id
    with contextlib.suppress(RuntimeError):  # the browser went away while it was built
        await Page(sessions, session, speak).build()


def _is_held(number: str, client: Client) -> bool:
    other = Client.instances.get(_HOLDERS.get(number, ""))
    return other is not None and other is not client and other.has_socket_connection


def _attachment(content: bytes, name: str) -> Response:
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in name)
    return Response(content, media_type="application/zip",
                    headers={"content-disposition": f'attachment; filename="{safe}"'})  # fmt: skip
