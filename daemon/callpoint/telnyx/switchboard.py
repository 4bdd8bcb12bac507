"""The calls of a client: placed, taken up from an earlier life, and told their news."""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from typing import Final, Protocol

from callpoint.errors import CallpointError, LocalProtocolError, NetworkError
from callpoint.system.entries import Entry
from callpoint.telnyx import events
from callpoint.telnyx.call import Call
from callpoint.telnyx.events import SessionEvent
from callpoint.telnyx.notices import (
    CallChanged,
    CallIdentified,
    CallState,
    ClientError,
    Notice,
)
from callpoint.telnyx.protocol import Session
from callpoint.telnyx.requests import CallRequest, HangupCause
from callpoint.telnyx.scribe import Scribe
from callpoint.telnyx.seams import Media
from callpoint.telnyx.survivor import Survivor
from callpoint.telnyx.warm import WarmPeer

_GOODBYE_S: Final = 1.0
_WAIT_FOR_LINK_S: Final = 5.0

log = logging.getLogger(__name__)


class Wire(Protocol):
    """The part of `Client` that calls need: its session, and the socket under it."""

    @property
    def session(self) -> Session | None: ...

    @property
    def linked_for_s(self) -> float | None: ...

    async def linked(self) -> None:
        """Wait until calls can be placed."""
        ...

    async def flush(self) -> None: ...

    def renew(self, reason: str) -> None: ...

    def call_over(self) -> None:
        """A call is over, and its peers are closed."""
        ...


class Switchboard:
    """Fits `seams.Signalling`."""

    def __init__(
        self,
        wire: Wire,
        emit: Callable[[Notice], None],
        media: Media,
        warm: WarmPeer,
        scribe: Scribe,
        set_up_s: float,
    ) -> None:
        self._wire = wire
        self._emit = emit
        self._media = media
        self._warm = warm
        self._scribe = scribe
        self._set_up_s = set_up_s
        self._calls: dict[str, Call] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._survivor: Survivor | None = None
        self._owed: dict[str, HangupCause | None] = {}
        """Byes of before the first login."""

    @property
    def call(self) -> Call | None:
        """The call that is up or being set up, if any."""
        live = [call for call in self._calls.values() if not call.is_over]
        return live[-1] if live else None

    def place(self, request: CallRequest, survivor: Survivor | None = None) -> Call:
        """Run a new call, or the one that `survivor` tells of."""
        self._survivor = survivor
        call = Call(
            request,
            self,
            self._media,
            self._warm,
            self._tell,
            self._set_up_s,
            survivor,
        )
        self._calls[call.id] = call
        self._scribe.begin()
        task = asyncio.create_task(call.run(), name=f"call {call.id}")
        self._running.add(task)
        task.add_done_callback(lambda done: self._call_over(call, done))
        return call

    def survivor(self, is_muted: bool) -> Survivor | None:
        """What the next life of this program needs to take the live call up."""
        call, session = self.call, self._wire.session
        if call is None or session is None:
            return self._survivor if call is not None else None
        if session.sessid is None:
            return None
        return Survivor(
            session.sessid,
            session.voice_sdk_id,
            call.request,
            call.answered_s is not None,
            is_muted,
            call.began_s,
        )

    def begin_session(self, session: Session) -> None:
        """Give a new session what an earlier life of this program left."""
        survivor, self._survivor = self._survivor, None
        if survivor is not None:
            now_s = time.monotonic()
            session.take_up(survivor, now_s)
            for call_id, cause in self._owed.items():
                session.bye(call_id, cause, now_s)
            self._owed.clear()

    def take(self, event: SessionEvent) -> None:
        """News of a call."""
        call = self._calls.get(getattr(event, "call_id", None) or "")
        if call is not None:
            if isinstance(event, events.Ringing | events.Answered):
                self._emit(CallIdentified(time.monotonic(), call.id, event.ids))
            call.take(event)
        else:
            log.debug("! %s", event)

    async def rest(self) -> None:
        """Let the byes of calls that are over leave."""
        if self.call is None and self._running:
            await asyncio.wait(self._running, timeout=_GOODBYE_S)

    async def close(self) -> None:
        """Hang up with a bye, and leave no task behind."""
        for call in self._calls.values():
            call.hangup()
        await self.rest()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def invite(self, call: CallRequest, sdp: str) -> None:
        self._session().invite(call, sdp, time.monotonic())
        await self._wire.flush()

    async def answer_attach(self, call_id: str, sdp: str) -> bool:
        taken = self._session().answer_attach(call_id, sdp, time.monotonic())
        await self._wire.flush()
        return taken

    async def bye(self, call_id: str, cause: HangupCause | None) -> None:
        """Never fails: the session sends a bye that is owed over the next socket."""
        session = self._wire.session
        if session is None:
            self._owed[call_id] = cause
        elif session.bye(call_id, cause=cause, now_s=time.monotonic()):
            with contextlib.suppress(NetworkError):
                await self._wire.flush()

    async def dtmf(self, call_id: str, digits: str) -> None:
        self._session().dtmf(call_id, digits, time.monotonic())
        await self._wire.flush()

    async def begin_anew(self, call_id: str) -> str:
        try:
            async with asyncio.timeout(_WAIT_FOR_LINK_S):
                await self._wire.linked()
        except TimeoutError as error:
            raise NetworkError("the connection did not come back in time") from error
        new_id = str(uuid.uuid4())
        self._calls[new_id] = self._calls.pop(call_id)
        return new_id

    @property
    def linked_for_s(self) -> float | None:
        return self._wire.linked_for_s

    def renew(self, reason: str) -> None:
        self._wire.renew(reason)

    def _session(self) -> Session:
        if self._wire.session is None:
            raise LocalProtocolError("there was no login yet")
        return self._wire.session

    def _tell(self, notice: Notice) -> None:
        """What a call tells; its end makes the last lines of the transcript final."""
        self._emit(notice)
        if isinstance(notice, CallChanged) and notice.state is CallState.ENDED:
            self._scribe.end()

    def _call_over(self, call: Call, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._calls.pop(call.id, None)
        self._warm.learn()
        self._wire.call_over()
        error = None if task.cancelled() else task.exception()
        if error is not None:
            fields = Entry.BROKEN.fields(call_id=call.id, cause=repr(error))
            log.error("call %s broke off", call.id, exc_info=error, extra=fields)
            self._emit(
                ClientError(
                    time.monotonic(),
                    CallpointError(f"a call broke off: {type(error).__name__}"),
                )
            )
