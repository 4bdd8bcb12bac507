"""Sound devices of ALSA, through pyalsaaudio.

pyalsaaudio tells an overrun or underrun by a negative return (-32), not by an
exception, and a failed write's samples are not played: they are written again.
"""

import ctypes
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from functools import cache, partial
from typing import Final, NoReturn

import alsaaudio

from callpoint.audio.cards import Abilities, End
from callpoint.audio.channels import layout_of, narrowed, widened
from callpoint.audio.devices import BUSY
from callpoint.audio.frames import FRAME_BYTES, FRAME_S, SAMPLE_RATE_HZ, SILENCE
from callpoint.audio.resample import Resampler
from callpoint.audio.wishes import Wish, wish
from callpoint.errors import DeviceError

_XRUN: Final = -32
_DISCONNECTED: Final = alsaaudio.PCM_STATE_DISCONNECTED
_CAPTURE_PERIOD_S: Final = FRAME_S
"""Shorter ones bring nothing earlier, and double the cost."""
_CAPTURE_PERIODS: Final = 8
"""A thread may be held up for 160 ms before a word is lost; it costs no delay."""
_PLAYOUT_PERIOD_S: Final = 0.008
"""Parts of any length wait for room in steps of a period. With steps of 10 ms they are
heard 6 to 12 ms later; steps of 5 ms bring nothing but 15 % more CPU."""
_PLAYOUT_PERIODS: Final = 3
"""The fewest that ALSA's plug-in for PulseAudio grants."""
_MOST_PLAYOUT_PERIODS: Final = 5
_TRIES: Final = 3
_ASKED_AGAIN: Final = 2
"""For the card's rate, and for its period."""
_OFTEN_S: Final = 10.0
"""Three underruns within that: this machine needs a longer buffer."""
_RATES_HZ: Final = range(8_000, 192_001)

_ADVICE: Final = {
    "No such file or directory": "list the names with: callpoint devices",
    "No such device": "plug it in, or list what is there with: callpoint devices",
    BUSY: "another program holds it; find it with: sudo callpoint devices",
    "Permission denied": "the daemon's user must be in the group audio",
}
_ELSE: Final = "see what the kernel says of it: sudo dmesg | grep -i snd"

log = logging.getLogger(__name__)


@cache
def hush() -> None:
    """Keep libasound from printing to stderr: what it knows is in our error.

    libasound calls its error function with a lock held that another thread may wait
    for with the GIL held: Python code there would hang both. getppid() ignores the
    arguments, and is the C library's.
    """
    nothing = ctypes.cast(ctypes.CDLL(None).getppid, ctypes.c_void_p)
    ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(nothing)


def forget_cards() -> None:
    """Read ALSA's settings anew at the next opening.

    libasound reads them once a process, and with them the settings of the cards that
    are there: `default:` and `sysdefault:` of a card that came later are unknown to it.
    Whoever is opening a device meanwhile holds the old settings by a count of its own,
    and open devices need none; the lock is held without the GIL.
    """
    ctypes.CDLL("libasound.so.2").snd_config_update_free_global()


def abilities(name: str, end: End) -> Abilities:
    """What a device can do; it is opened for a moment.

    Raises DeviceError where it cannot be had.
    """
    hush()
    kind = alsaaudio.PCM_CAPTURE if end == "capture" else alsaaudio.PCM_PLAYBACK
    try:
        pcm = alsaaudio.PCM(kind, alsaaudio.PCM_NONBLOCK, device=name)
    except alsaaudio.ALSAAudioError as error:
        raise _failure(name, error) from error
    with closing(pcm):
        rates = pcm.getrates()
        rates_hz = tuple(rates) if isinstance(rates, list | tuple) else (rates,)
        formats = tuple(pcm.getformats())
        is_range = isinstance(rates, tuple)
        return Abilities(rates_hz, tuple(pcm.getchannels()), formats, is_range)


