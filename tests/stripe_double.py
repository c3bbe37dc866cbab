"""A stand-in for Stripe in front of localstripe: Checkout pages, idempotency, disputes, events; stricter.

localstripe knows customers, cards, payments and refunds, and runs as a process of its own (its licence is
the GPL; nothing of it is imported here). Where it lets pass what Stripe refuses, this refuses: unknown
parameters, a key used twice for different things, more given back than was taken, amounts under 50 cents,
other money than dollars. Events are kept; the test says when, how often and in which order they are
delivered.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import html
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

API_KEY = "sk_test_12345"
WEBHOOK_SECRET = "whsec_double"
VERSION = "2026-10-28.endive"

GOOD, DECLINED, NO_MONEY = "4242424242424242", "4000000000000002", "4000000000009995"
DECLINED_LATER = "4000000000000341"
"""Is kept without a word, and declined when it is charged."""
CONFIRM = "4000002500003155"
"""Its bank wants its holder to confirm each payment."""

DECLINES = {DECLINED: "generic_decline", NO_MONEY: "insufficient_funds", DECLINED_LATER: "generic_decline"}

KNOWN = {
    "customers": {"metadata"},
    "payment_intents": {
        "amount", "currency", "customer", "payment_method", "allowed_payment_method_types", "off_session",
        "confirm", "metadata", "expand",
    },
    "refunds": {"payment_intent", "amount", "metadata"},
    "checkout": {
        "mode", "customer", "client_reference_id", "metadata", "line_items", "allowed_payment_method_types",
        "payment_intent_data", "saved_payment_method_options", "submit_type", "success_url", "cancel_url",
        "currency",
    },
}  # fmt: skip

START = """
from aiohttp import web
from localstripe import server, resources
resources.Store.dump_to_disk = lambda self: None
web.run_app(server.app, host='127.0.0.1', port=int(__import__('sys').argv[1]), print=None)
"""


class Refusal(Exception):
    """An error as Stripe tells it."""

    def __init__(self, status: int, code: str, kind: str = "invalid_request_error", **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": {"type": kind, "code": code, "message": code, **more}}


def form_of(body: bytes) -> dict[str, Any]:
    """a[b][0]=c as nested dictionaries, as Stripe reads a form."""
    told: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        path = name.replace("]", "").split("[")
        here = told
        for step in path[:-1]:
            here = here.setdefault(step, {})
        here[path[-1]] = value
    return told


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield from flat(each, f"{name}[{key}]" if name else key)
    else:
        yield name, str(value)


class Double:
    """Everything that localstripe does not know."""

    def __init__(self, localstripe: str) -> None:
        self._localstripe = localstripe
        self.url = ""
        self.sessions: dict[str, dict[str, Any]] = {}
        self.intents: dict[str, dict[str, Any]] = {}
        """What was asked of each payment, in the order in which they were made."""
        self.numbers: dict[str, str] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.disputes: dict[str, dict[str, Any]] = {}
        self.events: list[dict[str, Any]] = []
        self.replays = 0
        self._answers: dict[str, tuple[str, int, dict[str, Any]]] = {}
        self._busy: set[str] = set()
        self._ids = count(1)
        self.app = Starlette(
            routes=[
                Route("/v1/{path:path}", self._api, methods=["GET", "POST"]),
                Route("/c/pay/{id}", self._page, methods=["GET", "POST"]),
                Route("/c/confirm/{id}", self._confirm, methods=["POST"]),
            ]
        )

    async def card_on_file(self, number: str) -> tuple[str, str]:
        """A customer with a card, as if saved long ago; answers both names."""
        customer = str((await self._local("POST", "customers", {}))["id"])
        card = await self._new_card(number)
        await self._attach(card, customer)
        return customer, card

    # The interface

    async def _api(self, request: Request) -> Response:
        body = await request.body()
        try:
            if request.headers.get("authorization") != f"Bearer {API_KEY}":
                raise Refusal(401, "invalid_api_key")
            if request.headers.get("stripe-version") != VERSION:
                raise Refusal(400, "api_version_not_pinned")
            if request.method == "GET":
                return JSONResponse(await self._get(request.path_params["path"], dict(request.query_params)))
            status, told = await self._once(request, body)
            return JSONResponse(told, status)
        except Refusal as error:
            return JSONResponse(error.body, error.status)

    async def _once(self, request: Request, body: bytes) -> tuple[int, dict[str, Any]]:
        """The same key again is answered as before; with other words it is refused."""
        key = request.headers.get("idempotency-key", "")
        if not key.startswith("daysheet:"):
            raise Refusal(400, "idempotency_key_of_our_own_is_missing")
        path = request.path_params["path"]
        said = hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
        if key in self._answers:
            before, status, told = self._answers[key]
            if before != said:
                raise Refusal(400, "idempotency_key_reused", "idempotency_error")
            self.replays += 1
            return status, told
        if key in self._busy:
            raise Refusal(409, "idempotency_key_in_use", "idempotency_error")
        self._busy.add(key)
        try:
            try:
                status, told = 200, await self._post(path, form_of(body))
            except Refusal as error:
                status, told = error.status, error.body
            self._answers[key] = said, status, told
            return status, told
        finally:
            self._busy.discard(key)

    async def _post(self, path: str, form: dict[str, Any]) -> dict[str, Any]:
        room, *rest = path.split("/")
        if (room, rest) == ("payment_methods", [*rest[:1], "detach"]):
            return await self._local("POST", path, {})
        if room not in KNOWN or rest not in ([], ["sessions"]):
            raise Refusal(404, "no_such_path")
        for name in form:
            if name not in KNOWN[room]:
                raise Refusal(400, "parameter_unknown", param=name)
        if room == "customers":
            return await self._local("POST", "customers", form)
        if room == "payment_intents":
            return await self._charge(form)
        return await self._refund(form) if room == "refunds" else self._open(form)

    async def _get(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        room, *rest = path.split("/")
        if room == "payment_intents" and rest:
            return await self._intent(rest[0])
        if room == "payment_intents":
            return await self._listed(self.intents, query, self._intent)
        if room == "refunds" and not rest:
            of = {k: v for k, v in self.refunds.items() if v["payment_intent"] == query["payment_intent"]}
            return await self._listed(of, query, self._kept(self.refunds))
        if room == "disputes":
            if rest:
                return self._found(self.disputes, rest[0])
            return await self._listed(self.disputes, query, self._kept(self.disputes))
        if path == "checkout/sessions":
            of = {k: v for k, v in self.sessions.items() if v["payment_intent"] == query["payment_intent"]}
            return await self._listed(of, query, self._expanded)
        if path.startswith("checkout/sessions/"):
            return await self._expanded(rest[1])
        raise Refusal(404, "no_such_path")

    def _kept(self, things: dict[str, dict[str, Any]]) -> Any:
        async def one(ref: str) -> dict[str, Any]:
            return things[ref]

        return one

    def _found(self, things: dict[str, dict[str, Any]], ref: str) -> dict[str, Any]:
        if ref not in things:
            raise Refusal(404, "resource_missing")
        return things[ref]

    async def _listed(self, things: dict[str, Any], query: dict[str, str], one: Any) -> dict[str, Any]:
        """A page of them, the newest first, as Stripe lists."""
        refs = list(reversed(things))
        if "starting_after" in query:
            refs = refs[refs.index(query["starting_after"]) + 1 :]
        since = int(query.get("created[gte]", 0))
        refs = [ref for ref in refs if things[ref]["created"] >= since]
        most = int(query.get("limit", 10))
        data = [await one(ref) for ref in refs[:most]]
        return {"object": "list", "data": data, "has_more": len(refs) > most, "url": "/v1/list"}

    def _inner(self, **options: Any) -> httpx.AsyncClient:
        """A line to localstripe, for one call: the stand-in is called from several loops."""
        return httpx.AsyncClient(
            base_url=self._localstripe, timeout=30, verify=False, **{"auth": (API_KEY, ""), **options}
        )

    async def _local(self, method: str, path: str, form: dict[str, Any]) -> dict[str, Any]:
        async with self._inner() as client:
            answer = await client.request(
                method,
                f"/v1/{path}",
                content=urlencode(list(flat(form))) if method == "POST" else None,
                headers={"content-type": "application/x-www-form-urlencoded"},
            )
        told: dict[str, Any] = answer.json()
        if answer.status_code >= 400:
            error = told["error"]
            kind = "card_error" if answer.status_code == 402 else error.get("type", "invalid_request_error")
            raise Refusal(answer.status_code, error.get("code") or "bad_request", kind)
        return told

    # Payments

    async def _charge(self, form: dict[str, Any]) -> dict[str, Any]:
        """A card on file; its holder is away, so what wants a confirmation is declined."""
        if form.get("off_session") != "true" or form.get("confirm") != "true":
            raise Refusal(400, "only_off_session_here")
        made = await self._make(form, form["payment_method"], form.get("metadata", {}))
        status, code = await self._try(made)
        told = await self._intent(made)
        if status != "succeeded":
            self.say("payment_intent.payment_failed", told)
            declined = {"decline_code": code} if code != "authentication_required" else {}
            raise Refusal(
                402, code if not declined else "card_declined", "card_error", payment_intent=told, **declined
            )
        return told

    async def _make(self, form: dict[str, Any], card: str, metadata: dict[str, str]) -> str:
        """A payment that is not tried yet; answers its id."""
        if form["currency"] != "usd" or int(form["amount"]) < 50:
            raise Refusal(400, "amount_too_small" if form["currency"] == "usd" else "currency")
        owner = (await self._local("GET", f"payment_methods/{card}", {}))["customer"]
        if owner not in (None, form["customer"]):
            raise Refusal(400, "payment_method_of_another_customer")
        asked = {"amount": form["amount"], "currency": "usd"}
        if form["customer"]:
            asked["customer"] = form["customer"]
        made = await self._local(
            "POST", "payment_intents", {**asked, "payment_method": card, "metadata": metadata or {}}
        )
        ref: str = made["id"]
        self.intents[ref] = {"created": int(time.time()), "metadata": metadata, "card": card, "code": ""}
        return ref

    async def _try(self, ref: str) -> tuple[str, str]:
        """Confirm a payment; its status, and why it is not paid."""
        number = self.numbers[self.intents[ref]["card"]]
        code = DECLINES.get(number, "")
        if not code:
            told = await self._local("POST", f"payment_intents/{ref}/confirm", {})
            status = told["status"]
            code = "authentication_required" if status == "requires_action" else ""
        else:
            status = "requires_payment_method"
        self.intents[ref]["code"] = code
        if status == "succeeded":
            self._paid(ref, await self._intent(ref))
        return status, code

    def _paid(self, ref: str, told: dict[str, Any]) -> None:
        self.say("payment_intent.succeeded", told)
        charge = {**told["latest_charge"], "payment_intent": ref}
        self.say("charge.succeeded", charge)

    async def _intent(self, ref: str) -> dict[str, Any]:
        """As Stripe has it, with what localstripe leaves out."""
        kept = self._found(self.intents, ref)
        told = await self._local("GET", f"payment_intents/{ref}", {})
        charge = told.get("latest_charge")
        paid = told["status"] == "succeeded"
        if isinstance(charge, str):
            charge = await self._local("GET", f"charges/{charge}", {})
        if charge is not None:
            back = sum(r["amount"] for r in self.refunds.values() if r["payment_intent"] == ref
                       and r["status"] in ("succeeded", "pending"))  # fmt: skip
            charge = {**charge, "amount_refunded": back}
        card = await self._local("GET", f"payment_methods/{kept['card']}", {})
        code = kept["code"]
        return {
            **told,
            "status": "requires_payment_method" if code in DECLINES.values() and not paid else told["status"],
            "livemode": False,
            "amount_received": told["amount"] if paid else 0,
            "latest_charge": charge if paid else None,
            "payment_method": card,
            "last_payment_error": None if paid or not code else {"code": code, "decline_code": code},
        }

    # Money back

    async def _refund(self, form: dict[str, Any]) -> dict[str, Any]:
        told = await self._intent(form["payment_intent"])
        gone = sum(d["amount"] for d in self.disputes.values() if d["payment_intent"] == told["id"])
        left = told["amount_received"] - gone - ((told["latest_charge"] or {}).get("amount_refunded") or 0)
        cents = int(form["amount"])
        if cents > left:
            raise Refusal(400, "charge_already_refunded" if not left else "amount_too_large")
        made = await self._local("POST", "refunds", form)
        refund = {
            "id": made["id"], "object": "refund", "created": int(time.time()), "amount": cents,
            "payment_intent": told["id"], "metadata": form.get("metadata", {}), "status": "succeeded",
            "currency": "usd",
        }  # fmt: skip
        self.refunds[refund["id"]] = refund
        self.say("refund.created", refund)
        self.say("charge.refunded", {**told["latest_charge"], "payment_intent": told["id"]})
        return refund

    async def refund_in_dashboard(self, intent: str, cents: int) -> str:
        """Somebody gives money back on Stripe's own pages; answers the refund's id."""
        return str((await self._refund({"payment_intent": intent, "amount": str(cents)}))["id"])

    def fail_refund(self, ref: str) -> None:
        """The bank did not take a refund."""
        self.refunds[ref]["status"] = "failed"
        self.say("refund.failed", self.refunds[ref])

    def dispute(self, intent: str, cents: int, *, status: str = "needs_response") -> str:
        """A bank takes money back; answers the dispute's id."""
        ref = f"dp_{next(self._ids)}"
        self.disputes[ref] = {
            "id": ref, "object": "dispute", "created": int(time.time()), "amount": cents, "status": status,
            "payment_intent": intent, "reason": "fraudulent",
            "evidence_details": {"due_by": int(time.time()) + 7 * 86400},
            "balance_transactions": [{"amount": -cents, "fee": 1500}],
        }  # fmt: skip
        self.say("charge.dispute.created", self.disputes[ref])
        return ref

    def close_dispute(self, ref: str, status: str) -> None:
        """won or lost."""
        self.disputes[ref]["status"] = status
        self.say("charge.dispute.closed", self.disputes[ref])

    # Pages

    def _open(self, form: dict[str, Any]) -> dict[str, Any]:
        ref = f"cs_test_{next(self._ids)}"
        items = form.get("line_items", {}).values()
        cents = sum(int(each["price_data"]["unit_amount"]) * int(each["quantity"]) for each in items)
        if form["mode"] == "payment" and cents < 50:
            raise Refusal(400, "amount_too_small")
        if "customer" not in form and (form["mode"] == "setup" or "saved_payment_method_options" in form):
            raise Refusal(400, "customer_missing")
        if any(each["price_data"]["currency"] != "usd" for each in items):
            raise Refusal(400, "currency")
        self.sessions[ref] = {
            "id": ref, "object": "checkout.session", "mode": form["mode"], "status": "open",
            "payment_status": "unpaid", "url": f"{self.url}/c/pay/{ref}", "amount_total": cents,
            "metadata": form.get("metadata", {}), "customer": form.get("customer"), "payment_intent": None,
            "setup_intent": None, "created": int(time.time()), "livemode": False, "form": form,
        }  # fmt: skip
        return self._told(ref)

    def _told(self, ref: str) -> dict[str, Any]:
        return {key: value for key, value in self._found(self.sessions, ref).items() if key != "form"}

    async def _expanded(self, ref: str) -> dict[str, Any]:
        """A page with its payment in full, as it is always asked for here."""
        told = self._told(ref)
        intent = told["payment_intent"]
        return {**told, "payment_intent": await self._intent(intent)} if intent else told

    async def cancel(self, intent: str) -> None:
        """The practice cancels a payment on Stripe's own pages."""
        await self._local("POST", f"payment_intents/{intent}/cancel", {})
        self.say("payment_intent.canceled", await self._intent(intent))

    async def fail_after_all(self, intent: str) -> None:
        """What had looked well at first is declined days later."""
        self.intents[intent]["code"] = "insufficient_funds"
        self.say("payment_intent.payment_failed", await self._intent(intent))

    def expire(self, ref: str) -> None:
        """Nobody finished the page in its day."""
        self.sessions[ref]["status"] = "expired"
        self.say("checkout.session.expired", self._told(ref))

    async def _page(self, request: Request) -> Response:
        session = self.sessions.get(request.path_params["id"])
        if session is None or session["status"] != "open":
            return HTMLResponse("<title>This page is no longer available</title>", 404)
        if request.method == "GET":
            return HTMLResponse(await self._shown(session, ""))
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            card = form.get("saved") or await self._new_card(form["number"])
            return await self._pay(session, card, keep="save" in form)
        except Refusal as error:
            said = error.body["error"]
            words = "Your card was declined." if error.status == 402 else said["code"]
            return HTMLResponse(await self._shown(session, words), 402)

    async def _new_card(self, number: str) -> str:
        card = {"number": number.replace(" ", ""), "exp_month": "12", "exp_year": "2034", "cvc": "123"}
        made = await self._local("POST", "payment_methods", {"type": "card", "card": card})
        self.numbers[made["id"]] = card["number"]
        return str(made["id"])

    async def _pay(self, session: dict[str, Any], card: str, *, keep: bool) -> Response:
        data = session["form"].get("payment_intent_data", {})
        number = self.numbers[card]
        keeps = keep or session["mode"] == "setup" or data.get("setup_future_usage") == "off_session"
        if number in (DECLINED, NO_MONEY):
            raise Refusal(402, "card_declined", "card_error")
        if session["mode"] == "payment":
            asked = {"amount": session["amount_total"], "currency": "usd", "customer": session["customer"]}
            ref = await self._make(asked, card, data.get("metadata", {}))
            status, _ = await self._try(ref)
            session["payment_intent"] = ref
            if status == "requires_action":
                return HTMLResponse(self._asks(session), 200)
            if status != "succeeded":
                raise Refusal(402, "card_declined", "card_error")
        if keeps:
            await self._attach(card, session["customer"])
        return await self._complete(session, card)

    async def _attach(self, card: str, customer: str) -> None:
        if (await self._local("GET", f"payment_methods/{card}", {}))["customer"] is None:
            await self._local("POST", f"payment_methods/{card}/attach", {"customer": customer})

    async def _complete(self, session: dict[str, Any], card: str) -> Response:
        session["status"] = "complete"
        session["payment_status"] = "paid"
        if session["mode"] == "setup":
            told = await self._local("GET", f"payment_methods/{card}", {})
            session["setup_intent"] = {"id": f"seti_{next(self._ids)}", "payment_method": told}
        self.say("checkout.session.completed", self._told(session["id"]))
        back = session["form"]["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        return RedirectResponse(back, 303)

    async def _confirm(self, request: Request) -> Response:
        """The bank's question was answered."""
        session = self.sessions[request.path_params["id"]]
        passed = b"pass" in await request.body()
        ref = session["payment_intent"]
        kept = await self._local("GET", f"payment_intents/{ref}", {})
        async with self._inner(auth=None) as client:
            await client.post(
                f"/v1/payment_intents/{ref}/_authenticate?success={str(passed).lower()}",
                data={"client_secret": kept["client_secret"], "key": "pk_test_12345"},
            )
        told = await self._intent(ref)
        if told["status"] != "succeeded":
            return HTMLResponse(await self._shown(session, "We could not confirm your card."), 402)
        self.intents[ref]["code"] = ""
        self._paid(ref, await self._intent(ref))
        return await self._complete(session, self.intents[ref]["card"])

    async def _saved(self, session: dict[str, Any]) -> str:
        """The cards of a customer, to choose from, where the page was opened to show them."""
        if not session["customer"] or "saved_payment_method_options" not in session["form"]:
            return ""
        listed = await self._local("GET", f"payment_methods?customer={session['customer']}&type=card", {})
        return "".join(
            f'<p><input type="radio" name="saved" id="{card["id"]}" value="{card["id"]}">'
            f'<label for="{card["id"]}">{card["card"]["brand"]} ending {card["card"]["last4"]}</label></p>'
            for card in listed["data"]
        )

    async def _shown(self, session: dict[str, Any], error: str) -> str:
        cents, form = session["amount_total"], session["form"]
        button = f"Pay ${cents // 100}.{cents % 100:02}" if cents else "Save card"
        names = [i["price_data"]["product_data"]["name"] for i in form.get("line_items", {}).values()]
        alert = f'<p role="alert">{html.escape(error)}</p>' if error else ""
        return (
            f'<!doctype html><html lang="en"><title>Checkout</title><main><h1>{html.escape(button)}</h1>'
            f"<p>{html.escape(', '.join(names))}</p>{alert}"
            f'<form method="post" action="/c/pay/{session["id"]}">{await self._saved(session)}'
            '<p><label for="number">Card number</label> <input id="number" name="number">'
            f"</p><button>{html.escape(button)}</button></form>"
            f'<p><a href="{html.escape(form["cancel_url"])}">Back</a></p></main></html>'
        )

    def _asks(self, session: dict[str, Any]) -> str:
        return (
            '<!doctype html><html lang="en"><title>Confirm</title><main><h1>Your bank asks</h1>'
            f'<form method="post" action="/c/confirm/{session["id"]}">'
            '<button name="answer" value="pass">Complete authentication</button>'
            '<button name="answer" value="fail">Fail authentication</button></form></main></html>'
        )

    # Events

    def say(self, kind: str, about: dict[str, Any]) -> None:
        """Something happened; it waits to be delivered."""
        self.events.append(
            {
                "id": f"evt_{next(self._ids)}", "object": "event", "type": kind, "livemode": False,
                "created": int(time.time()), "api_version": VERSION, "data": {"object": about},
            }
        )  # fmt: skip


def signed(
    event: dict[str, Any], secret: str = WEBHOOK_SECRET, *, at: float | None = None
) -> tuple[bytes, str]:
    """An event as it goes over the wire: its body, and the header that signs it."""
    body = json.dumps(event).encode()
    moment = int(time.time() if at is None else at)
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return body, f"t={moment},v1={mac}"


@contextmanager
def localstripe() -> Iterator[str]:
    """localstripe in a process of its own, on loopback; answers its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", START, str(port)], stdin=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(20)


async def deliver(url: str, event: dict[str, Any]) -> int:
    """Deliver one event once; the status, or 0 where nobody answered."""
    body, signature = signed(event)
    try:
        async with asyncio.timeout(10), httpx.AsyncClient(verify=False) as client:
            answer = await client.post(
                f"{url}/stripe/webhook", content=body, headers={"stripe-signature": signature}
            )
    except (httpx.TransportError, TimeoutError):
        return 0
    return answer.status_code
