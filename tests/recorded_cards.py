"""The /proc, /sys and /dev of devices with sound cards, as their kernels print them.

The forms follow the kernel's sources (sound/core/init.c, pcm.c, info.c and
sound/usb/proc.c); names, ids and ports are those that such devices have in the field.
"""

import os
from dataclasses import dataclass
from pathlib import Path

NO_CARDS = "--- no soundcards ---\n"
CLOSED = "closed\n"
SPEAKER_RUNS = """\
access: RW_INTERLEAVED
format: S16_LE
subformat: STD
channels: 2
rate: 48000 (48000/1)
period_size: 384
buffer_size: 1152
"""


def running(thread: int) -> str:
    """A substream's status while somebody plays."""
    return (
        f"state: RUNNING\nowner_pid   : {thread}\ntrigger_time: 5132.014625321\n"
        "tstamp      : 0.000000000\ndelay       : 960\navail       : 192\n"
        "avail_max   : 384\n-----\nhw_ptr      : 4711040\nappl_ptr    : 4712000\n"
    )


@dataclass(frozen=True)
class RecordedCard:
    """What the kernel tells of one card; `pcms` maps `0p` to its substreams' number."""

    id: str
    driver: str
    name: str
    long_name: str
    sysfs: str
    pcms: dict[str, int]
    pcm_name: str
    usb_id: str = ""
    stream: str = ""

    def at_port(self, port: str) -> "RecordedCard":
        """The same USB card, plugged into another port."""
        old = self.sysfs.split("/")[-1].split(":")[0]
        return RecordedCard(
            **{
                **self.__dict__,
                "sysfs": self.sysfs.replace(old, port),
                "long_name": self.long_name.replace(old.partition("-")[2], port[2:]),
            }
        )


HEADPHONES = RecordedCard(
    "Headphones",
    "bcm2835_headpho",
    "bcm2835 Headphones",
    "bcm2835 Headphones",
    "platform/soc/3f00b840.mailbox/bcm2835_audio",
    {"0p": 8},
    "bcm2835 Headphones",
)
HDMI = RecordedCard(
    "vc4hdmi0",
    "vc4-hdmi",
    "vc4-hdmi-0",
    "vc4-hdmi-0",
    "platform/soc/fef00700.hdmi",
    {"0p": 1},
    "MAI PCM i2s-hifi-0",
)
STICK = RecordedCard(
    "Device",
    "USB-Audio",
    "USB Audio Device",
    "C-Media Electronics Inc. USB Audio Device at usb-0000:01:00.0-1.2, full speed",
    "platform/scb/fd500000.pcie/pci0000:00/0000:00:00.0/0000:01:00.0/usb1/1-1/1-1.2"
    "/1-1.2:1.0",
    {"0p": 1, "0c": 1},
    "USB Audio",
    "0d8c:0014",
    """\
C-Media Electronics Inc. USB Audio Device at usb-0000:01:00.0-1.2, full speed : USB Audio

Playback:
  Status: Stop
  Interface 1
    Altset 1
    Format: S16_LE
    Channels: 2
    Endpoint: 0x01 (1 OUT) (ADAPTIVE)
    Rates: 44100, 48000
    Bits: 16
    Channel map: FL FR

Capture:
  Status: Stop
  Interface 2
    Altset 1
    Format: S16_LE
    Channels: 1
    Endpoint: 0x82 (2 IN) (ASYNC)
    Rates: 44100, 48000
    Bits: 16
    Channel map: MONO
""",  # noqa: E501
)
SPEAKERPHONE = RecordedCard(
    "USB",
    "USB-Audio",
    "Jabra SPEAK 510 USB",
    "Jabra SPEAK 510 USB at usb-3f980000.usb-1.4, full speed",
    "platform/soc/3f980000.usb/usb1/1-1/1-1.4/1-1.4:1.0",
    {"0p": 1, "0c": 1},
    "USB Audio",
    "0b0e:0422",
    """\
Jabra SPEAK 510 USB at usb-3f980000.usb-1.4, full speed : USB Audio

Playback:
  Status: Stop
  Interface 1
    Altset 1
    Format: S16_LE
    Channels: 2
    Endpoint: 0x02 (2 OUT) (SYNC)
    Rates: 8000 - 48000 (continuous)

Capture:
  Status: Stop
  Interface 2
    Altset 1
    Format: S16_LE
    Channels: 1
    Endpoint: 0x82 (2 IN) (SYNC)
    Rates: 16000
""",
)
RESPEAKER = RecordedCard(
    "seeed2micvoicec",
    "simple-card",
    "seeed-2mic-voicecard",
    "seeed-2mic-voicecard",
    "platform/soc/soc:sound",
    {"0p": 1, "0c": 1},
    "fe203000.i2s-wm8960-hifi wm8960-hifi-0",
)


def record(root: Path, cards: list[RecordedCard]) -> Path:
    """Write what a machine with these cards shows, numbered in this order."""
    asound, sound = root / "proc/asound", root / "sys/class/sound"
    for folder in (asound, sound, root / "dev/snd"):
        folder.mkdir(parents=True, exist_ok=True)
    lines, pcms = [], []
    for number, card in enumerate(cards):
        lines.append(
            f"{number:2} [{card.id:15}]: {card.driver} - {card.name}\n"
            f"                      {card.long_name}\n"
        )
        pcms += _pcm_lines(number, card)
        _write_card(root, number, card)
    (asound / "cards").write_text("".join(lines) or NO_CARDS)
    (asound / "pcm").write_text("".join(pcms))
    return root


def _pcm_lines(number: int, card: RecordedCard) -> list[str]:
    lines: dict[int, str] = {}
    for pcm, count in card.pcms.items():
        device, way = int(pcm[:-1]), "playback" if pcm[-1] == "p" else "capture"
        head = f"{number:02}-{device:02}: {card.pcm_name} : {card.pcm_name}"
        lines[device] = lines.get(device, head) + f" : {way} {count}"
    return [f"{line}\n" for line in lines.values()]


def _write_card(root: Path, number: int, card: RecordedCard) -> None:
    folder = root / f"proc/asound/card{number}"
    folder.mkdir()
    (folder / "id").write_text(f"{card.id}\n")
    if card.usb_id:
        (folder / "usbid").write_text(f"{card.usb_id}\n")
        (folder / "stream0").write_text(card.stream)
    for pcm, count in card.pcms.items():
        for sub in range(count):
            substream = folder / f"pcm{pcm}" / f"sub{sub}"
            substream.mkdir(parents=True)
            (substream / "status").write_text(CLOSED)
            (substream / "hw_params").write_text(CLOSED)
    device = root / "sys/devices" / card.sysfs / f"sound/card{number}"
    device.mkdir(parents=True)
    link = root / f"sys/class/sound/card{number}"
    link.symlink_to(os.path.relpath(device, link.parent))
    (root / f"dev/snd/controlC{number}").touch()


def hold(root: Path, pcm: str, thread: int, process: int, comm: str) -> None:
    """Let a program have a substream open: `pcm` is such as `card0/pcm0p/sub0`."""
    substream = root / "proc/asound" / pcm
    (substream / "status").write_text(running(thread))
    (substream / "hw_params").write_text(SPEAKER_RUNS)
    for number in {thread, process}:
        folder = root / "proc" / str(number)
        folder.mkdir(exist_ok=True)
        (folder / "status").write_text(
            f"Name:\t{comm}\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t{process}\n"
            f"Ngid:\t0\nPid:\t{number}\nPPid:\t1\n"
        )
        (folder / "comm").write_text(f"{comm}\n")
