"""Every fault in its exact words."""

import pytest
import tomli

from callpoint.config.faults import checked
from callpoint.config.layers import Layer
from callpoint.config.schema import Config
from callpoint.errors import ConfigError

GOOD = '[assistant]\ntarget_id = "assistant-1"\n'


def faults(*texts: str, complete: bool = True) -> list[str]:
    """What is wrong with texts of files called a, b, and so on."""
    layers = [Layer(chr(97 + i), tomli.loads(text)) for i, text in enumerate(texts)]
    with pytest.raises(ConfigError) as caught:
        checked(layers, complete)
    return [str(fault) for fault in caught.value.faults]


# What stands in a file beside a target_id, and what is said of it.
FAULTS = [
    (
        "pin = 17",
        'pin: expected a known key, found "pin" (did you mean "pin" in [button]?)',
    ),
    (
        "[buttons]",
        'buttons: expected a known key, found "buttons" (did you mean "button"?)',
    ),
    (
        "[led]\ncolour = 1",
        'led.colour: expected a known key, found "colour" '
        "(known here: pin, active_high)",
    ),
    (
        '[led]\n"\\u001b[2J" = 1',
        'led."\\u001b[2J": expected a known key, found "\\u001b[2J" '
        "(known here: pin, active_high)",
    ),
    ("button = 17", "button: expected a table, found 17"),
    ("[[button]]", "button: expected a table, found a list"),
    (
        "[button]\npin = 28",
        "button.pin: expected a whole number from 0 to 27, found 28",
    ),
    (
        '[button]\npin = "GPIO17"',
        'button.pin: expected a whole number from 0 to 27, found "GPIO17"',
    ),
    (
        f"[button]\npin = 0x{'f' * 5000}",
        "button.pin: expected a whole number from 0 to 27, "
        "found a number of many digits",
    ),
    ("[button]\npull_up = 1", "button.pull_up: expected true or false, found 1"),
    (
        '[button]\nmode = "toogle"',
        'button.mode: expected one of "hold", "toggle", found "toogle"',
    ),
    (
        '[button]\npin_factory = "rpi"',
        'button.pin_factory: expected one of "gpiod", "lgpio", "mock", found "rpi"',
    ),
    (
        "[button]\ndebounce_ms = 0.5",
        "button.debounce_ms: expected a whole number of milliseconds from 0 to 1000, "
        "found 0.5",
    ),
    (
        "[button]\npin = 17\n[led]\npin = 17",
        "led.pin: expected another pin than button.pin, found 17",
    ),
    (
        "[call]\nquiet_s = nan",
        "call.quiet_s: expected a number of seconds from 0.1 to 3600, found nan",
    ),
    (
        "[call]\nlongest_call_s = 1979-05-27",
        "call.longest_call_s: expected a number of seconds from 0.1 to 86400, "
        "found the time 1979-05-27",
    ),
    (
        '[call]\ncaller_name = "two\\nlines"',
        'call.caller_name: expected text in quotes, on one line, found "two\\nlines"',
    ),
    (
        '[call.custom_headers]\nShop = "12"',
        "call.custom_headers.Shop: expected a header name that begins with "
        '"X-", of letters, digits and hyphens, found "Shop"',
    ),
    (
        "[call.custom_headers]\nX-Shop = 12",
        "call.custom_headers.X-Shop: expected text in quotes, on one line, found 12",
    ),
    (
        '[call.custom_headers]\n"[key]" = "12"',
        'call.custom_headers."[key]": expected a header name that begins with '
        '"X-", of letters, digits and hyphens, found "[key]"',
    ),
    (
        "[call]\ncustom_headers = [1]",
        "call.custom_headers: expected a table, found a list",
    ),
    (
        "[assistant.user_variables]\nplace = [1]",
        "assistant.user_variables.place: expected text in quotes, a number, "
        "true or false, found a list",
    ),
    (
        '[assistant.user_variables]\n"[key]" = [1]',
        'assistant.user_variables."[key]": expected text in quotes, a number, '
        "true or false, found a list",
    ),
    (
        '[assistant.user_variables]\n"two words" = 1',
        'assistant.user_variables."two words": expected a name in quotes, '
        'without spaces, found "two words"',
    ),
    (
        '[server]\nsignaling_server = "https://rtc.telnyx.com"',
        "server.signaling_server: expected an address such as "
        '"wss://rtc.telnyx.com", found "https://rtc.telnyx.com"',
    ),
    (
        '[server]\nsignaling_server = "ws://gateway.example"',
        "server.signaling_server: expected wss://, or allow_insecure = true, "
        'or a loopback host, found "ws://gateway.example"',
    ),
    (
        '[server]\nsignaling_server = "wss://10.0.0.1"\nregion = "eu"',
        "server.region: expected no region, because signaling_server has no host "
        'name, found "eu"',
    ),
    (
        '[server]\nregion = "EU"',
        'server.region: expected "auto" or a region of small letters, digits and '
        'hyphens, such as "eu", found "EU"',
    ),
    (
        '[server]\nproxy = "http://user:hush@proxy/path"',
        'server.proxy: expected an address such as "http://proxy.example:3128", '
        'found "http://***@proxy/path"',
    ),
    ("[server]\nca_file = 1", "server.ca_file: expected a path in quotes, found 1"),
    (
        "[server.webrtc_ice_servers]",
        "server.webrtc_ice_servers: expected a list of tables, each headed "
        "[[server.webrtc_ice_servers]], found a table",
    ),
    (
        '[server]\nwebrtc_ice_servers = ["stun:a"]',
        'server.webrtc_ice_servers[0]: expected a table, found "stun:a"',
    ),
    (
        '[[server.webrtc_ice_servers]]\nusername = "u"',
        "server.webrtc_ice_servers[0].urls: expected the address of a STUN or TURN "
        "server, or a list of them, found nothing",
    ),
    (
        "[[server.webrtc_ice_servers]]\nurls = []",
        "server.webrtc_ice_servers[0].urls: expected the address of a STUN or TURN "
        "server, or a list of them, found a list",
    ),
    (
        '[[server.webrtc_ice_servers]]\nurls = "stun.example"',
        'server.webrtc_ice_servers[0].urls: expected "stun:HOST:PORT", '
        '"turn:HOST:PORT?transport=udp" (or tcp), or "turns:HOST:PORT", '
        'found "stun.example"',
    ),
    (
        '[[server.webrtc_ice_servers]]\nurls = "stun:a"\n'
        '[[server.webrtc_ice_servers]]\nurls = ["stun:a", 3]',
        'server.webrtc_ice_servers[1].urls[1]: expected "stun:HOST:PORT", '
        '"turn:HOST:PORT?transport=udp" (or tcp), or "turns:HOST:PORT", found 3',
    ),
    (
        '[[server.webrtc_ice_servers]]\nurls = "stun:a"\npasword = "hush"',
        "server.webrtc_ice_servers[0].pasword: expected a known key, "
        'found "pasword" (known here: urls, username, credential_name, credential)',
    ),
    (
        '[[server.webrtc_ice_servers]]\nurls = "turn:a"\nusername = "u"',
        "server.webrtc_ice_servers[0].credential: expected one, or a credential_name, "
        "because urls names a TURN server, found nothing",
    ),
    (
        '[[server.webrtc_ice_servers]]\nurls = "turn:a"\nusername = "u"\n'
        "credential = 4711",
        "server.webrtc_ice_servers[0].credential: expected text in quotes, "
        "found a value that is not shown",
    ),
    (
        '[audio]\ncapture = "tone:high"',
        "audio.capture: expected a sound card's name in quotes "
        '("callpoint devices" lists them), "wav:FILE", "tone:HZ" (20 to 20000) or '
        '"silence", found "tone:high"',
    ),
    (
        '[audio]\nplayout = "wav:a.wav"',
        "audio.playout: expected a sound card's name in quotes "
        '("callpoint devices" lists them), "record:FILE" or "silence", '
        'found "wav:a.wav"',
    ),
    (
        '[audio]\ncapture = ["usb", "usb:0d8c"]',
        "audio.capture[1]: expected a sound card's name in quotes "
        '("callpoint devices" lists them), "wav:FILE", "tone:HZ" (20 to 20000) or '
        '"silence", found "usb:0d8c"',
    ),
    (
        "[audio]\ncapture = []",
        "audio.capture: expected a sound card's name in quotes "
        '("callpoint devices" lists them), or a list of such names, found a list',
    ),
    (
        "[audio]\nplayout = 1",
        "audio.playout: expected a sound card's name in quotes "
        '("callpoint devices" lists them), or a list of such names, found 1',
    ),
    (
        '[control]\nsocket = ""',
        'control.socket: expected a path in quotes, of 107 bytes at most, found ""',
    ),
    (
        '[log]\nlevel = "loud"',
        'log.level: expected one of "debug", "info", "warning", "error", found "loud"',
    ),
]


