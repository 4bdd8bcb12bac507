"""PURE: what the voice engine tells: the station's events, and one of its own."""

from dataclasses import dataclass

from callpoint.station.events import DeviceFailed, DeviceRecovered, Spoke


@dataclass(frozen=True)
class FirstSoundPlayed:
    """The first sound of a call that is not silence leaves the speaker at `at_s`."""

    at_s: float


AudioEvent = Spoke | DeviceFailed | DeviceRecovered | FirstSoundPlayed
