"""Stripe, as `core.payments.card.Processor` asks for it.

The API version is pinned: what Stripe changes later does not change what is read here. Nothing is tried again
here; the outbox does that, with the same idempotency key. Metadata and labels hold our ids and the practice's
name, nothing about a client (`domain.md` 13, rule 12).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import stripe
from stripe.params.checkout import SessionCreateParams, SessionCreateParamsPaymentIntentData

from core.dates import system_now
from core.payments.card import (
    CURRENCY,
    UNPAID,
    CardSeen,
    ChargeAsked,
    CheckoutAsked,
    DisputeSeen,
    Event,
    Intent,
    NotFromTheProcessor,
    Page,
    PageSeen,
    ProcessorAway,
    ProcessorRefuses,
    RefundAsked,
    RefundSeen,
    WrongKey,
)
from core.security.processor_secret import ProcessorSecret

API_VERSION = "2026-10-28.endive"
SECONDS = 20.0
TOLERANCE_SECONDS = 300
"""How old a signature may be, and how far ahead of this computer's clock."""

CHECKOUT, CHARGE, REFUND = "daysheet_checkout", "daysheet_charge", "daysheet_refund"
RETURN = "/billing/pay/return?session_id={CHECKOUT_SESSION_ID}"
CANCELLED = "/billing/pay/cancelled?checkout="
PAGES = "https://checkout.stripe.com"

stripe.enable_telemetry = False


class _Line(stripe.HTTPClient):
    """The network under Stripe's client: certificates verified, a time limit, no redirects."""

    name = "httpx"

    def __init__(self) -> None:
        super().__init__()
        self._client = httpx.Client(timeout=SECONDS, follow_redirects=False)

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:  # fmt: skip
        try:
            answer = self._client.request(method, url, headers=headers, content=post_data or None)
        except httpx.HTTPError as error:
            name = type(error).__name__
            raise stripe.APIConnectionError(name, should_retry=False) from None  # type: ignore[no-untyped-call]
        return answer.text, answer.status_code, answer.headers

    def close(self) -> None:
        self._client.close()


