"""PURE: what the mixers of common cards need before anything is heard.

A profile switches on the paths that sound takes, and raises levels that are too low to
be heard; a level that is loud enough stays as somebody chose it. Names and ranges are
those of the kernel's codec drivers. A control's percentage is of its raw range, as
`amixer` counts it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callpoint.audio.cards import Card, End, Kind


@dataclass(frozen=True)
class Level:
    """Where a control stands below `least`, it is set to `percent`."""

    control: str
    least: int
    percent: int


@dataclass(frozen=True)
class Profile:
    """The settings of each end; `marks` are controls that no other card has.

    Of a profile that is not `is_exact`, a card has some controls and lacks others.
    """

    name: str
    kind: Kind
    marks: tuple[str, ...]
    on: dict[End, tuple[str, ...]]
    levels: dict[End, tuple[Level, ...]]
    is_exact: bool = True


# ReSpeaker 2-Mics HAT v1, Adafruit Voice Bonnet, Waveshare WM8960 Audio HAT.
_WM8960: Final = Profile(
    "wm8960",
    "hat",
    ("Left Output Mixer PCM", "Left Boost Mixer LINPUT1"),
    {
        "playout": ("Left Output Mixer PCM", "Right Output Mixer PCM"),
        "capture": (
            "Capture",
            "Left Boost Mixer LINPUT1",
            "Right Boost Mixer RINPUT1",
            "Left Input Mixer Boost",
            "Right Input Mixer Boost",
        ),
    },
    {
        # 100 % of the DAC is 0 dB; of both amplifiers 95 % is.
        "playout": (
            Level("Playback", 80, 100),
            Level("Speaker", 70, 90),
            Level("Headphone", 70, 90),
        ),
        # 37 % of the amplifier and 77 % of the ADC are 0 dB; a step of the boost is
        # some 10 dB.
        "capture": (
            Level("Capture", 37, 70),
            Level("ADC PCM", 60, 77),
            Level("Left Input Boost Mixer LINPUT1", 33, 67),
            Level("Right Input Boost Mixer RINPUT1", 33, 67),
        ),
    },
)
# ReSpeaker 2-Mics HAT v2.0; its headphone amplifier begins at -23.5 dB.
_AIC3104: Final = Profile(
    "tlv320aic3104",
    "hat",
    ("HP DAC", "PGA"),
    {"playout": ("HP", "Line"), "capture": ("PGA",)},
    {
        "playout": (
            Level("PCM", 80, 100),
            Level("HP DAC", 85, 100),
            Level("Line DAC", 85, 100),
        ),
        "capture": (Level("PGA", 20, 40),),
    },
)
# HiFiBerry DAC+ and its like.
_PCM512X: Final = Profile(
    "pcm512x",
    "hat",
    ("Digital", "Analogue"),
    {"playout": ("Digital",), "capture": ()},
    # 81 % is 0 dB.
    {"playout": (Level("Digital", 55, 81), Level("Analogue", 100, 100)), "capture": ()},
)
# A Raspberry Pi's own jack: "PCM" or "Headphone", as its kernel has it.
_HEADPHONES: Final = Profile(
    "headphones",
    "headphones",
    (),
    {"playout": ("PCM", "Headphone"), "capture": ()},
    # 96 % is 0 dB.
    {"playout": (Level("PCM", 70, 96), Level("Headphone", 70, 96)), "capture": ()},
    is_exact=False,
)
# Speakerphones, sticks and microphone arrays: their driver has names of its own.
_USB: Final = Profile(
    "usb",
    "usb",
    (),
    {
        "playout": ("PCM", "Speaker", "Headset", "Headphone", "Master"),
        "capture": ("Mic", "Headset", "Capture"),
    },
    {
        "playout": tuple(
            Level(control, 30, 80)
            for control in ("PCM", "Speaker", "Headset", "Headphone", "Master")
        ),
        "capture": tuple(
            Level(control, 30, 80) for control in ("Mic", "Headset", "Capture")
        ),
    },
    is_exact=False,
)
PROFILES: Final[dict[str, Profile]] = {
    profile.name: profile
    for profile in (_WM8960, _AIC3104, _PCM512X, _HEADPHONES, _USB)
}


def profile(wanted: str, card: Card, controls: Sequence[str]) -> Profile | None:
    """The profile of that name; of "auto" the one that fits the card; else none.

    HATs are told apart by their controls: boards with different codecs share an id.
    """
    if wanted != "auto":
        return PROFILES.get(wanted)
    return next(
        (
            each
            for each in PROFILES.values()
            if each.kind == card.kind and set(each.marks) <= set(controls)
        ),
        None,
    )
