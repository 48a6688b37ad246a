"""Files from addresses that somebody names.

An address that a person or a provider names may point at this machine or its network. So a name is
looked up once, every address found is checked, and the connection goes to a checked address and
nowhere else; a redirect is a new address and is checked as such. TLS still checks the name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpcore
import httpx

REDIRECTS = 3
STALL = 30.0  # seconds without a byte
CONNECT = 10.0  # seconds for one address
LONGEST = 4000  # characters of an address
HEADERS = {"User-Agent": "Zoetrope", "Accept": "*/*", "Accept-Encoding": "identity"}
PORTS = {"https": 443, "http": 80}
LATE = "The file did not arrive within {:g} s. Try again, or download it and upload it."

# `is_global` of the standard library lets some of these pass (multicast, relays), so all are named.
# IPv6 works the other way round: global unicast is allowed, less what tunnels or documents.
IPV4_REFUSED = tuple(
    ipaddress.IPv4Network(n)
    for n in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
IPV6_GLOBAL = ipaddress.IPv6Network("2000::/3")
IPV6_REFUSED = tuple(
    ipaddress.IPv6Network(n) for n in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)


class FetchRefused(Exception):
    """The file cannot be had; the text is for people.

    `status` is the HTTP status when the server gave one, `temporary` tells that the same address
    may work later.
    """

    def __init__(self, message: str, *, status: int | None = None, temporary: bool = False) -> None:
        super().__init__(message)
        self.message, self.status, self.temporary = message, status, temporary


@dataclass(frozen=True)
class Fetched:
    """A complete file. `mime` is what the server says of it: a hint, to be checked by sniffing."""

    path: Path
    mime: str
    final_url: str


def fetch(
    url: str,
    target: Path,
    *,
    max_bytes: int,
    timeout: float = 60,
    allowed_hosts: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Write what is at a public https address into `target`; on failure there is no target.

    `timeout` is in seconds and covers everything from the first lookup to the last byte.
    `allowed_hosts` names exceptions as "host:port": they may be private, and plain http.
    `headers` go to the host of `url` alone, not to where it may lead. Raises FetchRefused.
    """
    guard = Guard(allowed_hosts)
    backend = GuardedBackend(guard, Deadline(timeout))
    try:
        with guarded_client(backend) as client:
            return _follow(client, guard, url, target, max_bytes, headers or {})
    except BaseException as error:
        target.unlink(missing_ok=True)
        if isinstance(error, httpx.HTTPError):
            raise _explained(error) from error
        raise


# --- where a connection may go ------------------------------------------------------------------


def is_public(address: str) -> bool:
    """Is this numeric IP address one of the open internet?

    >>> is_public("93.184.216.34"), is_public("::ffff:127.0.0.1"), is_public("64:ff9b::7f00:1")
    (True, False, False)
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if isinstance(ip, ipaddress.IPv4Address):
        return ip.is_global and not any(ip in net for net in IPV4_REFUSED)
    return ip.is_global and ip in IPV6_GLOBAL and not any(ip in net for net in IPV6_REFUSED)


class Guard:
    """The rules of what may be asked and where it may go; the same for any kind of client."""

    any_port = False
    """Files come from web servers; what somebody runs to be told something may be anywhere."""
    too_long = "Download the file and upload it."
    or_else = ", or download the file and upload it"

    def __init__(self, allowed_hosts: Collection[str] = ()) -> None:
        self._allowed = {host.lower() for host in allowed_hosts}

    def allows(self, host: str, port: int) -> bool:
        """Has the operator named this host and port?"""
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return name.lower() in self._allowed

    def url(self, text: str) -> httpx.URL:
        """The address if it may be asked at all. Where its name leads is checked on connecting."""
        if len(text) > LONGEST:
            raise FetchRefused(
                f"The address has {len(text):,} characters; the most is {LONGEST:,}. "
                f"{self.too_long}"
            )
        try:
            url = httpx.URL(text.strip())
        except httpx.InvalidURL as error:
            raise FetchRefused(f"The address cannot be read ({error}). Check it.") from error
        self._check_scheme(url)
        if url.userinfo:
            raise FetchRefused("The address has a user name or password in it. Take it out.")
        return url

    def _check_scheme(self, url: httpx.URL) -> None:
        host = url.raw_host.decode("ascii")
        if not host or url.scheme not in PORTS:
            raise FetchRefused(
                f"“{str(url)[:60]}” does not begin with https:// and the name of a computer. "
                f"Check it{self.or_else}."
            )
        port = url.port or PORTS[url.scheme]
        if self.allows(host, port):
            return
        if url.scheme != "https":
            raise FetchRefused(
                "The address begins with http://, which anybody on the way can change. Use https://."
            )
        if port != PORTS["https"] and not self.any_port:
            raise FetchRefused(
                f"The address names port {port}; only {PORTS['https']} is possible. "
                f"Take the port out{self.or_else}."
            )

    def checked(self, host: str, port: int, found: Iterable[str]) -> list[str]:
        """The IP addresses of a name, if one may connect to all of them."""
        addresses = list(dict.fromkeys(found))
        if self.allows(host, port):
            return addresses
        for address in addresses:
            if not is_public(address):
                raise FetchRefused(
                    "The address points at a private network. Use a public https "
                    f"address{self.or_else}."
                )
        return addresses


def lookup(host: str, port: int) -> list[str]:
    """The numeric addresses of a name."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchRefused(
            f"There is no computer named “{host}”. Check the address.", temporary=True
        ) from error
    return [str(info[4][0]) for info in found]


