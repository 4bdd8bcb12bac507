"""What fits each key, and what does not."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from callpoint.config.schema import Config


def config(**tables: Any) -> Config:
    return Config.model_validate({"assistant": {"target_id": "assistant-1"}} | tables)


def value_of(key: str, value: object) -> Any:
    """The key's value in a configuration that gives it."""
    table, name = key.split(".")
    target = {"target_id": "assistant-1"} if table == "assistant" else {}
    return getattr(getattr(config(**{table: target | {name: value}}), table), name)


FITS: list[tuple[str, list[object]]] = [
    ("assistant.target_id", ["assistant-1", "a"]),
    ("assistant.user_variables", [{}, {"a": "text\nwith lines"}, {"a": 1, "b": 0.5}]),
    ("server.signaling_server", ["wss://a", "wss://a.b:8443/path?x=1", "wss://[::1]"]),
    (
        "server.signaling_server",
        ["ws://localhost:8080", "ws://127.1.2.3", "ws://[::1]"],
    ),
    ("server.region", ["eu", "us-west", "south-asia2"]),
    ("server.proxy", ["http://p:3128", "https://p/", "http://user:pass@p"]),
    ("button.pin", [0, 27]),
    ("button.debounce_ms", [0, 1000]),
    ("button.mode", ["hold", "toggle"]),
    ("button.pin_factory", ["gpiod", "lgpio", "mock"]),
    ("led.active_high", [True, False]),
    ("call.caller_name", ["Tür 3"]),
    ("call.custom_headers", [{}, {"X-A": "", "X-a.b_c": "text"}]),
    ("call.quiet_s", [0.1, 1, 3600.0]),
    ("call.longest_call_s", [0.1, 86_400]),
    ("call.longest_press_s", [0.1, 3600]),
    ("call.wait_for_link_s", [0, 60]),
    ("log.level", ["debug", "info", "warning", "error"]),
]

FITS_NOT: list[tuple[str, list[object]]] = [
    ("assistant.target_id", ["", " ", "a ", "a b", "a\n", "a\x00", 1, None, ["a"]]),
    ("assistant.target_type", ["", 1]),
    ("assistant.user_variables", [{"": 1}, {"a": []}, {"a": {}}, {"a b": 1}, [], "a"]),
    ("assistant.user_variables", [{"a": float("nan")}, {"a": float("-inf")}]),
    ("assistant.user_variables", [{"a": 2**63}, {"a": -(2**63) - 1}, {"a": None}]),
    ("server.signaling_server", ["", "a", "wss:", "wss://", "https://a", "wss://a b"]),
    ("server.signaling_server", ["wss://a:0", "wss://a:65536", "wss://a:x"]),
    ("server.signaling_server", ["wss://a#b", "wss://[::1", "wss://a\n", 1]),
    ("server.signaling_server", ["ws://a", "WS://a", "ws://10.0.0.1", "ws://[::2]"]),
    ("server.signaling_server", ["ws://localhost.example", "ws://127.0.0.1.example"]),
    ("server.region", ["EU", "e u", "eu.", "eu\n", 1]),
    ("server.proxy", ["p:3128", "socks5://p", "http://user@p", 1]),
    ("server.proxy", ["http://p/x", "http://p?x", "http://p#x"]),
    ("server.webrtc_ice_servers", ["stun:a", {}, 1, ["stun:a"], [{}], [{"urls": []}]]),
    ("server.allow_insecure", [1, "true"]),
    ("button.pin", [-1, 28, 1.0, True, "17"]),
    ("button.debounce_ms", [-1, 1001, 0.5]),
    ("button.mode", ["Hold", "", 1, []]),
    ("call.caller_name", ["two\nlines", 1]),
    ("call.caller_number", ["two\rlines", 1]),
    ("call.custom_headers", [{"A": "a"}, {"X-": "a"}, {"X-A B": "a"}, {"X-A": 1}]),
    ("call.custom_headers", [{"X-A": "a\r\nb"}, {"X-A\n": "a"}, {"X-A:": "a"}]),
    ("call.quiet_s", [0, -1, 3601, float("nan"), float("inf"), True, "30", 10**400]),
    ("call.longest_call_s", [0, 86_401]),
    ("call.longest_press_s", [0, 3601]),
    ("call.wait_for_link_s", [-1, 61]),
    (
        "audio.capture",
        ["", " ", "a\n", "wav:", "tone:", "tone:x", "tone:19", "tone:nan"],
    ),
    ("audio.capture", ["tone:20001", "record:a", "silence:a", 1]),
    ("audio.capture", [[], ["usb", ""], ["usb", 1], "usb:0D8C:0014", "usb-port:1"]),
    ("audio.playout", ["", "record:", "wav:a", "tone:440", "silence:"]),
    ("control.socket", ["", "a\x00", "/" + "a" * 107, "/" + "ä" * 54, 1]),
    ("log.level", ["INFO", "trace", 10]),
]


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in FITS for value in values]
)
def test_what_fits_is_kept_as_it_is(key: str, value: object) -> None:
    kept = value_of(key, value)
    assert kept == value
    if not key.endswith("_s"):
        assert type(kept) is type(value)


