"""The only door to other machines. Nothing here knows Django: limits come as arguments.

fetch  files from addresses that people and providers name, guarded
call   what an address is told, and what it says to that, guarded alike
wire   the APIs of providers
"""

from studio.http.call import Answer, call, check_address
from studio.http.files import Fetched, FetchRefused, Guard, fetch, is_public, origin
from studio.http.wire import Clients, Reply, Wire, retry_after

__all__ = [
    "Answer",
    "Clients",
    "FetchRefused",
    "Fetched",
    "Guard",
    "Reply",
    "Wire",
    "call",
    "check_address",
    "fetch",
    "is_public",
    "origin",
    "retry_after",
]