class Stripe:
    """One account, opened with its keys."""

    def __init__(self, secret: ProcessorSecret) -> None:
        self.live = secret.live
        self.origin = _origin(secret.address) if secret.address else PAGES
        self._secrets = [each for each in (secret.webhook_secret, secret.before) if each]
        self._line = _Line()
        address: Any = {"base_addresses": {"api": secret.address}} if secret.address else {}
        self._v1 = stripe.StripeClient(
            secret.api_key,
            stripe_version=API_VERSION,
            max_network_retries=0,
            http_client=self._line,
            **address,
        ).v1

    def close(self) -> None:
        self._line.close()

    # What is asked

    def make_customer(self, guarantor_id: str, *, key: str) -> str:
        with _said():
            made = self._v1.customers.create(
                {"metadata": {"daysheet_guarantor": guarantor_id}}, {"idempotency_key": key}
            )
        return made.id

    def open_page(self, asked: CheckoutAsked, *, key: str) -> Page:
        with _said():
            made = self._v1.checkout.sessions.create(
                _payment_page(asked) if asked.amount_cents else _saving_page(asked), {"idempotency_key": key}
            )
        return Page(made.id, made.url or "")

    def charge(self, asked: ChargeAsked, *, key: str) -> Intent:
        """What the bank declines is an answer, not a failure."""
        try:
            with _said():
                made = self._v1.payment_intents.create(
                    {
                        "amount": asked.amount_cents,
                        "currency": CURRENCY,
                        "customer": asked.customer_ref,
                        "payment_method": asked.card_ref,
                        "allowed_payment_method_types": ["card"],
                        "off_session": True,
                        "confirm": True,
                        "metadata": {CHARGE: asked.charge_id},
                        "expand": ["latest_charge", "payment_method"],
                    },
                    {"idempotency_key": key},
                )
        except stripe.CardError as error:
            return _declined(asked, error, live=self.live)
        return _intent(made.to_dict())

    def refund(self, asked: RefundAsked, *, key: str) -> RefundSeen:
        with _said():
            made = self._v1.refunds.create(
                {
                    "payment_intent": asked.intent_ref,
                    "amount": asked.amount_cents,
                    "metadata": {REFUND: asked.refund_id},
                },
                {"idempotency_key": key},
            )
        return _refund(made.to_dict())

    def detach(self, card_ref: str, *, key: str) -> None:
        with _said():
            self._v1.payment_methods.detach(card_ref, {}, {"idempotency_key": key})

    # What is there

    def page(self, ref: str) -> PageSeen:
        with _said():
            seen = self._v1.checkout.sessions.retrieve(
                ref, {"expand": ["setup_intent.payment_method", "payment_intent"]}
            )
        return _page(seen.to_dict())

    def page_of(self, intent_ref: str) -> PageSeen | None:
        """The page that a payment was made on; None for one that was made without a page."""
        with _said():
            listed = self._v1.checkout.sessions.list(
                {
                    "payment_intent": intent_ref,
                    "limit": 1,
                    "expand": ["data.setup_intent.payment_method", "data.payment_intent"],
                }
            )
        return next((_page(each.to_dict()) for each in listed.data), None)

    def intent(self, ref: str) -> Intent:
        with _said():
            seen = self._v1.payment_intents.retrieve(ref, {"expand": ["latest_charge", "payment_method"]})
        return _intent(seen.to_dict())

    def refunds_of(self, intent_ref: str) -> list[RefundSeen]:
        with _said():
            listed = self._v1.refunds.list({"payment_intent": intent_ref, "limit": 100})
            return [_refund(each.to_dict()) for each in listed.auto_paging_iter()]

    def dispute(self, ref: str) -> DisputeSeen:
        with _said():
            return _dispute(self._v1.disputes.retrieve(ref).to_dict())

    def intents_since(self, since: datetime) -> Iterator[Intent]:
        with _said():
            listed = self._v1.payment_intents.list(
                {
                    "created": {"gte": int(since.timestamp())},
                    "limit": 100,
                    "expand": ["data.latest_charge", "data.payment_method"],
                }
            )
            for each in listed.auto_paging_iter():
                yield _intent(each.to_dict())

    def disputes_since(self, since: datetime) -> Iterator[DisputeSeen]:
        with _said():
            listed = self._v1.disputes.list({"created": {"gte": int(since.timestamp())}, "limit": 100})
            for each in listed.auto_paging_iter():
                yield _dispute(each.to_dict())

    def read_event(self, body: bytes, signature: str) -> Event:
        """Raises: NotFromTheProcessor, for a signature that is wrong, too old or from the future."""
        if not any(_is_signed(body, signature, secret) for secret in self._secrets):
            raise NotFromTheProcessor
        try:
            told = json.loads(body)
            about = told["data"]["object"]
            return Event(
                str(told["id"]), str(told["type"]), _about(str(told["type"]), about), int(told["created"]),
                bool(told["livemode"]), body.decode(),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError):
            raise NotFromTheProcessor from None


@contextmanager
def _said() -> Iterator[None]:
    """Turn what Stripe's client raises into what the outbox knows. A CardError passes.

    Raises: ProcessorAway, WrongKey, ProcessorRefuses.
    """
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError):
        raise WrongKey from None
    except stripe.IdempotencyError as error:
        if error.http_status == httpx.codes.CONFLICT:
            raise ProcessorAway from None  # another process of the hub is asking the same just now
        raise ProcessorRefuses("idempotency") from None
    except stripe.InvalidRequestError as error:
        raise ProcessorRefuses(error.code or error.param or "invalid_request") from None
    except stripe.CardError:
        raise
    except stripe.StripeError:  # no network, too many requests, a fault at Stripe
        raise ProcessorAway from None


def _payment_page(asked: CheckoutAsked) -> SessionCreateParams:
    data: SessionCreateParamsPaymentIntentData = {"metadata": {CHECKOUT: asked.checkout_id}}
    if asked.save_card:
        data["setup_future_usage"] = "off_session"
    told: SessionCreateParams = {
        "mode": "payment",
        "client_reference_id": asked.checkout_id,
        "metadata": {CHECKOUT: asked.checkout_id},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": CURRENCY,
                    "unit_amount": asked.amount_cents,
                    "product_data": {"name": asked.label},
                },
            }
        ],
        "allowed_payment_method_types": ["card"],
        "payment_intent_data": data,
        "submit_type": "pay",
        "success_url": asked.portal + RETURN,
        "cancel_url": asked.portal + CANCELLED + asked.checkout_id,
    }
    if asked.customer_ref:
        told["customer"] = asked.customer_ref
        told["saved_payment_method_options"] = {"allow_redisplay_filters": ["always", "limited"]}
    return told


