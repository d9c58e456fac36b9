"""Who gets through to the page."""

import asyncio

import pytest

from optimizer.web.guard import COOKIE, Guard, is_loopback

HOST = "127.0.0.1:8765"


def ask(guard, *, kind="http", method="GET", path="/", query="", body=(b"",), **headers):
    """Status of an answer; 200 is the page's own, 1008 a socket that was closed."""
    lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": kind, "method": method, "path": path, "query_string": query.encode(), "scheme": "http"}
    scope["headers"] = lines
    sent, parts = [], [{"type": "http.request", "body": part, "more_body": True} for part in body]

    async def receive():
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    asyncio.run(guard(scope, receive, send))
    first = sent[0]
    status = first.get("status") or first.get("code")
    return status, {name.decode(): value.decode() for name, value in first.get("headers", [])}


def _page(seen):
    async def page(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            seen.append(len(message["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    return page


@pytest.fixture
def seen():
    return []


@pytest.fixture
def local(seen):
    return Guard(_page(seen), token=None, local_only=True, most_bytes=1000)


def test_the_page_itself_gets_through_and_loads_nothing_from_elsewhere(local):
    status, headers = ask(local, host=HOST)
    assert status == 200
    assert "default-src 'self'" in headers["content-security-policy"]
    assert ask(local, host="localhost:8765")[0] == 200
    assert ask(local, host="[::1]:8765")[0] == 200


@pytest.mark.parametrize("host", ["evil.example:8765", "127.0.0.1.evil.example", "", "10.0.0.5:8765"])
def test_a_name_that_was_pointed_here_does_not(local, host):
    assert ask(local, host=host)[0] == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9999", "null", None])
def test_requests_that_change_something_come_from_the_page(local, origin):
    more = {} if origin is None else {"origin": origin}
    assert ask(local, method="POST", host=HOST, **more)[0] == 403
    assert ask(local, kind="websocket", path="/_nicegui_ws/socket.io/", host=HOST, **more)[0] == 1008


def test_the_pages_own_origin_is_taken(local):
    assert ask(local, method="POST", host=HOST, origin=f"http://{HOST}")[0] == 200


def test_there_is_no_way_around_the_socket(local):
    assert ask(local, path="/_nicegui_ws/socket.io/", query="transport=polling", host=HOST)[0] == 403


def test_a_body_is_bounded_with_and_without_its_length(local, seen):
    own = {"host": HOST, "origin": f"http://{HOST}", "method": "POST"}
    assert ask(local, **own, content_length="1001")[0] == 413
    ask(local, **own, body=(b"0" * 600, b"0" * 600, b"0" * 600))
    assert sum(seen) == 600


def test_a_token_is_asked_of_who_comes_from_elsewhere(seen):
    guard = Guard(_page(seen), token="s3cret", local_only=False)
    assert ask(guard, host="desk.example:8765")[0] == 401
    assert ask(guard, host="desk.example:8765", query="token=wrong")[0] == 401
    status, headers = ask(guard, host="desk.example:8765", path="/x", query="token=s3cret&lang=zh")
    assert (status, headers["location"]) == (303, "/x?lang=zh")
    assert headers["set-cookie"].startswith(f"{COOKIE}=s3cret;")
    assert "HttpOnly; SameSite=Strict" in headers["set-cookie"]
    assert ask(guard, host="desk.example:8765", cookie=f"{COOKIE}=s3cret")[0] == 200
    assert ask(guard, host="desk.example:8765", cookie=f"{COOKIE}=wrong")[0] == 401
    socket = {"kind": "websocket", "host": "desk.example:8765", "origin": "http://desk.example:8765"}
    assert ask(guard, **socket, query="token=s3cret")[0] == 1008
    assert ask(guard, **socket)[0] == 1008


def test_the_way_back_stays_on_this_server(seen):
    guard = Guard(_page(seen), token="s3cret", local_only=False)
    assert ask(guard, host="x", path="//evil.example", query="token=s3cret")[1]["location"] == "/"


def test_this_machines_addresses():
    assert is_loopback("127.0.0.1")
    assert is_loopback("::1")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("desk.example")
