"""PURE: what stands between this device and the server, in words that say what to do.

The certificate is rarely what is wrong with a certificate: a clock without a battery
stands at its first day, and a network with a sign-in page answers in everybody's place.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from callpoint import RELEASED
from callpoint.errors import NetworkError

_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
"""X509_V_ERR_* of OpenSSL."""
_ANOTHERS: Final = frozenset({18, 19, 20, 21, 62})
"""Self-signed, from an authority that is not known, or for another name."""

_SIGN_IN: Final = (
    "sign this device in at the network's own page, or let its owner exempt it"
)
_SET_THE_CLOCK: Final = (
    "wait for a time server (see timedatectl), let UDP port 123 out, or set the clock"
)


@dataclass(frozen=True)
class Clock:
    """What this device takes the time for."""

    now: datetime
    """In UTC."""
    is_synchronised: bool | None = None
    """Whether a time server has confirmed it; None where nobody can tell."""

    @property
    def fault(self) -> str | None:
        """Why it is not to be believed."""
        shown = f"{self.now:%Y-%m-%d %H:%M} UTC"
        if self.now < datetime.fromisoformat(RELEASED).replace(tzinfo=UTC):
            return f"the clock of this device is wrong: it says {shown}"
        if self.is_synchronised is False:
            return (
                f"the clock of this device may be wrong: it says {shown}, unconfirmed"
            )
        return None


def certificate(host: str, code: int, words: str, clock: Clock) -> NetworkError:
    """A certificate was not accepted; code and words are OpenSSL's."""
    is_a_matter_of_time = code in (_NOT_YET_VALID, _EXPIRED)
    if is_a_matter_of_time and (fault := clock.fault) is not None:
        state = "not valid yet" if code == _NOT_YET_VALID else "expired"
        return NetworkError(
            f"{fault}, and so the certificate of {host} seems {state}", _SET_THE_CLOCK
        )
    if code == _EXPIRED:
        return NetworkError(
            f"the certificate of {host} has expired", "its owner has to renew it"
        )
    if code in _ANOTHERS:
        return NetworkError(
            f"something else answers in place of {host}: its certificate is not"
            f" accepted ({words})",
            f"if this network has a sign-in page, {_SIGN_IN}; if the server or a proxy"
            " on the way has an authority of its own, name it in [server] ca_file",
        )
    return NetworkError(
        f"{host} shows a certificate that is not accepted: {words}",
        "check [server] ca_file",
    )


def http(host: str, status: int, location: str | None = None) -> NetworkError:
    """HTTP where a WebSocket should be; `location` is that of a redirection."""
    if status == 511:
        return NetworkError("this network wants a sign-in (HTTP 511)", _SIGN_IN)
    if 300 <= status < 400 and location:
        place = urlsplit(location).netloc or location
        return NetworkError(
            f"something sends {host} on to {place} (HTTP {status}): a sign-in page of"
            " this network, it seems",
            f"{_SIGN_IN}; else check [server] signaling_server",
        )
    if status == 200:
        return NetworkError(
            f"{host} answers with a web page (HTTP 200) instead of a WebSocket: a"
            " sign-in page of this network, it seems",
            f"{_SIGN_IN}; else check [server] signaling_server",
        )
    if status in (500, 502, 503, 504):
        return NetworkError(
            f"{host} is out of order (HTTP {status})", "nothing is wrong here"
        )
    return NetworkError(
        f"{host} answers HTTP {status} instead of a WebSocket",
        "check [server] signaling_server and proxy",
    )


def no_connection(
    host: str, failure: str, advice: str, addresses: Iterable[str]
) -> NetworkError:
    """No address accepted. A name that leads into the local network may be a lie."""
    inside = [each for each in addresses if not _is_public(each)]
    if inside and _is_public_name(host):
        advice = (
            f"the name leads to {inside[0]}, which is no public address: if this"
            f" network has a sign-in page, {_SIGN_IN}; else {advice}"
        )
    return NetworkError(failure, advice)


def _is_public(address: str) -> bool:
    try:
        return ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return True


def _is_public_name(host: str) -> bool:
    """Not an address, nor a name that one network alone has (RFC 6762, RFC 8375)."""
    try:
        ip_address(host)
    except ValueError:
        local = (".local", ".lan", ".home.arpa", ".internal", ".localhost")
        return "." in host and not host.lower().endswith(local)
    return False
