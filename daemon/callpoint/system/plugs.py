"""Notices by inotify that sound cards come and go; costs nothing until they do.

The kernel makes the nodes of a card in /dev/snd, and udev gives them to the group audio
a little later: both are seen, and told once when nothing has moved for half a second.
By then `alsactl restore`, which udev starts, has set the mixer.
"""

import asyncio
import ctypes
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

_IN_ATTRIB: Final = 0x4
_IN_CREATE: Final = 0x100
_IN_DELETE: Final = 0x200
_EVENTS: Final = _IN_ATTRIB | _IN_CREATE | _IN_DELETE
_QUIET_S: Final = 0.5
_BUFFER_BYTES: Final = 65_536
_HEAD_BYTES: Final = 16
"""wd, mask, cookie and the length of the name that follows: inotify(7)."""

log = logging.getLogger(__name__)


class PlugWatch:
    """Calls `changed` after the nodes in `folder` changed, on the event loop.

    With its last card the folder itself goes, so its parent is watched as well. What
    cannot be watched is logged: changes are noticed when a device is used then.
    """

    def __init__(
        self,
        changed: Callable[[], None],
        folder: Path = Path("/dev/snd"),
        quiet_s: float = _QUIET_S,
    ) -> None:
        self._changed = changed
        self._folder = folder
        self._quiet_s = quiet_s
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._inotify = -1
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch from now on, on the running event loop."""
        self._inotify = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._inotify < 0 or not self._watch(self._folder.parent):
            reason = os.strerror(ctypes.get_errno())
            log.warning("plugging of sound cards is not watched: %s", reason)
            self.close()
            return
        self._watch(self._folder)
        asyncio.get_running_loop().add_reader(self._inotify, self._read)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._inotify >= 0:
            asyncio.get_running_loop().remove_reader(self._inotify)
            os.close(self._inotify)
            self._inotify = -1

    def _watch(self, folder: Path) -> bool:
        watched = self._libc.inotify_add_watch(
            self._inotify, os.fsencode(folder), _EVENTS
        )
        return bool(watched >= 0)

    def _read(self) -> None:
        events = os.read(self._inotify, _BUFFER_BYTES)
        if not any(map(self._is_ours, _names(events))):
            return
        # It may have been made anew; to watch it twice is to watch it once.
        self._watch(self._folder)
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._quiet_s, self._tell)

    def _is_ours(self, name: str) -> bool:
        """Of the parent, which has all devices, only the folder counts."""
        return name == self._folder.name or name.startswith(("control", "pcm"))

    def _tell(self) -> None:
        self._timer = None
        log.debug("sound cards came or went")
        self._changed()


def _names(events: bytes) -> list[str]:
    names = []
    while events:
        length = int.from_bytes(events[12:_HEAD_BYTES], "little")
        name, events = events[_HEAD_BYTES:][:length], events[_HEAD_BYTES + length :]
        names.append(os.fsdecode(name.rstrip(b"\0")))
    return names
