"""Who may speak to the page: its own address, its own origin, a token where others could reach it, bounded bodies.

A web page of somebody else, open in the same browser, can send requests to 127.0.0.1 as well. It can neither set the
header Origin nor Host: requests that change something and every websocket need the page's own Origin, and no request
passes with a foreign Host (a name that was pointed at 127.0.0.1).
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "servopt_token"
SOCKET_PATH = "/_nicegui_ws"
MOST_UPLOAD_BYTES = 20_000_000
"""A request's body, and so an uploaded scenario."""
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    # what the page needs comes with it; nothing is loaded from elsewhere, and no other page frames it
    (b"content-security-policy", b"default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:;"
     b" connect-src 'self' data: blob:; frame-ancestors 'self'; form-action 'self'; base-uri 'self'"),
)  # fmt: skip


def is_loopback(host: str) -> bool:
    """Say whether an address is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Guard:
    """Lets through what belongs to the page.

    Parameters
    ----------
    app : the page
    token : needed with each request; None where only this machine reaches the page
    local_only : whether the header Host must name this machine
    most_bytes : of a request's body
    """

    def __init__(self, app: App, *, token: str | None, local_only: bool, most_bytes: int = MOST_UPLOAD_BYTES) -> None:
        self._app, self._token, self._local_only, self._most_bytes = app, token, local_only, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        status, words = self._verdict(scope, headers)
        if status:
            await _refuse(scope, receive, send, status, words)
            return
        if scope["type"] == "http" and self._token is not None and not self._has_cookie(headers):
            await _welcome(scope, send, self._token)
            return
        await self._app(scope, _bounded(receive, self._most_bytes), _with_headers(send))

    def _verdict(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str]:
        """Status and words of a refusal; 0 where there is none."""
        host = headers.get("host", "")
        if self._local_only and not is_loopback(_name(host)):
            return 403, "This page answers to 127.0.0.1 only."
        is_socket = scope["type"] == "websocket"
        changes = scope.get("method", "GET") not in ("GET", "HEAD")
        origin = headers.get("origin")
        if (is_socket or changes or origin is not None) and (origin is None or urlsplit(origin).netloc != host):
            return 403, "Requests that change something come from the page itself."
        if not is_socket and str(scope["path"]).startswith(SOCKET_PATH):
            return 403, "The page speaks through a websocket only."
        if self._token is not None and not (self._has_cookie(headers) or (not is_socket and self._has_query(scope))):
            return 401, "Open the address that servopt serve printed: it holds the token."
        if int(headers.get("content-length", "0") if headers.get("content-length", "0").isdecimal() else 0) > (
            self._most_bytes
        ):
            return 413, f"At most {self._most_bytes:,} bytes."
        return 0, ""

    def _has_cookie(self, headers: dict[str, str]) -> bool:
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return False
        found = cookies.get(COOKIE)
        return found is not None and hmac.compare_digest(found.value.encode(), (self._token or "").encode())

    def _has_query(self, scope: Scope) -> bool:
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        return hmac.compare_digest(given.encode(), (self._token or "").encode())


def _name(host: str) -> str:
    """The name in a header Host, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _bounded(receive: Receive, most_bytes: int) -> Receive:
    """A body without a declared length ends the connection when it grows too long."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > most_bytes:
                return {"type": "http.disconnect"}
        return message

    return bounded


def _with_headers(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return with_headers


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, words: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": words})
        return
    body = words.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *HEADERS]})
    await send({"type": "http.response.body", "body": body})


async def _welcome(scope: Scope, send: Send, token: str) -> None:
    """Keep the token in a cookie that other sites cannot send, and take it out of the address."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    query.pop("token", None)
    rest = urlencode(query, doseq=True)
    target = str(scope["path"]) + (f"?{rest}" if rest else "")
    if not target.startswith("/") or target.startswith("//"):
        target = "/"
    secure = "; Secure" if scope.get("scheme") == "https" else ""
    cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}"
    headers = [(b"location", target.encode("latin-1", "ignore")), (b"set-cookie", cookie.encode()),
               (b"content-length", b"0")]  # fmt: skip
    await send({"type": "http.response.start", "status": 303, "headers": [*headers, *HEADERS]})
    await send({"type": "http.response.body", "body": b""})
