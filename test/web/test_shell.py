"""How the pages and their files are served."""

import gzip
import re
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

import src.web as web
from src.web.policies import page_policy, security_headers
from test.web.conftest import SignUp
from test.web.people import Person, http_client

FOLDER = Path(web.__file__).parent
PAGES = (
    "/",
    "/event/{event}",
    "/event/{event}/line",
    "/reservations",
    "/order/9f3a21c4-5fe8-4ee4-86f1-e9bbc1839603",
    "/sign-in",
    "/sign-up",
    "/seller",
    "/seller/new",
    "/seller/webhooks",
    "/seller/webhooks/new",
    "/seller/webhooks/9f3a21c4-5fe8-4ee4-86f1-e9bbc1839603",
    "/seller/event/1",
    "/seller/event/1/edit",
    "/seller/event/1/orders",
    "/seller/event/1/seats",
)


@pytest_asyncio.fixture(loop_scope="session")
async def http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(base_url) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def event(seller: Person) -> int:
    return await seller.create_event()


@pytest.mark.parametrize("path", [*PAGES, "/docs"])
async def test_a_page_is_a_shell_under_a_strict_policy(
    http: httpx.AsyncClient, event: int, path: str
) -> None:
    answer = await http.get(path.format(event=event))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?:|\*", policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    html = re.sub('<script type="application/ld.json">.*?</script>', "", answer.text)
    assert not re.search(r"https?://|\son\w+=|<style|style=", html)


@pytest.mark.parametrize("path", PAGES)
async def test_everything_a_page_names_is_there_and_may_be_kept_for_good(
    http: httpx.AsyncClient, event: int, path: str
) -> None:
    page = (await http.get(path.format(event=event))).text
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert len(named) == 4, "the mark, the styles, and two bundles"
    for address in named:
        answer = await http.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_may_use_the_camera_only_where_it_says_so() -> None:
    policy = page_policy("{}")
    assert "camera=()," in security_headers(policy)["Permissions-Policy"]
    assert "camera=(self)," in security_headers(policy, camera=True)["Permissions-Policy"]


async def test_a_shell_tells_whether_there_is_a_session(
    http: httpx.AsyncClient, people: SignUp
) -> None:
    buyer = await people("buyer")
    without, with_session = await http.get("/"), await buyer.http.get("/")
    assert 'data-signed-in="no"' in without.text
    assert 'data-signed-in="yes"' in with_session.text
    assert without.headers["Vary"] == "Cookie, Accept-Encoding"
    assert without.headers["ETag"] != with_session.headers["ETag"]


async def test_what_a_browser_has_is_not_sent_again(http: httpx.AsyncClient) -> None:
    for address in ("/", "/docs", f"{await _root(http)}/app/html.js"):
        first = await http.get(address)
        again = await http.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.content == b""


async def test_files_are_packed_for_those_who_can_unpack(http: httpx.AsyncClient) -> None:
    address = f"{await _root(http)}/styles/2_base.css"
    content = (FOLDER / "styles" / "2_base.css").read_bytes()
    async with http.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as packed:
        assert gzip.decompress(b"".join([part async for part in packed.aiter_raw()])) == content
    plain = await http.get(address, headers={"Accept-Encoding": "identity"})
    assert plain.content == content
    assert plain.headers["Vary"] == "Accept-Encoding"


async def test_an_earlier_releases_address_still_answers_but_is_not_kept(
    http: httpx.AsyncClient,
) -> None:
    answer = await http.get("/static/0123456789abcdef/app/html.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["app/none.js", "%2e%2e/pages.py", "pages.py", "shell.html", "vendor/README.md"],
)
async def test_nothing_else_is_served(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(f"{await _root(http)}/{path}")
    assert answer.status_code == 404
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/nowhere", "/event/one", "/event/1/seats", "/order/1", "/metrics/"]
)
async def test_people_at_an_unknown_address_get_a_page(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "/bundle/not_found.js" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "accept", "status"),
    [
        ("GET", "/nowhere", "*/*", 404),
        ("GET", "/nowhere", "application/json", 404),
        ("POST", "/nowhere", "text/html", 404),
        ("GET", "/api/nowhere", "text/html", 404),
        ("GET", "/api/user/login", "text/html", 405),
    ],
)
async def test_programs_at_an_unknown_address_get_a_problem(
    http: httpx.AsyncClient, method: str, path: str, accept: str, status: int
) -> None:
    answer = await http.request(method, path, headers={"Accept": accept})

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["HEAD", "POST"])
async def test_other_methods(http: httpx.AsyncClient, method: str) -> None:
    answer = await http.request(method, "/")
    assert answer.status_code == (200 if method == "HEAD" else 405)
    assert method != "HEAD" or answer.content == b""


def test_vendored_libraries_are_the_published_files() -> None:
    table = (FOLDER / "vendor" / "README.md").read_text(encoding="utf-8")
    vendored = [
        path
        for path in (FOLDER / "vendor").rglob("*")
        if path.suffix in (".mjs", ".js", ".css", ".woff2")
    ]
    assert len(vendored) == 10
    for library in vendored:
        assert sha256(library.read_bytes()).hexdigest() in table, library.name


def test_no_page_asks_another_host_for_anything() -> None:
    ours = [path for kind in ("js", "css", "html") for path in FOLDER.rglob(f"*.{kind}")]
    for path in ours:
        if path.is_relative_to(FOLDER / "vendor"):
            continue  # test_docs.py looks at what these ask for
        # A link asks only when somebody follows it.
        text = re.sub(r'<a href="https://[^"]+">', "", path.read_text(encoding="utf-8"))
        assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text), path


async def _root(http: httpx.AsyncClient) -> str:
    found = re.search(r"/static/\w+", (await http.get("/")).text)
    assert found
    return found[0]
