"""`servopt serve`: the page in a browser."""

from __future__ import annotations

import importlib.util
import secrets
import socket
import threading
from pathlib import Path

import click

EXTRA = ("nicegui", "ruamel.yaml", "uvicorn")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to answer at; any other than this machine's own needs the token that is printed.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="Port; 0 takes any that is free."
)
@click.option("--token", help="Token that a browser has to bring; also on this machine's own address when given.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True,
              help="Language to begin with.")  # fmt: skip
@click.option("--open/--no-open", "show", default=False, help="Open the page in the browser of this machine.")
def serve(folder: Path, host: str, port: int, token: str | None, lang: str, show: bool) -> None:
    """Show the scenario in DIR, or the scenarios in its folders, as a page: change, solve, compare, export.

    Changes are made in a working copy; the files in DIR stay as they are until you save. Needs the extra "web":
    pip install 'servopt[web]'. Ctrl-C ends it.
    """
    missing = [name for name in EXTRA if importlib.util.find_spec(name.partition(".")[0]) is None]
    if missing:
        raise click.ClickException(f"the page needs {', '.join(missing)}: pip install 'servopt[web]'")
    from optimizer.web.guard import is_loopback
    from optimizer.web.serve import find_scenarios
    from optimizer.web.serve import serve as answer
    from optimizer.web.workspace import RefusedError

    try:
        find_scenarios(folder)
    except RefusedError as problem:
        raise click.BadParameter(str(problem), param_hint="DIR") from None
    port = _free_port(host, port)
    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(24)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}/" + ("" if token is None else f"?token={token}")
    click.echo(f"servopt: {address} (Ctrl-C ends it)")
    if show:
        import webbrowser

        threading.Timer(1.0, webbrowser.open, [address]).start()
    answer(folder, host=host, port=port, token=token, lang=lang)


def _free_port(host: str, port: int) -> int:
    """The port, or a free one for 0.

    Raises
    ------
    click.ClickException
        When it cannot be had.
    """
    try:
        place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(place[0], place[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place[4])
            return int(probe.getsockname()[1])
    except OSError as problem:
        raise click.ClickException(
            f"{host}:{port} cannot be had ({problem.strerror or problem}); choose another --port"
        ) from None