@pytest.mark.parametrize(
    ("key", "value"), [(key, value) for key, values in FITS_NOT for value in values]
)
def test_what_does_not_fit_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        value_of(key, value)


@pytest.mark.parametrize(
    "key",
    [
        "target_version_id",
        "conversation_id",
        "region",
        "ca_file",
        "proxy",
        "caller_name",
    ],
)
def test_empty_text_is_the_same_as_an_absent_key(key: str) -> None:
    tables = {"region": "server", "ca_file": "server", "proxy": "server"}
    table = "call" if key == "caller_name" else tables.get(key, "assistant")
    assert value_of(f"{table}.{key}", "") is None


def test_the_region_auto_is_no_region() -> None:
    assert value_of("server.region", "auto") is None


@pytest.mark.parametrize(
    ("end", "names"),
    [
        ("capture", ["default", "plughw:CARD=Device,DEV=0", "hw:1,0", "silence"]),
        ("capture", ["wav:a b.wav", "tone:20", "tone:440.5", "tone:20000"]),
        ("capture", ["Device", "usb:0d8c:0014", "usb-port:1-1.2", "usb", "hat"]),
        ("playout", ["default", "record:/tmp/a.wav", "silence", "dmix:Lite"]),
    ],
)
def test_a_sound_device_is_one_name_or_a_list(end: str, names: list[str]) -> None:
    assert value_of(f"audio.{end}", names) == tuple(names)
    for name in names:
        assert value_of(f"audio.{end}", name) == (name,)


def test_variables_keep_their_types() -> None:
    variables = value_of("assistant.user_variables", {"a": True, "b": 1, "c": 1.0})
    assert [type(value) for value in variables.values()] == [bool, int, float]


def test_a_path_is_a_path() -> None:
    assert value_of("server.ca_file", "/etc/ca.pem") == Path("/etc/ca.pem")
    assert value_of("control.socket", "/" + "a" * 106) == Path("/" + "a" * 106)


def test_plain_ws_to_any_host_needs_the_switch() -> None:
    url = "ws://gateway.example"
    server = config(server={"signaling_server": url, "allow_insecure": True}).server
    assert server.signaling_server == url


def test_a_region_needs_a_host_name_to_go_before() -> None:
    with pytest.raises(ValidationError, match="no host name"):
        config(server={"signaling_server": "wss://10.0.0.1", "region": "eu"})


def test_absent_ice_servers_are_the_vendors_and_an_empty_list_is_none_at_all() -> None:
    assert config().server.webrtc_ice_servers is None
    assert value_of("server.webrtc_ice_servers", []) == ()


def test_one_address_of_an_ice_server_is_a_list_of_one() -> None:
    (server,) = value_of("server.webrtc_ice_servers", [{"urls": "stun:a:3478"}])
    assert server.urls == ("stun:a:3478",)


@pytest.mark.parametrize(
    "url",
    [
        "stun:a",
        "turn:a",
        "turn:a:1?transport=udp",
        "turns:a?transport=tcp",
        "stun:[2001:db8::1]:3478",
    ],
)
def test_addresses_of_ice_servers_are_those_of_webrtc(url: str) -> None:
    server = {"urls": url, "username": "u", "credential": "c"}
    assert value_of("server.webrtc_ice_servers", [server])[0].urls == (url,)


@pytest.mark.parametrize(
    "url",
    [
        "a",
        "stun:",
        "stuns:a",
        "stun://a",
        "stun:a?transport=udp",
        "stun:a\n",
        "stun:a b",
        "turn:a?transport=tls",
        "turn:a:x",
        "turn:a:0",
        "turn:a:65536",
        "turn:[a",
        "turns:a?transport=udp",
        "http://a",
        1,
    ],
)
def test_other_addresses_of_ice_servers_are_refused(url: object) -> None:
    server = {"urls": [url], "username": "u", "credential": "c"}
    with pytest.raises(ValidationError):
        value_of("server.webrtc_ice_servers", [server])


@pytest.mark.parametrize("missing", ["username", "credential"])
def test_a_turn_server_needs_a_name_and_a_credential(missing: str) -> None:
    server = {"urls": "turn:a", "username": "u", "credential": "c"}
    del server[missing]
    with pytest.raises(ValidationError, match="TURN"):
        value_of("server.webrtc_ice_servers", [server])


def test_a_credential_may_be_named_instead_of_given() -> None:
    server = {"urls": "turn:a", "username": "u", "credential_name": "callpoint.turn"}
    (turn,) = value_of("server.webrtc_ice_servers", [server])
    assert turn.credential_name == "callpoint.turn"
    with pytest.raises(ValidationError, match="credential of systemd's"):
        value_of("server.webrtc_ice_servers", [{**server, "credential_name": "a/b"}])


def test_button_and_led_need_a_pin_each() -> None:
    config(button={"pin": 17}, led={"pin": 27})
    config(button={}, led={})
    with pytest.raises(ValidationError, match="another pin"):
        config(button={"pin": 17}, led={"pin": 17})


def test_nothing_can_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        config().button.pin = 3


def test_secrets_are_not_printed() -> None:
    server = {
        "proxy": "http://user:hush@p",
        "webrtc_ice_servers": [
            {"urls": "turn:a", "username": "u", "credential": "hush"}
        ],
    }
    assert "hush" not in repr(config(server=server))
