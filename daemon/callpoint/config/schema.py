"""PURE: every key of the configuration: its default, and when a change is in force.

What fits a key is said in `values`. `config/callpoint.toml` tells people the same; a
test holds the two together.
"""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from callpoint.audio.profiles import PROFILES
from callpoint.config.applying import LIVE, NEXT_CALL, Applies, Table
from callpoint.config.expected import Expected, one_of, unmet
from callpoint.config.values import (
    AbsentLine,
    AbsentName,
    CallS,
    CaptureNames,
    CredentialName,
    DebounceMs,
    FilePath,
    GainDb,
    HeaderName,
    IceUrls,
    Line,
    Name,
    Pin,
    PlayoutNames,
    PrerollS,
    ProxyUrl,
    QuietS,
    Region,
    Secret,
    SocketPath,
    Switch,
    TargetId,
    Variable,
    WaitS,
    WebSocketUrl,
    is_address,
    is_loopback,
)

PinFactory = Annotated[
    Literal["gpiod", "lgpio", "mock"], one_of("gpiod", "lgpio", "mock")
]
Mode = Annotated[Literal["hold", "toggle"], one_of("hold", "toggle")]
_MIXERS = ("auto", "off", *PROFILES)
MixerProfile = Annotated[
    str,
    Expected(one_of(*_MIXERS).words, lambda name: name in _MIXERS),
    Field(json_schema_extra={"enum": [*_MIXERS]}),
]
Level = Annotated[
    Literal["debug", "info", "warning", "error"],
    one_of("debug", "info", "warning", "error"),
]


class Assistant(Table):
    """Who answers; the names are the vendor's."""

    applies: ClassVar[Applies] = NEXT_CALL

    target_id: TargetId
    target_type: Name = "ai_assistant"
    target_version_id: AbsentName = None
    conversation_id: AbsentName = None
    user_variables: dict[Name, Variable] = Field(default_factory=dict)
    """Scalars of JSON, which the wire carries as one object (`userVariables`)."""


class IceServer(Table):
    """A STUN or TURN server, in the words of WebRTC's RTCIceServer."""

    urls: IceUrls
    username: AbsentLine = Field(default=None, validate_default=True)
    credential_name: CredentialName = None
    """The secret is what systemd holds under this name, before `credential`."""
    credential: Secret = Field(default=None, validate_default=True)

    @field_validator("username", "credential")
    @classmethod
    def _is_there_for_turn(cls, value: object, info: ValidationInfo) -> object:
        turn = any(url.startswith("turn") for url in info.data.get("urls", ()))
        elsewhere = info.field_name == "credential" and info.data.get("credential_name")
        if turn and value is None and not elsewhere:
            instead = "" if info.field_name == "username" else ", or a credential_name"
            raise unmet(f"one{instead}, because urls names a TURN server")
        return value


IceServers = Annotated[
    tuple[IceServer, ...],
    Expected("a list of tables, each headed [[server.webrtc_ice_servers]]"),
]


class Server(Table):
    """Where the vendor's gateway is, and how to reach it.

    A field can only look back at those above it, hence their order.
    """

    applies: ClassVar[Applies] = NEXT_CALL

    allow_insecure: Switch = False
    signaling_server: WebSocketUrl = "wss://rtc.telnyx.com"
    region: Region = None
    """None is also what "auto" means: the server's own name, without a prefix."""
    ca_file: FilePath = None
    proxy: ProxyUrl = Field(default=None, repr=False)
    """May hold a password, hence not shown; None is the environment's proxy, if any."""
    webrtc_ice_servers: IceServers | None = None
    """None: the vendor's own; empty: none at all."""

    @field_validator("signaling_server")
    @classmethod
    def _is_secure(cls, url: str, info: ValidationInfo) -> str:
        allowed = info.data.get("allow_insecure", True) or is_loopback(url)
        if url.lower().startswith("ws:") and not allowed:
            raise unmet("wss://, or allow_insecure = true, or a loopback host")
        return url

    @field_validator("region")
    @classmethod
    def _has_a_name_to_prefix(
        cls, region: str | None, info: ValidationInfo
    ) -> str | None:
        url = info.data.get("signaling_server", "")
        if region and is_address(url):
            raise unmet("no region, because signaling_server has no host name")
        return region


class Button(Table):
    """The push button; without a pin, the control socket is the only finger."""

    pin: Pin | None = None
    pull_up: Switch = True
    pin_factory: PinFactory = "gpiod"
    debounce_ms: Annotated[DebounceMs, LIVE] = 30
    mode: Annotated[Mode, NEXT_CALL] = "hold"
    double_press_hangs_up: Annotated[Switch, NEXT_CALL] = False


class Led(Table):
    """The lamp that shows the state."""

    pin: Pin | None = None
    active_high: Switch = True


class Call(Table):
    """What a call carries, and what ends it."""

    applies: ClassVar[Applies] = NEXT_CALL

    caller_name: AbsentLine = None
    """None: the device's host name."""
    caller_number: Line = ""
    destination_number: Line = ""
    custom_headers: dict[HeaderName, Line] = Field(default_factory=dict)
    quiet_s: Annotated[QuietS, LIVE] = 30.0
    longest_call_s: Annotated[CallS, LIVE] = 600.0
    longest_press_s: Annotated[QuietS, LIVE] = 60.0
    wait_for_link_s: Annotated[WaitS, LIVE] = 5.0
    continue_lost: Annotated[Switch, LIVE] = True


class Audio(Table):
    """The microphone and the speaker."""

    capture: CaptureNames = ("default",)
    playout: PlayoutNames = ("default",)
    mixer: MixerProfile = "auto"
    capture_gain_db: GainDb = 0.0
    keep_open: Switch = True
    preroll_s: PrerollS = 5.0


class Control(Table):
    """The control socket."""

    socket: SocketPath = Path("/run/callpoint/control.sock")


class Log(Table):
    """What is written to the log."""

    applies: ClassVar[Applies] = LIVE

    level: Level = "info"
    transcripts: Switch = False


class Config(Table):
    """The whole configuration of a device."""

    assistant: Assistant
    server: Server = Field(default_factory=Server)
    button: Button = Field(default_factory=Button)
    led: Led = Field(default_factory=Led)
    call: Call = Field(default_factory=Call)
    audio: Audio = Field(default_factory=Audio)
    control: Control = Field(default_factory=Control)
    log: Log = Field(default_factory=Log)

    @field_validator("led")
    @classmethod
    def _has_its_own_pin(cls, led: Led, info: ValidationInfo) -> Led:
        button = info.data.get("button")
        if led.pin is not None and button and led.pin == button.pin:
            raise unmet("another pin than button.pin", key="pin")
        return led
