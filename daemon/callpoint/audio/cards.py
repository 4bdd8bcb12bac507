"""PURE: the sound cards, as the texts of /proc/asound and the links of sysfs tell them.

The forms are the kernel's: sound/core/init.c prints `cards`, pcm.c `pcm` and `status`,
sound/usb/proc.c `stream0`. A card's number changes from boot to boot; its id, its USB
id and the USB port that it is plugged into do not.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

End = Literal["capture", "playout"]
Kind = Literal["usb", "hat", "headphones", "hdmi", "virtual", "other"]

PART: Final[dict[End, str]] = {"capture": "microphone", "playout": "speaker"}

# "%2i [%-15s]: %s - %s\n                      %s\n"
_CARD: Final = re.compile(r" *(\d+) \[(.{1,15}?) *\]: (.*?) - (.*)\n(?: {6,}(.*))?")
_PCM: Final = re.compile(r"(\d+)-(\d+): (.*?) : .*")
_STREAMS: Final = re.compile(r": (playback|capture) (\d+)")
_USB_PORT: Final = re.compile(r"/(\d+-\d+(?:\.\d+)*)/\1:\d+\.\d+/sound/card\d+$")
_KIND_BY_DRIVER: Final[tuple[tuple[str, Kind], ...]] = (
    ("USB-Audio", "usb"),
    ("bcm2835_headpho", "headphones"),
    ("bcm2835_hdmi", "hdmi"),
    ("vc4-hdmi", "hdmi"),
    ("Loopback", "virtual"),
    ("Dummy", "virtual"),
)
_OWNER: Final = re.compile(r"owner_pid *: (\d+)")


@dataclass(frozen=True)
class Pcm:
    """One device of a card: how many at once may record from it, and play on it."""

    device: int
    name: str
    streams: dict[End, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Card:
    """A sound card, by everything that it can be named by."""

    number: int
    id: str
    driver: str
    name: str
    place: str
    """The kernel's long name; of a USB card it tells the port as well."""
    kind: Kind
    usb_id: str = ""
    """Such as `0d8c:0014`."""
    usb_port: str = ""
    """Such as `1-1.2`."""
    pcms: tuple[Pcm, ...] = ()

    def pcm(self, end: End) -> Pcm | None:
        """The first device that records or plays."""
        return next((pcm for pcm in self.pcms if pcm.streams.get(end)), None)


def listed(cards: str) -> list[re.Match[str]]:
    """The cards of /proc/asound/cards: number, id, driver, name, long name."""
    return list(_CARD.finditer(cards))


def card(
    listing: re.Match[str], pcms: str, usb_id: str = "", sysfs_path: str = ""
) -> Card:
    """One card; `pcms` is /proc/asound/pcm, `sysfs_path` where its link leads."""
    number, card_id, driver, name, place = listing.groups(default="")
    port = _USB_PORT.search(sysfs_path)
    return Card(
        int(number),
        card_id,
        driver,
        name,
        place,
        _kind(driver, sysfs_path),
        usb_id.strip(),
        port[1] if port else "",
        tuple(_pcms(pcms, int(number))),
    )


def _kind(driver: str, sysfs_path: str) -> Kind:
    for beginning, kind in _KIND_BY_DRIVER:
        if driver.startswith(beginning):
            return kind
    # Cards that a board's device tree describes are platform devices.
    return "hat" if "/devices/platform/" in sysfs_path else "other"


def _pcms(text: str, number: int) -> list[Pcm]:
    found = []
    for line in text.splitlines():
        listing = _PCM.match(line)
        if listing and int(listing[1]) == number:
            streams: dict[End, int] = {
                "playout" if way == "playback" else "capture": int(count)
                for way, count in _STREAMS.findall(line)
            }
            found.append(Pcm(int(listing[2]), listing[3], streams))
    return found


def owner_pid(status: str) -> int | None:
    """Who has a substream open, by /proc/asound/cardN/pcmMp/subK/status.

    It is the thread that opened it, so not always the id of its process.
    """
    found = _OWNER.search(status)
    return int(found[1]) if found else None


@dataclass(frozen=True)
class Abilities:
    """What one end of a card can do, in ALSA's words."""

    rates_hz: tuple[int, ...]
    channels: tuple[int, ...]
    formats: tuple[str, ...]
    is_range: bool = False
    """Whether it has every rate between the first and the last of `rates_hz`."""


def usb_abilities(stream: str, end: End) -> Abilities | None:
    """Those that /proc/asound/cardN/stream0 of a USB card tells; None without any."""
    heading = "Capture:" if end == "capture" else "Playback:"
    _, found, rest = stream.partition(f"\n{heading}\n")
    if not found:
        return None
    part = re.split(r"\n(?:Capture|Playback):\n", rest)[0]
    rates = [re.findall(r"\d+", r) for r in re.findall(r"Rates: ([^(\n]*)", part)]
    return Abilities(
        tuple(sorted({int(rate) for each in rates for rate in each})),
        tuple(sorted({int(n) for n in re.findall(r"Channels: (\d+)", part)})),
        tuple(dict.fromkeys(re.findall(r"Format: (\w+)", part))),
        "(continuous)" in part,
    )


def hw_params(text: str) -> Abilities | None:
    """What an open substream runs at, by its `hw_params`; None where it is closed."""
    rate = re.search(r"^rate: (\d+)", text, re.MULTILINE)
    channels = re.search(r"^channels: (\d+)", text, re.MULTILINE)
    format_name = re.search(r"^format: (\w+)", text, re.MULTILINE)
    if not (rate and channels and format_name):
        return None
    return Abilities((int(rate[1]),), (int(channels[1]),), (format_name[1],))
