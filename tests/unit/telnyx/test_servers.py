"""Where a socket goes to, and where it must not."""

from dataclasses import replace

import pytest

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.servers import (
    DEFAULT_ICE_SERVERS,
    IceServer,
    ServerConfiguration,
    StunServer,
    is_loopback,
    signaling_url,
    stun_servers,
    turn_servers,
)

DEFAULT = ServerConfiguration()

URLS = {
    "the default": (DEFAULT, {}, "wss://rtc.telnyx.com/"),
    "a region": (
        replace(DEFAULT, region="us-east"),
        {},
        "wss://us-east.rtc.telnyx.com/",
    ),
    "the region auto": (replace(DEFAULT, region="auto"), {}, "wss://rtc.telnyx.com/"),
    "an empty region": (replace(DEFAULT, region=""), {}, "wss://rtc.telnyx.com/"),
    "a region that only one SDK knows": (
        replace(DEFAULT, region="south-asia"),
        {},
        "wss://south-asia.rtc.telnyx.com/",
    ),
    "stickiness": (
        DEFAULT,
        {"voice_sdk_id": "VSDK1+a/b=", "skip_last_voice_sdk_id": "true"},
        "wss://rtc.telnyx.com/"
        "?voice_sdk_id=VSDK1%2Ba%2Fb%3D&skip_last_voice_sdk_id=true",
    ),
    "a port, a path and a query of its own": (
        ServerConfiguration("wss://example.org:8443/rtc?canary=true#part"),
        {"voice_sdk_id": "V"},
        "wss://example.org:8443/rtc?canary=true&voice_sdk_id=V",
    ),
    "a region before a user and a port": (
        ServerConfiguration("wss://user:word@example.org:8443", region="eu"),
        {},
        "wss://user:word@eu.example.org:8443/",
    ),
    "plain on this machine": (
        ServerConfiguration("ws://127.0.0.1:8765"),
        {},
        "ws://127.0.0.1:8765/",
    ),
    "plain elsewhere, on request": (
        ServerConfiguration("ws://192.168.1.5:8765", allow_insecure=True),
        {},
        "ws://192.168.1.5:8765/",
    ),
}

REFUSED = {
    "plain elsewhere": (
        ServerConfiguration("ws://rtc.telnyx.com"),
        "would send the login unencrypted",
    ),
    "plain to a name that begins like localhost": (
        ServerConfiguration("ws://localhost.example.org"),
        "would send the login unencrypted",
    ),
    "no scheme": (ServerConfiguration("rtc.telnyx.com"), "is no signalling server"),
    "another scheme": (
        ServerConfiguration("https://rtc.telnyx.com"),
        "is no signalling server",
    ),
    "no host": (ServerConfiguration("wss://"), "is no signalling server"),
    "a port that is none": (
        ServerConfiguration("wss://example.org:99999"),
        "is no signalling server",
    ),
    "half an IPv6 address": (
        ServerConfiguration("wss://[::1"),
        "is no signalling server",
    ),
    "a region with a dot": (replace(DEFAULT, region="evil.org/"), "is no region"),
    "a region before an address": (
        ServerConfiguration("wss://10.0.0.1", region="eu"),
        "cannot stand before the address",
    ),
}


@pytest.mark.parametrize(("configuration", "query", "url"), URLS.values(), ids=URLS)
def test_a_socket_goes_to(
    configuration: ServerConfiguration, query: dict[str, str], url: str
) -> None:
    assert signaling_url(configuration, query) == url


@pytest.mark.parametrize(("configuration", "why"), REFUSED.values(), ids=REFUSED)
def test_a_socket_does_not_go_to(configuration: ServerConfiguration, why: str) -> None:
    with pytest.raises(LocalProtocolError, match=why):
        signaling_url(configuration, {})


@pytest.mark.parametrize(
    ("server", "loopback"),
    [
        ("ws://localhost:1", True),
        ("ws://LOCALHOST:1", True),
        ("wss://rtc.localhost", True),
        ("ws://127.8.9.1:1", True),
        ("ws://[::1]:1", True),
        ("ws://10.0.0.1", False),
        ("wss://rtc.telnyx.com", False),
        ("wss://notlocalhost", False),
    ],
)
def test_this_machine_is_known(server: str, loopback: bool) -> None:
    assert is_loopback(ServerConfiguration(server)) is loopback


def test_the_default_ice_servers_are_the_vendor_s() -> None:
    urls = [url for server in DEFAULT_ICE_SERVERS for url in server.urls]
    assert urls == [
        "stun:stun.telnyx.com:3478",
        "stun:stun.l.google.com:19302",
        "turn:turn.telnyx.com:3478?transport=udp",
        "turn:turn.telnyx.com:3478?transport=tcp",
        "turns:turn.telnyx.com:443",
        "turns:turn2.telnyx.com:443",
    ]
    assert DEFAULT_ICE_SERVERS[-1].username == "testuser"
    assert DEFAULT_ICE_SERVERS[-1].credential == "testpassword"


def test_a_credential_is_not_printed() -> None:
    server = IceServer(("turn:example.org",), "me", "secret")
    assert "secret" not in repr(ServerConfiguration(webrtc_ice_servers=(server,)))


def test_stun_servers_are_read_from_their_urls() -> None:
    urls = ("stun:a.example", "stun:b.example:19302", "stun:[2001:db8::1]:1")
    assert stun_servers([IceServer(urls), IceServer(("turn:c.example",))]) == (
        StunServer("a.example", 3478),
        StunServer("b.example", 19302),
        StunServer("2001:db8::1", 1),
    )


def test_turn_servers_are_read_with_what_they_are_reached_over() -> None:
    urls = (
        "turn:a.example",
        "turn:a.example:99?transport=tcp",
        "turns:a.example?transport=tcp",
        "turns:a.example:443",
        "turns:a.example?transport=udp",
        "stun:a.example",
    )
    found = turn_servers([IceServer(urls, "me", "secret")])
    assert [(each.port, each.transport, each.tls) for each in found] == [
        (3478, "udp", False),
        (99, "tcp", False),
        (5349, "tcp", True),
        (443, "tcp", True),
    ]
    assert {(each.username, each.credential) for each in found} == {("me", "secret")}
    assert "secret" not in repr(found)


@pytest.mark.parametrize(
    "url", ["", "stun:", "stun:a b", "stun://a.example", "turn:a?transport=sctp", "a"]
)
def test_what_is_no_ice_server_is_refused(url: str) -> None:
    with pytest.raises(LocalProtocolError, match="is no STUN or TURN server"):
        stun_servers([IceServer((url,))])
