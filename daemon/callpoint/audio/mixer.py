"""The mixer of a card, through pyalsaaudio: looked at, and set as its profile wants."""

import logging
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Final

import alsaaudio

from callpoint.audio import mixing
from callpoint.audio.alsa import hush
from callpoint.audio.cards import Card, End
from callpoint.audio.mixing import Change, Control
from callpoint.audio.profiles import Profile, profile

_PCM_TYPE: Final = {
    "capture": alsaaudio.PCM_CAPTURE,
    "playout": alsaaudio.PCM_PLAYBACK,
}
_WORD: Final = {"capture": "Capture", "playout": "Playback"}

log = logging.getLogger(__name__)


def _ctl(card: Card) -> str:
    return f"hw:CARD={card.id}"


def names(card: Card, ctl: Callable[[Card], str] = _ctl) -> list[str]:
    """The simple controls of a card; none where it has no mixer, or is gone."""
    hush()
    try:
        return list(dict.fromkeys(alsaaudio.mixers(device=ctl(card))))
    except alsaaudio.ALSAAudioError:
        return []


class CardMixer:
    """What `[audio] mixer` says is done to cards: "auto", "off", or a profile's name.

    `ctl` gives ALSA's name of a card's mixer.
    """

    def __init__(self, wanted: str = "auto", ctl: Callable[[Card], str] = _ctl) -> None:
        self._wanted = wanted
        self._ctl = ctl
        self._told: set[tuple[str, End]] = set()

    def prepare(self, card: Card, end: End) -> None:
        """Set what the card's profile wants; it has just appeared."""
        if self._wanted == "off":
            return
        present = names(card, self._ctl)
        chosen = profile(self._wanted, card, present)
        if chosen is None:
            return
        wanted = (
            *chosen.on[end],
            *(level.control for level in chosen.levels[end]),
        )
        controls = self._controls(card, end, wanted, present, chosen)
        self._tell_unknown(card, end, chosen, mixing.unknown(chosen, end, controls))
        for change in mixing.changes(chosen, end, controls):
            self._set(card, end, change, chosen)

    def faults(self, card: Card, end: End) -> list[str]:
        """Why nothing is heard although the card works, with what to do."""
        present = names(card, self._ctl)
        controls = self._controls(card, end, mixing.of_interest(end), present)
        return list(mixing.faults(card, end, controls))

    def _controls(
        self,
        card: Card,
        end: End,
        wanted: Iterable[str],
        present: Iterable[str],
        chosen: Profile | None = None,
    ) -> dict[str, Control]:
        found = {}
        for name in set(wanted) & set(present):
            try:
                with closing(alsaaudio.Mixer(name, device=self._ctl(card))) as mixer:
                    control = _read(mixer, end, chosen)
            except alsaaudio.ALSAAudioError as error:
                log.debug("%s: mixer control %s: %s", card.id, name, error)
            else:
                if control != Control():
                    found[name] = control
        return found

    def _set(self, card: Card, end: End, change: Change, chosen: Profile) -> None:
        what = "on" if change.percent is None else f"at {change.percent} %"
        try:
            mixer = alsaaudio.Mixer(change.control, device=self._ctl(card))
            with closing(mixer):
                _write(mixer, end, change.percent, chosen)
        except alsaaudio.ALSAAudioError as error:
            log.warning("%s: %s cannot be set: %s", card.id, change.control, error)
        else:
            log.info("%s: mixer control %s is %s now", card.id, change.control, what)

    def _tell_unknown(
        self, card: Card, end: End, chosen: Profile, unknown: Iterable[str]
    ) -> None:
        if unknown and (card.id, end) not in self._told:
            self._told.add((card.id, end))
            log.warning(
                "%s has no mixer control %s, which the profile %s sets: skipped",
                card.id,
                ", ".join(unknown),
                chosen.name,
            )


def _read(mixer: alsaaudio.Mixer, end: End, chosen: Profile | None) -> Control:
    percent = is_on = None
    if way := _way(mixer.volumecap(), end, chosen):
        percent = max(mixer.getvolume(_PCM_TYPE[way]), default=None)
    if way := _way(mixer.switchcap(), end, chosen):
        states = mixer.getrec() if way == "capture" else map(_not, mixer.getmute())
        is_on = any(states)
    return Control(percent, is_on)


def _write(
    mixer: alsaaudio.Mixer, end: End, percent: int | None, chosen: Profile
) -> None:
    if percent is not None and (way := _way(mixer.volumecap(), end, chosen)):
        mixer.setvolume(percent, pcmtype=_PCM_TYPE[way])
    if way := _way(mixer.switchcap(), end, chosen):
        _switch_on(mixer, way)


def _switch_on(mixer: alsaaudio.Mixer, way: End) -> None:
    if way == "capture":
        mixer.setrec(1)
    else:
        mixer.setmute(0)


def _way(capabilities: list[str], end: End, chosen: Profile | None) -> End | None:
    """Which way of a control belongs to this end.

    Codec drivers have controls of the microphone's path that ALSA counts as playback,
    because they say neither; a profile of that very codec knows them by name. On any
    other card such a "Mic" would play the microphone on the speaker.
    """
    if any(_WORD[end] in capability for capability in capabilities):
        return end
    if not capabilities or any("Capture" in each for each in capabilities):
        return None
    is_known = chosen is not None and chosen.is_exact
    return "playout" if end == "playout" or is_known else None


def _not(muted: int) -> bool:
    return not muted