@pytest.mark.parametrize(("text", "message"), FAULTS)
def test_a_fault_names_the_file_the_key_what_was_expected_and_what_is_there(
    text: str, message: str
) -> None:
    assert faults(GOOD, text) == [f"b: {message}"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "nothing"),
        ("[assistant]", "nothing"),
        ('[assistant]\ntarget_id = ""', '""'),
    ],
)
def test_the_assistant_has_to_be_named(text: str, found: str) -> None:
    assert faults(text) == [
        "a: assistant.target_id: expected the assistant's id, such as "
        f'"assistant-0123...", found {found}'
    ]


def test_faults_are_told_all_at_once_and_file_by_file() -> None:
    first = '[button]\npin = 99\n[server]\nregion = "EU"\n[log]\nlevle = "info"'
    second = "[server]\nproxy = 1\n[led]\npin = 99\n[call]\nquiet_s = 0"
    places = [fault.split(": expected")[0] for fault in faults(GOOD + first, second)]
    assert places == [
        *("a: server.region", "a: button.pin", "a: log.levle"),
        *("b: server.proxy", "b: led.pin", "b: call.quiet_s"),
    ]


def test_what_is_missing_may_be_added_to_any_file_that_has_its_table() -> None:
    both = "[assistant]", "[assistant.user_variables]\na = 1"
    assert faults("[log]", *both)[0].startswith("b or c: assistant.target_id: ")


def test_an_unknown_key_is_a_fault_of_every_file_that_has_it() -> None:
    found = faults(GOOD + "[log]\nlevle = 1", "[log]\nlevle = 2")
    assert [fault.split(": expected")[0] for fault in found] == [
        "a: log.levle",
        "b: log.levle",
    ]


def test_a_value_is_a_fault_of_the_file_that_wins() -> None:
    assert faults(GOOD + "[led]\npin = 99", "[led]\npin = 98")[0].startswith(
        "b: led.pin"
    )


def test_a_value_that_is_overridden_is_no_fault() -> None:
    layers = [Layer("a", tomli.loads(GOOD + "[led]\npin = 99"))]
    layers.append(Layer("b", tomli.loads("[led]\npin = 3")))
    assert checked(layers, complete=True).led.pin == 3


def test_without_all_files_nothing_is_known_to_be_missing() -> None:
    assert faults("[led]\npin = 99", complete=False) == [
        "a: led.pin: expected a whole number from 0 to 27, found 99"
    ]


def test_a_key_in_no_file_keeps_its_default() -> None:
    config = checked([Layer("a", tomli.loads(GOOD))], complete=True)
    assert config == Config.model_validate({"assistant": {"target_id": "assistant-1"}})
