"""The files of the pages, read once and kept in memory, and the answers made of them.

Every static address carries a digest of all the files (`/static/DIGEST/...`), so a browser keeps
what it has for good and a new release is a new address. Modules import one another by relative
path and so stay within one release.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, splitext
from string import Template

from starlette.requests import Request
from starlette.responses import Response

from src.platform.http.authentication import COOKIE
from src.platform.http.compression import SharedBody
from src.platform.http.conditions import not_modified
from src.service.shared_kernel.lane import overloaded
from src.web import cards, poster
from src.web.bundles import bundles_of, common_bundle, page_bundle
from src.web.event_facts import EventFactsSource
from src.web.event_head import EventHead
from src.web.known_events import KnownEvents
from src.web.policies import DOCS_POLICY, page_policy, security_headers

Endpoint = Callable[[Request], Awaitable[Response]]

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".map": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_LIBRARIES = {
    "preact": "vendor/preact.mjs",
    "preact/hooks": "vendor/preact-hooks.mjs",
    "htm": "vendor/htm.mjs",
    "@noble/hashes/sha2.js": "vendor/noble-hashes/sha2.js",
    "@noble/hashes/utils.js": "vendor/noble-hashes/utils.js",
}
_PAGES = "app/pages"
_STYLES = "bundle/styles.css"
# Scripts that are no modules, and Swagger UI.
_NOT_FOR_PAGES = ("app/boot.js", "docs/", "vendor/swagger")
_SITE_NAME = "Front Row"
_FOREVER = "public, max-age=31536000, immutable"
_REVALIDATE = "no-cache"
_FOR_A_DAY = "public, max-age=86400"
# They are compressed once for as long as the process lives.
_BEST_COMPRESSION = 9
# Of a few kilobytes each.
_POSTERS_KEPT = 500


@dataclass(frozen=True)
class _Asset:
    """One static file, as it is sent."""

    media_type: str
    body: SharedBody

    @cached_property
    def etag(self) -> str:
        return _etag(self.body)


class Site:
    """The files under one folder, and the answers made of them. `origin` is that of the service for the
    world, None where it is not known."""

    def __init__(self, folder: Path, origin: str | None = None) -> None:
        self._origin = origin
        self._known_events = KnownEvents()
        self._cards = cards.Cards()
        self._shell = Template((folder / "shell.html").read_text(encoding="utf-8"))
        self._docs = Template((folder / "docs" / "docs.html").read_text(encoding="utf-8"))
        self._assets = {
            path.relative_to(folder).as_posix(): _Asset(
                _MEDIA_TYPES[path.suffix], SharedBody(path.read_bytes(), _BEST_COMPRESSION)
            )
            for path in sorted(folder.rglob("*"))
            if path.suffix in _MEDIA_TYPES
        }
        self._assets |= _put_together(self._assets)
        digest = sha256()
        for name, asset in self._assets.items():
            digest.update(f"{name}\n{len(asset.body)}\n".encode() + asset.body)
        for drawn_by in (Path(poster.__file__), Path(cards.__file__), cards.PROGRAM):
            digest.update(drawn_by.read_bytes())
        self._digest = digest.hexdigest()[:16]
        self._root = f"/static/{self._digest}"
        self._import_map = json.dumps(
            {"imports": {name: f"{self._root}/{path}" for name, path in _LIBRARIES.items()}}
        )
        self._boot = self._assets["app/boot.js"].body.decode()
        self._policy = page_policy(self._import_map, self._boot)
        self._headers = security_headers(self._policy)

    def page(self, name: str, *, status: int = 200, camera: bool = False) -> Endpoint:
        """Return the endpoint that answers with the shell of the page called `name`."""
        page_headers = security_headers(self._policy, camera=camera)
        shells = {
            signed_in: SharedBody(self._render(name, signed_in), _BEST_COMPRESSION)
            for signed_in in (False, True)
        }

        async def endpoint(request: Request) -> Response:
            return _page_answer(request, shells[COOKIE in request.cookies], status, page_headers)

        return endpoint

    def event_page(self, name: str) -> Endpoint:
        """Return the endpoint of a page called `name` that is about the event in its address: the HTML
        says what everybody may know of it. It is 404 when that is nothing, and the plain page while
        the facts cannot be read."""
        shells = {signed_in: self._render(name, signed_in) for signed_in in (False, True)}
        plain = {
            signed_in: SharedBody(body, _BEST_COMPRESSION) for signed_in, body in shells.items()
        }

        async def endpoint(request: Request) -> Response:
            signed_in = COOKIE in request.cookies
            source: EventFactsSource = request.state.event_facts
            event = await self._known_events.get(source, int(request.path_params["event_id"]))
            if event is None:
                return _page_answer(request, plain[signed_in], 200, self._headers)
            if event.facts is None:
                return _page_answer(request, plain[signed_in], 404, self._headers)
            body = event.bodies.get((name, signed_in))
            if body is None:
                head = EventHead(event.facts, self._origin, _SITE_NAME)
                body = SharedBody(self._render(name, signed_in, head))
                event.bodies[name, signed_in] = body
            return _page_answer(request, body, 200, self._headers)

        return endpoint

    def docs(self) -> Endpoint:
        """Return the endpoint that answers with the page on which the API can be tried out."""
        body = SharedBody(self._docs.substitute(root=self._root).encode(), _BEST_COMPRESSION)
        headers = {
            **security_headers(DOCS_POLICY),
            "Cache-Control": _REVALIDATE,
            "ETag": _etag(body),
        }

        async def endpoint(request: Request) -> Response:
            if not_modified(request, headers["ETag"]):
                return Response(status_code=304, headers=headers)
            return Response(body, media_type="text/html", headers=headers)

        return endpoint

    async def asset(self, request: Request) -> Response:
        """Answer with one static file."""
        asset = self._assets.get(request.path_params["path"])
        if asset is None:
            return Response("Not found.", 404, self._headers, "text/plain")
        return self._kept(request, asset)

    async def poster(self, request: Request) -> Response:
        """Answer with the poster of the event that has the name in the query."""
        name = request.query_params.get("name", "")
        return self._kept(request, _poster(name[: poster.LONGEST_NAME]))

    async def card(self, request: Request) -> Response:
        """Answer with the picture that is shown of an event's page where its address is shared."""
        source: EventFactsSource = request.state.event_facts
        event = await self._known_events.get(source, int(request.path_params["event_id"]))
        if event is None:
            raise overloaded(cards.PURPOSE)
        if event.facts is None:
            headers = {**self._headers, "Cache-Control": _REVALIDATE}
            return Response("Not found.", 404, headers, "text/plain")
        name = event.facts.name
        headers = {
            **self._headers,
            "Cache-Control": _FOR_A_DAY,
            "ETag": _etag(f"{self._digest}\n{name}".encode()),
        }
        if not_modified(request, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        return Response(await self._cards.get(name), headers=headers, media_type="image/png")

    def _kept(self, request: Request, asset: _Asset) -> Response:
        """Answer with a file; only the current release's address may be kept for good."""
        current = request.path_params["digest"] == self._digest
        headers = {
            **self._headers,
            "Cache-Control": _FOREVER if current else _REVALIDATE,
            "ETag": asset.etag,
        }
        if not_modified(request, asset.etag):
            return Response(status_code=304, headers=headers)
        return Response(asset.body, headers=headers, media_type=asset.media_type)

    def _render(self, page: str, signed_in: bool, head: EventHead | None = None) -> bytes:
        return self._shell.substitute(
            title=_SITE_NAME if head is None else head.title,
            tags="" if head is None else head.tags,
            first_text="" if head is None else head.first_text,
            root=self._root,
            signed_in="yes" if signed_in else "no",
            import_map=self._import_map,
            boot=self._boot,
            styles=_STYLES,
            common=common_bundle(),
            bundle=page_bundle(f"{_PAGES}/{page}.js"),
        ).encode()


def _put_together(files: Mapping[str, _Asset]) -> dict[str, _Asset]:
    """What a page loads in the place of many files: one of all styles, and bundles of the modules."""
    modules = {
        name: asset.body.decode()
        for name, asset in files.items()
        if asset.media_type == _MEDIA_TYPES[".js"] and not name.startswith(_NOT_FOR_PAGES)
    }
    pages = [name for name in modules if dirname(name) == _PAGES]
    made = {name: text.encode() for name, text in bundles_of(modules, pages, _LIBRARIES).items()}
    # Addresses in them are relative to their own folder, which lies beside this one.
    made[_STYLES] = b"".join(files[name].body for name in files if dirname(name) == "styles")
    return {
        name: _Asset(_MEDIA_TYPES[splitext(name)[1]], SharedBody(body, _BEST_COMPRESSION))
        for name, body in made.items()
    }


@lru_cache(maxsize=_POSTERS_KEPT)
def _poster(name: str) -> _Asset:
    return _Asset("image/svg+xml", SharedBody(poster.poster(name).encode(), _BEST_COMPRESSION))


def _page_answer(
    request: Request, body: SharedBody, status: int, headers: Mapping[str, str]
) -> Response:
    headers = {
        **headers,
        "Cache-Control": f"private, {_REVALIDATE}",
        "ETag": _etag(body),
        "Vary": "Cookie",
    }
    if status == 200 and not_modified(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, status, media_type="text/html", headers=headers)


# Of the pages, which are asked for far more often than they change.
@lru_cache(maxsize=128)
def _etag(body: bytes) -> str:
    return f'"{sha256(body).hexdigest()[:32]}"'
