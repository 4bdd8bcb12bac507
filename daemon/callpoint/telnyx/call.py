"""One call: one life, from the invite to the bye, over one peer or over several.

It ends once, by whoever is first: the far end, us, or a fault. Media flows between the
peers of `Handover` and `Media`; nothing of it passes through here but the first
packet's time.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from callpoint.errors import (
    CallpointError,
    LocalProtocolError,
    NetworkError,
    RemoteProtocolError,
)
from callpoint.telnyx import sdp
from callpoint.telnyx.events import (
    Answered,
    AttachOffered,
    ByeReceived,
    CallRefused,
    EarlyMedia,
    InviteTimedOut,
    NotReattached,
    Ringing,
    SessionEvent,
)
from callpoint.telnyx.handover import Handover
from callpoint.telnyx.notices import (
    CallChanged,
    CallMeasured,
    CallState,
    CallSummary,
    EndedBy,
    InviteSent,
    MediaBegan,
    MediaChanged,
    Notice,
)
from callpoint.telnyx.paths import HOPELESS_S
from callpoint.telnyx.quality import figures
from callpoint.telnyx.requests import CallRequest, HangupCause
from callpoint.telnyx.seams import Media, Signalling
from callpoint.telnyx.set_up_try import SetUpTry
from callpoint.telnyx.setback import Setback, setback
from callpoint.telnyx.survivor import Survivor
from callpoint.telnyx.vigil import Finding, Vigil
from callpoint.telnyx.warm import WarmPeer, preload

SET_UP_S: Final = 10.0
_OFFER_FIRST_S: Final = 0.02
"""Two audio threads that start at once hold the offer up; servers may do so longer."""
_TAKE_UP_S: Final = 20.0
"""Whoever has heard nothing for so long has gone."""
_MEASURE_EVERY_S: Final = 5.0
_LOOK_EVERY_S: Final = 1.0
_LAST_WORD_S: Final = 1.0
"""Media of a far end that hangs up may break before its bye arrives."""

log = logging.getLogger(__name__)


class Call:
    """A call to the assistant; made by `Client.new_call`, which runs it."""

    def __init__(
        self,
        request: CallRequest,
        signalling: Signalling,
        media: Media,
        warm: WarmPeer,
        emit: Callable[[Notice], None],
        set_up_s: float = SET_UP_S,
        survivor: Survivor | None = None,
    ) -> None:
        self.request = request
        self._is_taken_up = survivor is not None
        self._set_up_s = set_up_s if survivor is None else max(set_up_s, _TAKE_UP_S)
        self.state = CallState.NEW
        self.muted = False
        self.began_s = survivor.placed_s if survivor else time.monotonic()
        self.answered_s: float | None = None
        self.figures: Mapping[str, Any] = {}
        """The call as it was measured last; empty before it is up."""
        self._signalling = signalling
        self._media = media
        self._warm = warm
        self._emit = emit
        self._paths = Handover(media, self)
        self._attempt = SetUpTry()
        self._over = asyncio.Event()
        self._invited = self._is_taken_up
        self._media_began = False
        self._flows: set[str] = set()
        self._is_second_try = False
        self._living: asyncio.Task[None] | None = None
        self.is_quiet = False
        """Nothing has been heard of the far end for some seconds."""
        self._owes_bye = False
        self._bye_cause: HangupCause | None = None
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def id(self) -> str:
        return self.request.call_id

    @property
    def is_over(self) -> bool:
        return self.state is CallState.ENDED

    async def run(self) -> None:
        """Live the call from the invite to its end; never raises for its faults."""
        self._enter(CallState.CALLING)
        loop = asyncio.get_running_loop()
        soon = loop.call_later(_OFFER_FIRST_S, self._begin_media)
        try:
            async with asyncio.TaskGroup() as self._tasks:
                set_up = self._tasks.create_task(self._set_up())
                await self._over.wait()
                set_up.cancel()
                if self._living is not None:
                    self._living.cancel()
                await self._say_goodbye()
        finally:
            soon.cancel()
            self._finish("fault", "the call was broken off")
            await self._paths.close()

    def hangup(self) -> None:
        """End the call; the far end is told with a bye."""
        if not self.is_over:
            self._owes_bye = True
            self._finish("near", "hung up")

    def mute(self, on: bool) -> None:
        """Send silence, or open the microphone again."""
        self.muted = on
        if on:
            self._media.close_microphone()
        else:
            self._media.open_microphone()

    async def dtmf(self, digits: str) -> None:
        """Send key tones (0-9, A-D, *, #) by signalling."""
        if self.state is not CallState.ACTIVE:
            raise LocalProtocolError("key tones need a call that is up")
        await self._signalling.dtmf(self.id, digits)

    def take(self, event: SessionEvent) -> None:
        """What the far end said about this call."""
        match event:
            case Ringing():
                if self.state is CallState.CALLING:
                    self._enter(CallState.EARLY)
            case EarlyMedia(sdp=description):
                self._attempt.describe(description)
            case Answered(sdp=description):
                self._attempt.describe(description)
                self._attempt.answered.set()
            case CallRefused() | InviteTimedOut() | ByeReceived() | NotReattached():
                self._suffer(setback(event))
            case AttachOffered(sdp=offer):
                if self._tasks is not None and not self.is_over:
                    self._tasks.create_task(self._attach(offer))

    async def _set_up(self) -> None:
        while (failed := await self._try()) is not None:
            if not failed.may_pass or self._is_second_try or self._is_taken_up:
                self._end_by(failed)
                return
            log.warning("%s; the call is tried once more", failed.cause)
            try:
                await self._begin_anew(failed)
            except NetworkError as error:
                self._end_by(Setback(str(error)))
                return
        self.answered_s = time.monotonic()
        self._media.speak()
        self._enter(CallState.ACTIVE)
        assert self._tasks is not None
        self._living = self._tasks.create_task(self._watch())
        await self._measure()

    async def _try(self) -> Setback | None:
        """One try of the set-up; returns why it failed."""
        try:
            return await self._attempt.outcome(
                self._connect(), self._set_up_s, self._unanswered
            )
        except NetworkError as error:
            return Setback(str(error), may_pass=True)
        except CallpointError as error:
            return Setback(str(error), owes_bye=True)

    async def _connect(self) -> None:
        await (self._wait() if self._is_taken_up else self._invite())
        await self._attempt.answered.wait()
        # Another offer may have what this one lacks: a relay.
        is_last = self._is_second_try or self._is_taken_up
        try:
            async with asyncio.timeout(None if is_last else HOPELESS_S):
                await self._attempt.connected.wait()
        except TimeoutError:
            if self._warm.would_relay():
                self._suffer(self._unanswered(), self.id)
            await self._attempt.connected.wait()

    async def _begin_anew(self, failed: Setback) -> None:
        """Another call to the far end; the same to the person, who has been recorded.

        Which paths failed is learned first: the next offer may need a relay.
        """
        self._is_second_try = True
        if failed.owes_bye and self._invited:
            cause = HangupCause.NORMAL_TEMPORARY_FAILURE
            await self._signalling.bye(self.id, cause)
        await self._paths.close()
        self._warm.learn()
        self._paths = Handover(self._media, self)
        self._attempt = SetUpTry()
        self._invited = False
        call_id = await self._signalling.begin_anew(self.id)
        self.request = replace(self.request, call_id=call_id)
        self.state = CallState.CALLING
        self._emit(CallChanged(time.monotonic(), self.id, self.state))

    def _unanswered(self) -> Setback:
        if self._attempt.answered.is_set():
            return Setback("no path for media was found", may_pass=True, owes_bye=True)
        if self._is_taken_up:
            return Setback("the server did not offer the call again", owes_bye=True)
        return Setback("the assistant did not answer", owes_bye=True)

    async def _watch(self) -> None:
        """Notice that nothing is heard, and do what can be done about it."""
        vigil, began_s = Vigil(), time.monotonic()
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            now_s = time.monotonic()
            finding = vigil.look(
                now_s - (self._paths.heard_s or began_s),
                self._paths.is_lost,
                self._signalling.linked_for_s,
            )
            match finding:
                case Finding.QUIET | Finding.BACK:
                    self.is_quiet = vigil.is_quiet
                    self._emit(MediaChanged(now_s, self.id, self.is_quiet))
                case Finding.DEAD:
                    self._warm.path_died()
                    self._signalling.renew("nothing is heard of the far end")
                case Finding.LOST:
                    self._end_by(Setback("nothing is heard any more", owes_bye=True))

    async def _wait(self) -> None:
        """The server will offer a call that was taken up, if it is there still."""
        self._begin_media()
        await preload()

    async def _measure(self) -> None:
        while True:
            await self._take_figures()
            self._emit(CallMeasured(time.monotonic(), self.id, self.figures))
            await asyncio.sleep(_MEASURE_EVERY_S)

    async def _take_figures(self) -> None:
        seen = await self._paths.statistics()
        if seen is None or self.answered_s is None:
            return
        lasted_s = time.monotonic() - self.answered_s
        self.figures = {**figures(asdict(seen), lasted_s), **self._media.counters()}

    async def _invite(self) -> None:
        peer = self._paths.open(self._warm.take)
        offer = await peer.offer()
        self._invited = True
        await self._signalling.invite(self.request, sdp.prepare_offer(offer))
        self._emit(InviteSent(time.monotonic(), self.id))
        self._begin_media()
        answer = await self._attempt.description
        if self.state is CallState.CALLING and not self._attempt.answered.is_set():
            self._enter(CallState.EARLY)
        if answer is not None:
            await peer.accept(sdp.mend_answer(answer, peer.mid))

    def _begin_media(self) -> None:
        if not self._media_began and not self.is_over:
            self._media_began = True
            self._media.begin()

    async def _attach(self, offer: str) -> None:
        """Take the call up again over a new peer; the old one plays until it does."""
        peer = self._paths.open(self._warm.make)
        taken = False
        try:
            answer = await peer.answer(sdp.mend_offer(offer))
            taken = await self._signalling.answer_attach(
                self.id, sdp.prepare_answer(answer, offer)
            )
        except NetworkError:
            log.debug("the next socket brings a new offer")
        except RemoteProtocolError as error:
            # Where the old path still plays, that is better than none.
            log.warning("the call cannot move: %s", error)
        if not taken:
            self._paths.give_up(peer)
            return
        self._attempt.attached()

    def connected(self) -> None:
        """A path carries media; told by `Handover`, as the two below."""
        self._attempt.connected.set()

    def flowing(self, kind: Any, at_s: float) -> None:
        if kind not in self._flows:
            self._flows.add(kind)
            self._emit(MediaBegan(at_s, self.id, kind))

    def lost(self, reason: str) -> None:
        if self.state is not CallState.ACTIVE:
            failed = Setback(reason, may_pass=True, owes_bye=True)
            loop = asyncio.get_running_loop()
            loop.call_later(_LAST_WORD_S, self._suffer, failed, self.id)

    def _suffer(self, failed: Setback, call_id: str | None = None) -> None:
        """A try of the set-up failed, or the call is over; `call_id` is of that try."""
        if self._attempt.is_under_way and call_id in (None, self.id):
            self._attempt.fail(failed)
        elif self.state is CallState.ACTIVE and call_id is None:
            self._end_by(failed)

    def _end_by(self, failed: Setback) -> None:
        if not self.is_over:
            self._owes_bye = failed.owes_bye
            if failed.owes_bye:
                self._bye_cause = HangupCause.NORMAL_TEMPORARY_FAILURE
            self._finish(failed.by, failed.cause)

    def _finish(self, by: EndedBy, cause: str) -> None:
        if self.is_over:
            return
        broke_off = by == "fault" and self.answered_s is not None
        self._media.end()
        self.state = CallState.ENDED
        now_s = time.monotonic()
        self._emit(CallChanged(now_s, self.id, self.state, by, cause, broke_off))
        self._over.set()

    async def _say_goodbye(self) -> None:
        """Figures first: they are gone with the peer. Then the bye, if one is due."""
        if self._owes_bye and self._invited:
            await self._signalling.bye(self.id, self._bye_cause)
        if self.answered_s is not None:
            await self._take_figures()
            self._emit(CallSummary(time.monotonic(), self.id, self.figures))

    def _enter(self, state: CallState) -> None:
        if not self.is_over and state is not self.state:
            self.state = state
            self._emit(CallChanged(time.monotonic(), self.id, state))
