"""The addresses of the pages: one HTML shell for each, and `/static/` for the files they load."""

from pathlib import Path

from fastapi import FastAPI
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from src.web.site import Endpoint, Site

_PAGES = {
    "/": "home",
    "/reservations": "reservations",
    "/order/{reservation_id:reservation_id}": "order",
    "/sign-in": "sign_in",
    "/sign-up": "sign_up",
    "/seller": "seller",
    "/seller/new": "seller_new",
    "/seller/webhooks": "seller_webhooks",
    "/seller/webhooks/new": "seller_webhook_new",
    "/seller/webhooks/{webhook_id:webhook_id}": "seller_webhook",
    "/seller/event/{event_id:event_id}": "seller_event",
    "/seller/event/{event_id:event_id}/orders": "seller_orders",
    "/seller/event/{event_id:event_id}/seats": "seller_seats",
    "/seller/event/{event_id:event_id}/edit": "seller_edit",
    "/seller/event/{event_id:event_id}/door": "seller_door",
}
# What their HTML says depends on the event.
_EVENT_PAGES = {
    "/event/{event_id:event_id}": "event",
    "/event/{event_id:event_id}/line": "line",
}
# The pages that read tickets with the camera.
_WITH_CAMERA = {"seller_door"}
_NOT_FOR_PEOPLE = ("/api/", "/static/")


def add_pages(app: FastAPI, *, origin: str | None) -> None:
    """Add every page and `/static/`, and a page for people who come to any other address; reads
    the files once, here. Each request's state has `event_facts`, an `EventFactsSource`."""
    site = Site(Path(__file__).parent, origin)
    register_url_convertor("event_id", _EventIdConvertor())
    register_url_convertor("reservation_id", _UuidConvertor())
    register_url_convertor("webhook_id", _UuidConvertor())
    routes: list[BaseRoute] = [
        _NamedRoute(path, site.page(name, camera=name in _WITH_CAMERA), name=f"page_{name}")
        for path, name in _PAGES.items()
    ]
    routes.extend(
        _NamedRoute(path, site.event_page(name), name=f"page_{name}")
        for path, name in _EVENT_PAGES.items()
    )
    routes.append(_NamedRoute("/event/{event_id:event_id}/card.png", site.card, name="card"))
    routes.append(_NamedRoute("/docs", site.docs(), name="page_docs"))
    routes.append(_NamedRoute("/static/{digest}/poster.svg", site.poster, name="poster"))
    routes.append(_NamedRoute("/static/{digest}/{path:path}", site.asset, name="static"))
    app.router.routes.extend(routes)
    app.router.default = _for_people(site.page("not_found", status=404), app.router.default)


def _for_people(page: Endpoint, otherwise: ASGIApp) -> ASGIApp:
    """Browsers that go to an address of ours get the page; programs get what they got before."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if (
            request.method in ("GET", "HEAD")
            and not request.url.path.startswith(_NOT_FOR_PEOPLE)
            and "text/html" in request.headers.get("accept", "")
        ):
            await (await page(request))(scope, receive, send)
        else:
            await otherwise(scope, receive, send)

    return answer


class _NamedRoute(Route):
    """A route that the access log and the metrics find in the scope, as they find the API's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        return match, {**child_scope, "route": self}


class _TextConvertor(Convertor[str]):
    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


class _EventIdConvertor(_TextConvertor):
    """The digits of an id. They stay text: a number of 5,000 digits is more than Python reads."""

    regex = "[0-9]{1,19}"


class _UuidConvertor(_TextConvertor):
    """A UUID as the API writes it, in either case."""

    regex = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