def _failure(name: str, error: alsaaudio.ALSAAudioError) -> DeviceError:
    text = str(error).removesuffix(f" [{name}]")
    return DeviceError(name, text, _ADVICE.get(text, _ELSE))


class _Pcm:
    """One open PCM: 48 kHz mono 16 bit if the card has it, else what it has."""

    def __init__(self, kind: int, name: str, period_s: float, periods: int) -> None:
        hush()
        self.name = name
        self.xruns = 0
        self._kind = kind
        self._period_s = period_s
        self._open(periods)

    def stop(self) -> None:
        try:
            self._pcm.drop()
        except alsaaudio.ALSAAudioError as error:
            raise _failure(self.name, error) from error

    def is_there(self) -> bool:
        return bool(self._pcm.state() != _DISCONNECTED)

    def close(self) -> None:
        # Without the drop, pyalsaaudio waits until all was played.
        with suppress(alsaaudio.ALSAAudioError):
            self._pcm.drop()
        self._pcm.close()

    def _open(self, periods: int) -> None:
        asked = wish(self._period_s, periods)
        self._pcm = self._ask(asked)
        for _ in range(_ASKED_AGAIN):
            granted = self._pcm.info()
            nearer = asked.after(granted["rate"], granted["period_size"])
            if nearer == asked:
                break
            self._pcm.close()
            asked = nearer
            self._pcm = self._ask(asked)
        self._accept()

    def _ask(self, asked: Wish) -> alsaaudio.PCM:
        """The PCM, with the nearest to these wishes that the card has."""
        try:
            return alsaaudio.PCM(
                self._kind,
                device=self.name,
                rate=asked.rate_hz,
                channels=1,
                format=alsaaudio.PCM_FORMAT_S16_LE,
                periodsize=asked.period_samples,
                periods=asked.periods,
            )
        except alsaaudio.ALSAAudioError as error:
            raise _failure(self.name, error) from error

    def _accept(self) -> None:
        """Note what was granted; refuse what cannot be used."""
        granted = self._pcm.info()
        rate_hz, channels = granted["rate"], granted["channels"]
        layout = layout_of(granted["format_name"], channels)
        if layout is None or rate_hz not in _RATES_HZ:
            self._refuse(
                f"offers {rate_hz} Hz, {channels} channel(s), {granted['format_name']}",
                "let ALSA convert: write plughw: instead of hw:",
            )
        self._layout = layout
        self._rate_hz: int = rate_hz
        self._period_samples: int = granted["period_size"]
        self._buffer_samples: int = granted["buffer_size"]
        if self._buffer_samples < 2 * self._period_samples:
            self._refuse(
                f"has a buffer of {self._buffer_samples} samples, not two periods",
                "give it a longer one in /etc/asound.conf",
            )

    def _refuse(self, cause: str, advice: str) -> NoReturn:
        self._pcm.close()
        raise DeviceError(self.name, cause, advice)


class AlsaCapture(_Pcm):
    """A microphone. Prepared, not running, until the first read."""

    _heard: bytes
    _convert: Callable[[bytes], bytes]

    def __init__(self, name: str) -> None:
        super().__init__(
            alsaaudio.PCM_CAPTURE, name, _CAPTURE_PERIOD_S, _CAPTURE_PERIODS
        )
        self._forget()

    def read(self) -> bytes:
        heard = self._heard
        while len(heard) < FRAME_BYTES:
            length, pcm = self._read()
            if length == _XRUN:
                self.xruns += 1
                self._heard = b""
                return SILENCE
            heard += self._convert(pcm)
        self._heard = heard[FRAME_BYTES:]
        return heard[:FRAME_BYTES]

    def stop(self) -> None:
        super().stop()
        self._forget()

    def _read(self) -> tuple[int, bytes]:
        try:
            length, pcm = self._pcm.read()
        except alsaaudio.ALSAAudioError as error:
            raise _failure(self.name, error) from error
        if length <= 0 and length != _XRUN:
            raise DeviceError(self.name, f"stopped working (error {-length})", _ELSE)
        return length, pcm

    def _forget(self) -> None:
        """Not a sample of what was heard may stay, in the resampler neither."""
        self._heard = b""
        self._convert = self._conversion()

    def _conversion(self) -> Callable[[bytes], bytes]:
        layout = self._layout
        if self._rate_hz == SAMPLE_RATE_HZ and layout.heard_channels == 1:
            return partial(narrowed, layout=layout)
        resampler = Resampler(self._rate_hz, SAMPLE_RATE_HZ, layout.heard_channels)
        return lambda pcm: resampler.convert(narrowed(pcm, layout))