def _saving_page(asked: CheckoutAsked) -> SessionCreateParams:
    return {
        "mode": "setup",
        "customer": asked.customer_ref,
        "client_reference_id": asked.checkout_id,
        "metadata": {CHECKOUT: asked.checkout_id},
        "currency": CURRENCY,
        "allowed_payment_method_types": ["card"],
        "success_url": asked.portal + RETURN,
        "cancel_url": asked.portal + CANCELLED + asked.checkout_id,
    }


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _declined(asked: ChargeAsked, error: stripe.CardError, *, live: bool) -> Intent:
    """A declined charge, from the error that tells of it."""
    body: Any = error.json_body if isinstance(error.json_body, dict) else {}
    told = body.get("error") or {}
    code = str(told.get("decline_code") or error.code or "card_declined")
    if error.code == "authentication_required":
        code = error.code
    made = told.get("payment_intent")
    if isinstance(made, dict) and made.get("id"):
        seen = _intent(made)
        return seen._replace(code=code, charge_id=asked.charge_id)
    return Intent(
        "", "requires_payment_method", 0, CURRENCY, live, _instant(0), "", asked.charge_id, 0, None, code
    )


def _intent(told: dict[str, Any]) -> Intent:
    metadata = told.get("metadata") or {}
    charge = told.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    failed = told.get("last_payment_error") or {}
    return Intent(
        told["id"],
        str(told["status"]),
        int(told.get("amount_received") or 0),
        str(told["currency"]),
        bool(told["livemode"]),
        _instant(charge.get("created") or told["created"]),
        str(metadata.get(CHECKOUT, "")),
        str(metadata.get(CHARGE, "")),
        int(charge.get("amount_refunded") or 0),
        _card(told.get("payment_method")),
        str(failed.get("decline_code") or failed.get("code") or told.get("cancellation_reason") or ""),
    )


def _page(told: dict[str, Any]) -> PageSeen:
    setup, intent = told.get("setup_intent"), told.get("payment_intent")
    status = str(told.get("status") or "")
    unpaid = ""
    if status == "complete" and isinstance(intent, dict) and intent["status"] in UNPAID:
        unpaid = _intent(intent).code or str(intent["status"])
    return PageSeen(
        told["id"],
        str((told.get("metadata") or {}).get(CHECKOUT, "")),
        status,
        _id(intent),
        _card(setup.get("payment_method") if isinstance(setup, dict) else None),
        unpaid,
    )


def _refund(told: dict[str, Any]) -> RefundSeen:
    metadata = told.get("metadata") or {}
    return RefundSeen(
        told["id"], _id(told.get("payment_intent")), str(metadata.get(REFUND, "")), int(told["amount"]),
        str(told["status"]),
    )  # fmt: skip


def _dispute(told: dict[str, Any]) -> DisputeSeen:
    due = (told.get("evidence_details") or {}).get("due_by")
    moves = told.get("balance_transactions") or []
    return DisputeSeen(
        told["id"],
        _id(told.get("payment_intent")),
        str(told["status"]),
        int(told["amount"]),
        sum(max(int(move.get("fee") or 0), 0) for move in moves),
        str(told.get("reason") or "general"),
        None if due is None else _instant(due),
    )


def _card(told: Any) -> CardSeen | None:
    """A payment method that is a card; one that was not asked for in full is only its id."""
    if not isinstance(told, dict) or not isinstance(told.get("card"), dict):
        return None
    card = told["card"]
    return CardSeen(
        told["id"], str(card["brand"]), str(card["last4"]), int(card["exp_month"]), int(card["exp_year"])
    )


def _id(told: Any) -> str:
    """The id of what is told by its id, or in full, or not at all."""
    return str(told.get("id", "")) if isinstance(told, dict) else str(told or "")


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _about(kind: str, told: dict[str, Any]) -> str:
    """Which thing is asked for again, for an event of a kind; empty where it is of no interest."""
    if kind.startswith(("payment_intent.", "checkout.session.", "charge.dispute.")):
        return str(told["id"])
    if kind.startswith(("charge.", "refund.")):
        return _id(told.get("payment_intent"))
    return ""


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Stripe's scheme: `t=..,v1=..`, HMAC-SHA256 over the time and the raw body."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, TOLERANCE_SECONDS)
        said = next(part[2:] for part in signature.split(",") if part.startswith("t="))
        return int(said) <= system_now().timestamp() + TOLERANCE_SECONDS
    except (stripe.SignatureVerificationError, ValueError, StopIteration):
        return False


def fingerprint_of(secret: ProcessorSecret) -> str:
    """What tells two keys apart without telling either."""
    return hashlib.sha256(secret.api_key.encode()).hexdigest()[:8]
