"""PURE: what the voice engine tells: the station's events, and its own."""

from dataclasses import dataclass

from callpoint.station.events import DeviceFailed, DeviceRecovered, Spoke


@dataclass(frozen=True)
class FirstSoundPlayed:
    """The first sound of a call that is not silence leaves the speaker at `at_s`."""

    at_s: float


@dataclass(frozen=True)
class DeviceOpened:
    """A sound device could be opened for the first time."""

    at_s: float
    device: str


AudioEvent = Spoke | DeviceFailed | DeviceRecovered | DeviceOpened | FirstSoundPlayed
