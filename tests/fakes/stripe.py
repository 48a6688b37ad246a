"""Stripe, as far as a studio speaks with it: sessions, subscriptions, invoices, charges, disputes,
events. It keeps its objects, makes events of what happens and signs them; whether they are
delivered, when and how often is up to the test.

    with FakeStripe() as stripe:
        ...                              # the studio begins a session
        stripe.pay(stripe.last_session)  # the person pays on the page
        stripe.events[-1]                # what is told then
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

Data = dict[str, Any]
VERSION = "2025-03-31.basil"


def nested(pairs: list[tuple[str, str]]) -> Data:
    """Their forms: a[b][0]=c."""
    found: Data = {}
    for name, value in pairs:
        path = re.findall(r"[^\[\]]+", name)
        place = found
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = value
    return found


class FakeStripe(ThreadingHTTPServer):
    """`fails` are statuses that the next calls are answered with, 0 being none; `cut` lets the next
    call happen and its answer be lost."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.secret, self.webhook_secret = f"sk_test_{uuid4().hex}", f"whsec_{uuid4().hex}"
        self.objects: dict[str, Data] = {}
        self.events: list[Data] = []
        self.fails: list[int] = []
        self.cut = 0
        self.calls: list[tuple[str, str, Data]] = []
        self.answers: dict[str, tuple[Data, Data]] = {}  # by idempotency key: asked, answered
        self.now = int(time.time())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    # --- things -----------------------------------------------------------------------------------

    def new(self, kind: str, prefix: str, **values: Any) -> Data:
        made = {"id": f"{prefix}_{uuid4().hex[:20]}", "object": kind, "created": self.now, **values}
        self.objects[made["id"]] = made
        return made

    def of(self, prefix: str) -> list[Data]:
        return [one for id, one in self.objects.items() if id.startswith(f"{prefix}_")]

    @property
    def last_session(self) -> Data:
        return self.of("cs")[-1]

    def happened(self, type: str, thing: Data) -> Data:
        event = {
            "id": f"evt_{uuid4().hex[:20]}",
            "object": "event",
            "type": type,
            "created": self.now,
            "data": {"object": json.loads(json.dumps(thing))},
        }
        self.events.append(event)
        return event

    def create_session(self, form: Data) -> Data:
        item = form["line_items"]["0"]
        price = item["price_data"]
        if int(price["unit_amount"]) < 50:
            raise ValueError("The Checkout Session's total amount must be at least $0.50 usd.")
        if form.get("customer") and form["customer"] not in self.objects:
            raise ValueError(f"No such customer: '{form['customer']}'")
        made = self.new(
            "checkout.session",
            "cs_test",
            mode=form["mode"],
            status="open",
            payment_status="unpaid",
            client_reference_id=form.get("client_reference_id"),
            metadata=form.get("metadata", {}),
            amount_total=int(price["unit_amount"]) * int(item["quantity"]),
            currency=price["currency"],
            customer=form.get("customer"),
            subscription=None,
            invoice=None,
            payment_intent=None,
        )
        made["url"] = f"{self.url}/pay/{made['id']}"
        made["asked"] = form
        return made

    # --- what people and banks do -----------------------------------------------------------------

    def pay(self, session: Data, **other: Any) -> Data:
        """They pay; `other` are values that are not what was asked. The event of the page."""
        session |= other
        session |= {"status": "complete", "payment_status": "paid"}
        session["customer"] = session["customer"] or self.new("customer", "cus")["id"]
        metadata = session["metadata"]
        if session["mode"] == "payment":
            session["payment_intent"] = self._charge(session["amount_total"], metadata)
        else:
            price = session["asked"]["line_items"]["0"]["price_data"]
            item = {
                "id": f"si_{uuid4().hex[:14]}",
                "price": {"unit_amount": int(price["unit_amount"]), "product": "prod_1"},
            }
            subscription = self.new(
                "subscription",
                "sub",
                status="active",
                customer=session["customer"],
                cancel_at_period_end=False,
                cancel_at=None,
                items={"data": [item]},
                metadata=metadata,
                currency=session["currency"],
            )
            session["subscription"] = subscription["id"]
            invoice = self._invoice(subscription, session["amount_total"], "subscription_create")
            session["invoice"] = invoice["id"]
            self.happened("invoice.paid", invoice)
        return self.happened("checkout.session.completed", session)

    def _charge(self, cents: int, metadata: Data) -> str:
        intent = f"pi_{uuid4().hex[:20]}"
        self.new(
            "charge",
            "ch",
            amount=cents,
            amount_refunded=0,
            payment_intent=intent,
            metadata=metadata,
        )
        return intent

    def _invoice(self, subscription: Data, cents: int, reason: str, status: str = "paid") -> Data:
        intent = self._charge(cents, {})
        details = {"subscription": subscription["id"], "metadata": subscription["metadata"]}
        return self.new(
            "invoice",
            "in",
            status=status,
            amount_paid=cents if status == "paid" else 0,
            currency=subscription["currency"],
            customer=subscription["customer"],
            billing_reason=reason,
            parent={"type": "subscription_details", "subscription_details": details},
            paid_with={"data": [{"payment": {"payment_intent": intent}}]},
        )

    def renew(self, subscription: str, cents: int | None = None, *, paid: bool = True) -> Data:
        """The next period begins: the event."""
        own = self.objects[subscription]
        cents = own["items"]["data"][0]["price"]["unit_amount"] if cents is None else cents
        status = "paid" if paid else "open"
        invoice = self._invoice(own, cents, "subscription_cycle", status)
        own["status"] = "active" if paid else "past_due"
        return self.happened("invoice.paid" if paid else "invoice.payment_failed", invoice)

    def end(self, subscription: str) -> Data:
        own = self.objects[subscription]
        own["status"] = "canceled"
        return self.happened("customer.subscription.deleted", own)

    def charge_of(self, intent: str) -> Data:
        return next(one for one in self.of("ch") if one["payment_intent"] == intent)

    def refund(self, intent: str, cents: int) -> Data:
        charge = self.charge_of(intent)
        charge["amount_refunded"] += cents
        return self.happened("charge.refunded", charge)

    def dispute(self, intent: str, status: str = "needs_response") -> Data:
        known = [one for one in self.of("dp") if one["payment_intent"] == intent]
        charge = self.charge_of(intent)
        own = known[0] if known else self.new("dispute", "dp", payment_intent=intent)
        own |= {"status": status, "amount": charge["amount"]}
        closed = status in ("won", "lost")
        return self.happened(f"charge.dispute.{'closed' if closed else 'created'}", own)

    # --- news -------------------------------------------------------------------------------------

    def signed(self, event: Data, *, at: int | None = None, secret: str = "") -> tuple[bytes, str]:
        """The body of a delivery and its header."""
        body = json.dumps(event, indent=2).encode()
        stamp = self.now if at is None else at
        text = f"{stamp}.".encode() + body
        key = (secret or self.webhook_secret).encode()
        return body, f"t={stamp},v1={hmac.new(key, text, hashlib.sha256).hexdigest()},v0=old"

    # --- calls ------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, form: Data) -> tuple[int, Data]:
        kind, _, name = path.removeprefix("/v1/").rpartition("/")
        if method == "POST" and path == "/v1/checkout/sessions":
            return 200, self.create_session(form)
        if method == "POST" and path == "/v1/billing_portal/sessions":
            return 200, self.new("portal", "bps", url=f"{self.url}/portal/{form['customer']}")
        if method == "GET" and path == "/v1/events":
            return 200, self.listed(form)
        own = self.objects.get(name)
        if own is None:
            return 404, {"error": {"type": "invalid_request_error", "message": f"No such: {name}"}}
        if kind == "subscriptions" and method != "GET":
            if own["status"] == "canceled":
                return 400, {"error": {"message": "A canceled subscription cannot be changed."}}
            if method == "DELETE":
                self.end(name)
            else:
                self.change(own, form)
        shown = {k: v for k, v in own.items() if k not in ("asked", "paid_with")}
        if "payments" in form.get("expand", {}).values():
            shown["payments"] = own.get("paid_with")
        return 200, shown

    def change(self, own: Data, form: Data) -> None:
        if "cancel_at_period_end" in form:
            own["cancel_at_period_end"] = form["cancel_at_period_end"] == "true"
        for item in form.get("items", {}).values():
            (mine,) = [one for one in own["items"]["data"] if one["id"] == item["id"]]
            mine["price"]["unit_amount"] = int(item["price_data"]["unit_amount"])
        own["metadata"] = {**own["metadata"], **form.get("metadata", {})}
        self.happened("customer.subscription.updated", own)

    def listed(self, form: Data) -> Data:
        """Newest first, as they list them."""
        since, types = int(form["created"]["gte"]), set(form["types"].values())
        found = [e for e in self.events if e["created"] >= since and e["type"] in types][::-1]
        ids = [event["id"] for event in found]
        start = ids.index(form["starting_after"]) + 1 if "starting_after" in form else 0
        page = found[start : start + int(form["limit"])]
        return {"object": "list", "data": page, "has_more": start + len(page) < len(found)}


