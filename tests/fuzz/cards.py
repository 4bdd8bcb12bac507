"""What the kernel tells of sound cards, in the texts of /proc/asound."""

from callpoint.audio import cards

SEEDS = [
    b" 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n"
    b"                      bcm2835 Headphones\n"
    b" 1 [USB            ]: USB-Audio - Jabra SPEAK 510 USB\n"
    b"                      Jabra SPEAK 510 USB at usb-0000:01:00.0-1.2, full speed\n",
    b"00-00: bcm2835 Headphones : bcm2835 Headphones : playback 8\n"
    b"01-00: USB Audio : USB Audio : playback 1 : capture 1\n",
    b"state: RUNNING\nowner_pid   : 1234\n",
    b"access: RW_INTERLEAVED\nformat: S16_LE\nsubformat: STD\nchannels: 1\n"
    b"rate: 48000 (48000/1)\nperiod_size: 960\nbuffer_size: 3840\n",
    b"Jabra SPEAK : USB Audio\n\nPlayback:\n  Status: Stop\n  Interface 1\n"
    b"    Altset 1\n    Format: S16_LE\n    Channels: 2\n"
    b"    Rates: 8000, 16000, 48000\nCapture:\n  Interface 2\n    Altset 1\n"
    b"    Format: S16_LE\n    Channels: 1\n    Rates: 16000 - 48000 (continuous)\n",
]


def survives(received: bytes) -> None:
    """Nothing raises."""
    text = received.decode("utf-8", "replace")
    for listing in cards.listed(text):
        card = cards.card(listing, text, text[:9], text)
        card.pcm("capture")
    cards.owner_pid(text)
    cards.hw_params(text)
    cards.usb_abilities(text, "capture")
    cards.usb_abilities(text, "playout")
