"""Every error of callpoint; its type says who is to blame.

CallpointError
 ├─ ConfigError           the configuration; exit 78 where there never was a good one
 ├─ DeviceError           a sound card, a GPIO chip: named, with what to do
 ├─ NetworkError          the network; passes by itself, tried again for ever
 │   └─ SentAwayError     the server goes, and sends everybody away
 ├─ ControlError          the control socket of a running daemon
 │   └─ AlreadyRunningError   another daemon has it
 ├─ RemoteProtocolError   the far side broke its protocol
 │   └─ RefusedError      the far side said no, with a code and its own words
 └─ LocalProtocolError    we, or a caller of ours, broke it
"""

from dataclasses import dataclass

EXIT_FAILURE = 1
EXIT_USAGE = 64
EXIT_UNAVAILABLE = 69
EXIT_CONFIG = 78


class CallpointError(Exception):
    """A failure told in one sentence, with what to do about it.

    `str()` gives the sentence; `advice` is empty or a second one.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a configuration file."""

    file: str
    key: str
    """Path of the key, such as `server.webrtc_ice_servers[0].urls`; may be empty."""
    expected: str
    found: str
    hint: str = ""
    """Such as `did you mean "target_id"?`."""

    def __str__(self) -> str:
        place = f"{self.file}: {self.key}" if self.key else self.file
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: expected {self.expected}, found {self.found}{hint}"


class ConfigError(CallpointError):
    """A configuration that cannot be used; `faults` lists all that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class DeviceError(CallpointError):
    """A device that is missing, busy or broken."""

    def __init__(self, device: str, cause: str, advice: str = "") -> None:
        super().__init__(f"{device}: {cause}", advice)
        self.device = device
        self.cause = cause


class NetworkError(CallpointError):
    """A failure of the network that may pass by itself."""


class SentAwayError(NetworkError):
    """The server sends its clients away: it restarts, or empties itself."""


class ControlError(CallpointError):
    """The control socket is missing, closed, or refused a command."""


class AlreadyRunningError(ControlError):
    """Another daemon listens where this one should."""


class RemoteProtocolError(CallpointError):
    """The far side sent what its protocol does not allow."""


class RefusedError(RemoteProtocolError):
    """The far side refused a request; `meaning` is what its words come to, if known."""

    def __init__(
        self,
        request: str,
        code: int | str,
        message: str,
        meaning: str = "",
        advice: str = "",
    ) -> None:
        because = f", {meaning}" if meaning else ""
        super().__init__(f"{request} refused{because}: {message} ({code})", advice)
        self.request = request
        self.code = code
        self.message = message


class LocalProtocolError(CallpointError):
    """A request that makes no sense in the present state."""