class Deadline:
    """An end for the whole, which no number of small steps can move."""

    def __init__(self, seconds: float, late: str = LATE) -> None:
        self._seconds, self._late = seconds, late
        self._end = time.monotonic() + seconds

    def left(self, step: float | None = None) -> float:
        """Seconds for the next step, at most `step`."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise FetchRefused(self._late.format(self._seconds), temporary=True)
        return left if step is None else min(step, left)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, and not beyond the deadline."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._guard, self._deadline = guard, deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._guard.checked(host, port, lookup(host, port))
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._inner.connect_tcp(
                    address, port, self._deadline.left(timeout), local_address, socket_options
                )
                return TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class TimedStream(httpcore.NetworkStream):
    """A connection whose every step ends at the deadline: headers and TLS can drip, too."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = self._deadline.left(timeout)
        return TimedStream(
            self._stream.start_tls(ssl_context, server_hostname, left), self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def origin(url: str) -> tuple[str, str, int | None]:
    """(scheme, host, port) of an address, which is what a key may be sent to."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return ("", "", None)
    port = parsed.port or {"https": 443, "http": 80}.get(parsed.scheme)
    return (parsed.scheme, parsed.host, port)


# --- one download -------------------------------------------------------------------------------


@cache
def tls() -> ssl.SSLContext:
    """One for all: to make it takes longer than most calls."""
    return httpx.create_ssl_context()


class _Transport(httpx.HTTPTransport):
    """httpx has no argument for the network backend, so the pool is replaced by one that has."""

    def __init__(self, backend: GuardedBackend) -> None:
        super().__init__(verify=tls(), trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls(), max_connections=1, network_backend=backend
        )


def guarded_client(backend: GuardedBackend) -> httpx.Client:
    timeout = httpx.Timeout(STALL, connect=CONNECT)
    return httpx.Client(
        transport=_Transport(backend), headers=HEADERS, timeout=timeout, trust_env=False
    )


def _follow(
    client: httpx.Client,
    guard: Guard,
    url: str,
    target: Path,
    max_bytes: int,
    headers: Mapping[str, str],
) -> Fetched:
    first = origin(url)
    for _ in range(REDIRECTS + 1):
        address = guard.url(url)
        known = headers if origin(url) == first else None
        with client.stream("GET", address, headers=known) as response:
            if response.next_request is None:
                _check(response, max_bytes)
                _save(response, target, max_bytes)
                mime = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                return Fetched(target, mime, str(address))
            url = str(response.next_request.url)
    raise FetchRefused(
        f"The address leads on to another one more than {REDIRECTS} times. "
        "Use the address of the file itself."
    )


def _check(response: httpx.Response, max_bytes: int) -> None:
    host = response.url.host
    if response.status_code != httpx.codes.OK:
        status = response.status_code
        raise FetchRefused(
            f"{host} answered {status} ({httpx.codes.get_reason_phrase(status) or 'unknown'}), "
            "not with a file. Check the address.",
            status=status,
            temporary=status in (408, 425, 429) or status >= 500,
        )
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise FetchRefused(
            f"{host} sends the file packed ({encoding[:20]}). Download the file and upload it."
        )
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > max_bytes:
        raise _too_long(max_bytes)


def _save(response: httpx.Response, target: Path, max_bytes: int) -> None:
    """The raw bytes. A body shorter than its Content-Length is an error of the protocol."""
    size = 0
    with target.open("wb") as file:
        for chunk in response.iter_raw():
            size += len(chunk)
            if size > max_bytes:
                raise _too_long(max_bytes)
            file.write(chunk)


def _too_long(max_bytes: int) -> FetchRefused:
    return FetchRefused(
        f"The file at the address is larger than {max_bytes / 1024**2:,.4g} MB. Use a smaller one."
    )


def _explained(error: httpx.HTTPError) -> FetchRefused:
    host = error.request.url.host
    if isinstance(error, httpx.TimeoutException):
        what = f"{host} did not answer in time."
    elif isinstance(error, httpx.ConnectError):
        what = f"{host} could not be reached."
    else:
        what = f"The transfer from {host} broke off before the file was complete."
    return FetchRefused(f"{what} Try again, or download the file and upload it.", temporary=True)
