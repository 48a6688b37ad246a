"""The only door to other machines. Nothing here knows Django: limits come as arguments.

fetch  files from addresses that people and providers name, guarded
post   what somebody wants to be told, guarded alike
wire   the APIs of providers
"""

from studio.http.files import Fetched, FetchRefused, Guard, fetch, is_public, origin
from studio.http.post import check as check_listener
from studio.http.post import post
from studio.http.wire import Clients, Reply, Wire, retry_after

__all__ = [
    "Clients",
    "FetchRefused",
    "Fetched",
    "Guard",
    "Reply",
    "Wire",
    "check_listener",
    "fetch",
    "is_public",
    "origin",
    "post",
    "retry_after",
]
