"""Assembles the portal: its routes are the rows of the table, and what fits none of them is not found."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.portal.pages import NotYours
from syncd.portal.portal import Portal
from syncd.portal.shell import Asked, Page, Who, answer, route_of
from syncd.portal.table import PAGES


async def _nothing(_: Asked) -> Response:
    raise NotYours


NOTHING = Page("GET", "*", _nothing, Who.ANYBODY)


def portal_app(portal: Portal, pages: Sequence[Page] = PAGES) -> Starlette:
    """The app of a portal; `pages` are its rows, those of a card processor among them where there is one."""

    async def not_found(request: Request, _: Exception) -> Response:
        return await answer(portal, NOTHING, request)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        yield
        await portal.close()

    routes = [Route(row.path, route_of(portal, row), methods=[row.method]) for row in pages]
    app = Starlette(routes=routes, lifespan=living, exception_handlers={404: not_found, 405: not_found})
    app.router.redirect_slashes = False
    app.state.portal = portal
    return app
