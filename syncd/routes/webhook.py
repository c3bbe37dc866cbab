"""What the card processor sends by itself: kept, then answered; what it means is found out later (RF2)."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from core.errors import DomainError
from core.payments.card import NoProcessor, NotFromTheProcessor
from core.payments.inbox import OtherMode
from syncd.refusals import status_of
from syncd.routes.answering import body_of, hub_of

MOST_BYTES = 256 << 10
"""Of an event. Source: `security.md` 5.6."""


async def take(request: Request) -> Response:
    """200 once the event is in the book, also where it was there already; 400 for what is not the
    processor's; 404 for a practice without one. The answer says nothing else."""
    hub = hub_of(request)
    try:
        body = await body_of(request, MOST_BYTES)
        await hub.cards.take(body, request.headers.get("stripe-signature", ""))
    except NoProcessor:
        return Response(status_code=404)
    except (NotFromTheProcessor, OtherMode, ClientDisconnect):
        return Response(status_code=400)
    except DomainError as error:
        return Response(status_code=status_of(error))
    return Response(status_code=200)
