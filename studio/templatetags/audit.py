"""Lines of the audit log in words."""

from __future__ import annotations

from django import template

from billing import audit_log
from billing.models import AuditEvent

register = template.Library()


@register.filter
def action_words(event: AuditEvent) -> str:
    return audit_log.ACTIONS.get(event.action, event.action)


@register.filter
def event_details(event: AuditEvent) -> str:
    """In one line."""
    return audit_log.told(event)


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("Mac OS", "macOS"), ("Linux", "Linux")),
)


@register.filter
def browser_words(agent: str) -> str:
    """“Firefox on Linux” of what a browser calls itself."""
    browser = next((words for sign, words in BROWSERS if sign in agent), "")
    browser = browser or ("Safari" if "Safari/" in agent else "")
    system = next((words for sign, words in SYSTEMS if sign in agent), "")
    return " on ".join(filter(None, (browser, system))) or agent[:60] or "Something unnamed"