class Handler(BaseHTTPRequestHandler):
    server: FakeStripe
    protocol_version = "HTTP/1.1"

    def _do(self) -> None:
        split = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = nested(parse_qsl(split.query) + parse_qsl(body, keep_blank_values=True))
        fake = self.server
        fake.calls.append((self.command, split.path, form))
        if self.headers["Authorization"] != f"Bearer {fake.secret}":
            return self._say(401, {"error": {"message": "Invalid API Key provided."}})
        if self.headers["Stripe-Version"] != VERSION:
            return self._say(400, {"error": {"message": "Another version."}})
        if fake.fails and (status := fake.fails.pop(0)):
            return self._say(status, {"error": {"message": "Try again."}})
        once = self.headers.get("Idempotency-Key", "")
        if once in fake.answers:
            asked, answered = fake.answers[once]
            same = asked == form
            return self._say(200 if same else 400, answered if same else {"error": {}})
        try:
            status, data = fake.answer(self.command, split.path, form)
        except (KeyError, ValueError) as error:
            status, data = 400, {"error": {"message": str(error)}}
        if once and status == 200:
            fake.answers[once] = (form, data)
        if fake.cut:
            fake.cut -= 1
            self.close_connection = True
            return None
        return self._say(status, data)

    do_GET = do_POST = do_DELETE = _do  # noqa: N815

    def _say(self, status: int, data: Data) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None: ...