class AlsaPlayout(_Pcm):
    """A speaker, with as short a buffer as this machine can keep full."""

    _is_empty: bool
    _convert: Callable[[bytes], bytes]
    _conversion_s: float

    def __init__(self, name: str) -> None:
        self._periods = _PLAYOUT_PERIODS
        self._dry_at_s: deque[float] = deque(maxlen=3)
        super().__init__(alsaaudio.PCM_PLAYBACK, name, _PLAYOUT_PERIOD_S, self._periods)
        self._begin()

    def write(self, pcm: bytes) -> None:
        sound = self._convert(pcm)
        for _ in range(_TRIES):
            if not sound:
                return
            if self._is_empty:
                sound = self._primed(sound)
            written = self._write(sound)
            if written == _XRUN:
                self._ran_dry()
            else:
                self._is_empty = False
                sound = sound[written * self._layout.frame_bytes :]

    def delay_s(self) -> float:
        """What is in the buffer; a sound server behind it may add to that."""
        free = self._period_samples if self._is_empty else int(self._pcm.avail())
        buffered = self._buffer_samples - free if free >= 0 else 0
        return max(0.0, buffered / self._rate_hz) + self._conversion_s

    def stop(self) -> None:
        super().stop()
        self._begin()

    def _begin(self) -> None:
        layout = self._layout
        self._is_empty = True
        self._conversion_s = 0.0
        self._convert = partial(widened, layout=layout)
        if self._rate_hz != SAMPLE_RATE_HZ:
            resampler = Resampler(SAMPLE_RATE_HZ, self._rate_hz)
            self._conversion_s = resampler.delay_s
            self._convert = lambda pcm: widened(resampler.convert(pcm), layout)

    def _primed(self, sound: bytes) -> bytes:
        """With silence before it, so that the card starts with enough to play.

        One period stays free: of a buffer that is filled at one go, ALSA's plug-in for
        PulseAudio sometimes believes that it is empty.
        """
        size = self._buffer_samples - self._period_samples
        return bytes(max(0, size * self._layout.frame_bytes - len(sound))) + sound

    def _write(self, sound: bytes) -> int:
        try:
            written = int(self._pcm.write(sound))
        except alsaaudio.ALSAAudioError as error:
            raise _failure(self.name, error) from error
        if written <= 0 and written != _XRUN:
            raise DeviceError(self.name, f"stopped working (error {-written})", _ELSE)
        return written

    def _ran_dry(self) -> None:
        self.xruns += 1
        self._is_empty = True
        self._dry_at_s.append(time.monotonic())
        is_often = len(self._dry_at_s) == self._dry_at_s.maxlen
        if is_often and self._dry_at_s[-1] - self._dry_at_s[0] < _OFTEN_S:
            self._lengthen()

    def _lengthen(self) -> None:
        self._dry_at_s.clear()
        if self._periods < _MOST_PLAYOUT_PERIODS:
            self._periods += 1
            self.close()
            self._open(self._periods)
            log.info(
                "%s ran dry three times in %d s: its buffer is %d ms from now on",
                self.name,
                _OFTEN_S,
                1000 * self._buffer_samples / self._rate_hz,
            )
