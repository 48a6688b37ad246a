"""What a payment does to an account, once each: whoever tells of it, in whatever order, however
often. The money is what the provider says was paid; what was asked is in the Payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from billing import audit_log, ledger, plans
from billing.lots import REFUND_STAYS
from billing.models import (
    Account,
    Cycle,
    Entry,
    Pack,
    Payment,
    PaymentFor,
    PaymentState,
    Plan,
    Source,
    Subscription,
    User,
)
from billing.models.payments import LEAST_CENTS
from billing.models.plans import Status
from billing.periods import said as moment
from billing.pricing import as_credits
from billing.standing import is_over

# So long the same wish leads to the same payment page.
SAME_WISH = timedelta(minutes=30)


@dataclass(frozen=True)
class Paid:
    """What the provider says that was paid, with its names for it."""

    cents: int
    currency: str
    customer: str = ""
    subscription: str = ""
    invoice: str = ""
    intent: str = ""


# --- wishes ---------------------------------------------------------------------------------------


def wish_for_pack(account: Account, user: User, pack: Pack) -> Payment:
    """Raises ValidationError for what is not sold."""
    if not pack.active:
        raise ValidationError({"pack": f"“{pack}” is not sold any more. Choose another."})
    return _wish(
        account, user, PaymentFor.CREDITS, pack.name, pack.cents, pack=pack, credits=pack.credits
    )


def wish_for_plan(account: Account, user: User, plan: Plan, cycle: str) -> Payment:
    """A plan to begin with, or a larger one for the rest of the period. Raises ValidationError for
    what cannot be bought now."""
    if cycle not in Cycle.values:
        raise ValidationError({"cycle": f"“{cycle[:20]}” is no cycle. Choose month or year."})
    price = plan.price(cycle)
    if plan.hidden or not price:
        raise ValidationError(
            {"plan": f"{plan} is not sold {Cycle(cycle).label.lower()}. Choose another plan."}
        )
    own = running(account)
    more = {"plan": plan, "cycle": cycle, "period_cents": price, "credits": plan.credits}
    name = f"{plan}, {Cycle(cycle).label.lower()}"
    if own is None:
        return _wish(account, user, PaymentFor.PLAN, name, price, **more)
    until = moment(own.period_end, account.zone)
    if not may_buy(own, plan, cycle):
        raise ValidationError(
            {
                "plan": f"{own.plan} is paid until {until}. Before that only a larger plan "
                f"({Cycle(own.cycle).label.lower()}) can be bought, and not once it was canceled. "
                "Let it end with its period, then choose again."
            }
        )
    then = plans.preview(account, plan, cycle)
    more["credits"], cents = then.credits, max(LEAST_CENTS, then.cents)
    name = f"{plan} instead of {own.plan}, until {until}"
    return _wish(account, user, PaymentFor.UPGRADE, name, cents, subscription=own.external, **more)


def may_buy(own: Subscription | None, plan: Plan, cycle: str) -> bool:
    """Beside a plan that is paid by card only a larger one, for the same cycle."""
    if own is None:
        return True
    is_larger = plans.preview(own.account, plan, cycle).at_once
    return own.renews and own.cycle == cycle and is_larger


def running(account: Account) -> Subscription | None:
    """The plan that the provider takes money for, or took it until its period ends."""
    own = Subscription.objects.select_related("plan", "account").filter(account=account).first()
    if own is None or not own.external or own.status != Status.ACTIVE:
        return None
    return None if is_over(own, timezone.now()) else own


def _wish(
    account: Account, user: User, of: PaymentFor, name: str, cents: int, **more: Any
) -> Payment:
    """The same wish of a moment ago, or a new one: two clicks are not two payments."""
    same: dict[str, Any] = {"account": account, "user": user, "of": of, "cents": cents, **more}
    with ledger.locked(account):
        fresh = Payment.objects.filter(
            state=PaymentState.OPEN, created__gt=timezone.now() - SAME_WISH, **same
        )
        return fresh.first() or Payment.objects.create(name=name[:120], **same)


# --- what was paid --------------------------------------------------------------------------------


def fulfill(payment: Payment, paid: Paid) -> Payment:
    """It was paid: the account gets what was asked for, if that is what was paid."""
    with ledger.locked(payment.account) as mine:
        own = _again(payment)
        if own.state in (PaymentState.PAID, PaymentState.REFUSED):
            return own
        own.paid, own.customer, own.intent = timezone.now(), paid.customer, paid.intent
        own.invoice, own.subscription = paid.invoice, paid.subscription or own.subscription
        if wrong := _mismatch(own.cents, own.currency, paid) or _collides(mine, own):
            return _refuse(own, wrong)
        own.state = PaymentState.PAID
        own.save()
        _deliver(mine, own)
    return own


def _deliver(account: Account, own: Payment) -> None:
    price = f"${own.cents / 100:,.2f}"
    if own.of == PaymentFor.CREDITS:
        note = f"{own.name}, {price}"
        ledger.grant(account, own.credits, reference(own), note, source=Source.BOUGHT)
        credits = as_credits(own.credits)
        audit_log.write(account, "credits.bought", credits, price=price, payment=own.pk)
        return
    audit_log.write(account, "plan.paid", own.name, price=price, payment=own.pk)
    assert own.plan
    if own.of == PaymentFor.PLAN:
        plans.subscribe(account, own.plan, own.cycle, external=own.subscription)
    elif own.of == PaymentFor.UPGRADE:
        plans.change(account, own.plan, own.cycle, provider_knows=True)


def renew(subscription: str, paid: Paid) -> Payment | None:
    """One more period of that subscription was paid; None when it is none of ours."""
    asked = last_of(subscription)
    if asked is None:
        return None
    with ledger.locked(asked.account) as mine:
        if known := Payment.objects.filter(invoice=paid.invoice).first():
            return known
        asked = last_of(subscription) or asked
        own = Payment(
            account=mine,
            user=asked.user,
            of=PaymentFor.RENEWAL,
            plan=asked.plan,
            cycle=asked.cycle,
            name=f"{asked.plan}, {Cycle(asked.cycle).label.lower()}, one period more",
            credits=asked.plan.credits if asked.plan else 0,
            cents=asked.period_cents,
            period_cents=asked.period_cents,
            state=PaymentState.PAID,
            customer=paid.customer or asked.customer,
            subscription=subscription,
            invoice=paid.invoice,
            intent=paid.intent,
            paid=timezone.now(),
        )
        if wrong := _mismatch(own.cents, own.currency, paid) or _collides(mine, own):
            return _refuse(own, wrong)
        own.save()
        _deliver(mine, own)
        mine_now = running(mine)
        assert own.plan
        if mine_now:
            plans.advance(mine_now)
        else:  # it had ended before the money came
            plans.subscribe(mine, own.plan, own.cycle, external=subscription)
    return own


def last_of(subscription: str) -> Payment | None:
    """What was paid for it last, which says what comes next."""
    paid = Payment.objects.filter(subscription=subscription, state=PaymentState.PAID)
    return paid.select_related("account", "plan", "user").order_by("-paid").first()


def give_up(payment: Payment, words: str) -> None:
    """It will not be paid any more."""
    Payment.objects.filter(pk=payment.pk, state=PaymentState.OPEN).update(
        state=PaymentState.CANCELED, words=words[:300]
    )


def follow(subscription: str, goes_on: bool) -> Subscription | None:
    """The provider says whether it takes money for a further period."""
    own = Subscription.objects.filter(external=subscription, status=Status.ACTIVE).first()
    if own is None or is_over(own, timezone.now()):
        return None
    return (plans.resume if goes_on else plans.cancel)(own.account, provider_knows=True)


def _again(payment: Payment) -> Payment:
    """As it is now, under the lock of the account."""
    rows = Payment.objects.select_for_update(of=("self",)).select_related("plan")
    return rows.get(pk=payment.pk)


def _mismatch(cents: int, currency: str, paid: Paid) -> str:
    if (paid.cents, paid.currency.lower()) == (cents, currency):
        return ""
    return (
        f"Asked were {cents / 100:,.2f} {currency.upper()}, paid {paid.cents / 100:,.2f} "
        f"{paid.currency.upper()[:5]}."
    )


def _collides(account: Account, own: Payment) -> str:
    """A plan that is paid twice: the second time somebody has to give the money back."""
    now = running(account)
    if own.of == PaymentFor.CREDITS:
        return ""
    if own.of == PaymentFor.UPGRADE:
        ok = now is not None and now.external == own.subscription
        return "" if ok else "The plan that it was to enlarge has ended meanwhile."
    if now and now.external != own.subscription:
        return f"The account has a plan that is paid already ({now.plan}, {now.external})."
    return ""


def _refuse(own: Payment, wrong: str) -> Payment:
    own.state, own.attention = PaymentState.REFUSED, True
    own.words = f"{wrong} Nothing was granted."[:300]
    own.save()
    audit_log.write(own.account, "plan.refused", own.name, reason=wrong, payment=own.pk)
    return own


# --- what went back -------------------------------------------------------------------------------


def reference(payment: Payment) -> str:
    """Under which its credits are in the ledger."""
    return f"payment:{payment.pk}"


def find(intent: str) -> Payment | None:
    return Payment.objects.filter(~Q(intent=""), intent=intent).select_related("account").first()


def went_back(
    payment: Payment, *, refunded: int | None = None, disputed: int | None = None
) -> Payment:
    """So many cents of it went back, in all. As many of its credits are taken as are there; those
    of a dispute that was won come again."""
    with ledger.locked(payment.account) as mine:
        own = _again(payment)
        before = (own.refunded, own.disputed)
        own.refunded = before[0] if refunded is None else min(refunded, own.cents)
        own.disputed = before[1] if disputed is None else min(disputed, own.cents)
        if (own.refunded, own.disputed) == before or own.state == PaymentState.OPEN:
            return own
        _take_back(mine, own)
        settled = own.state == PaymentState.REFUSED and own.refunded == own.cents
        own.attention = not settled
        own.save()
        price = f"${(own.refunded + own.disputed) / 100:,.2f}"
        action = "plan.refunded" if own.disputed == before[1] else "plan.disputed"
        audit_log.write(mine, action, own.name, went_back=price, payment=own.pk)
    return own


def _take_back(account: Account, own: Payment) -> None:
    back = min(own.cents, own.refunded + own.disputed)
    wanted = own.credits * back // own.cents if own.state == PaymentState.PAID else 0
    mark = f"{reference(own)}:back:"
    mark += str(Entry.objects.filter(account=account, reference__startswith=mark).count())
    note = f"{own.name}: {back / 100:,.2f} of {own.cents / 100:,.2f} USD went back"
    own.words = f"{note}."[:300]
    # What a plan brings does not stay; its month may be over when it comes back.
    source, expires = Source.BOUGHT, None
    if own.of != PaymentFor.CREDITS:
        source, expires = Source.PLAN, timezone.now() + REFUND_STAYS
    if wanted > own.taken_back:
        most = wanted - own.taken_back
        done = ledger.take_back(account, most, mark, note, source=source, of=reference(own))
        own.taken_back += done.amount
        missing = most - done.amount
        taken = as_credits(done.amount)
        audit_log.write(account, "credits.taken_back", taken, missing=as_credits(missing))
        if missing:
            own.words = f"{note}; {as_credits(missing)} of it were spent already."[:300]
    elif wanted < own.taken_back:
        more = own.taken_back - wanted
        won = f"{own.name}: a dispute was won"
        ledger.grant(account, more, mark, won, source=source, expires=expires)
        own.taken_back = wanted
        audit_log.write(account, "credits.given_back", as_credits(more))
    if own.of != PaymentFor.CREDITS:
        own.words += " The plan goes on until it is canceled there."
        own.words = own.words[:300]
