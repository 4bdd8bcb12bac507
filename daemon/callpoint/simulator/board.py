"""The calls of a simulator: who talks where, and what the gateway wants of each."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial

from callpoint.errors import CallpointError, NetworkError, RemoteProtocolError
from callpoint.simulator.actions import (
    AcceptAnswer,
    AnswerOffer,
    BeginTalk,
    CallAction,
    EndCall,
    GatewayAction,
    HearText,
    HearToolOutput,
    MakeOffer,
    RenewMedia,
    StopMedia,
)
from callpoint.simulator.gateway import Gateway
from callpoint.simulator.talk import Office, Studio, Talk

log = logging.getLogger(__name__)

Deed = Callable[[], Awaitable[None]]

Perform = Callable[[list[GatewayAction]], None]
"""Takes what the gateway answers to news of a call."""


class Board:
    """Connects calls of the gateway with talks."""

    def __init__(
        self, studio: Studio, gateway: Gateway, office: Office, perform: Perform
    ) -> None:
        self._studio = studio
        self._gateway = gateway
        self._office = office
        self._perform = perform
        self._talks: dict[str, Talk] = {}
        self._tasks: dict[asyncio.Task[None], str] = {}

    @property
    def call_ids(self) -> list[str]:
        return list(self._talks)

    def perform(self, action: CallAction) -> None:
        """Do what the gateway wants done about a call."""
        if isinstance(action, AnswerOffer):
            answer = partial(self._answer, action.call_id, action.offer)
            self._spawn(action.call_id, answer)
        elif isinstance(action, EndCall):
            self._end(action.call_id)
        elif (talk := self._talks.get(action.call_id)) is not None:
            self._perform_on(talk, action)

    def _perform_on(self, talk: Talk, action: CallAction) -> None:
        match action:
            case RenewMedia(call_id, offer):
                self._spawn(call_id, partial(self._renew, talk, call_id, offer))
            case MakeOffer(call_id):
                self._spawn(call_id, partial(self._offer, talk, call_id))
            case AcceptAnswer(call_id, answer):
                self._spawn(call_id, partial(talk.line.accept, answer))
            case BeginTalk():
                talk.begin()
            case HearText(_, item):
                talk.typed(item)
            case HearToolOutput(_, item):
                talk.tool_answered(item)
            case StopMedia(dies=dies):
                talk.line.stop(dies)

    def _end(self, call_id: str) -> None:
        """Its offer may not even have been looked at."""
        for task, owner in self._tasks.items():
            if owner == call_id:
                task.cancel()
        if (talk := self._talks.pop(call_id, None)) is not None:
            self._spawn("", talk.close)

    async def _answer(self, call_id: str, offer: str) -> None:
        talk = self._talks[call_id] = Talk(call_id, self._studio, self._office)
        sdp = await talk.line.answer(offer)
        self._perform(self._gateway.offer_answered(call_id, sdp, time.monotonic()))

    async def _renew(self, talk: Talk, call_id: str, offer: str) -> None:
        sdp = await talk.line.answer(offer)
        self._perform(self._gateway.media_renewed(call_id, sdp))

    async def _offer(self, talk: Talk, call_id: str) -> None:
        sdp = await talk.line.offer()
        self._perform(self._gateway.offer_made(call_id, sdp))

    def _spawn(self, call_id: str, deed: Deed) -> None:
        task = asyncio.create_task(self._guard(call_id, deed))
        self._tasks[task] = call_id
        task.add_done_callback(self._tasks.pop)

    async def _guard(self, call_id: str, deed: Deed) -> None:
        """A failure ends the call that it belongs to."""
        try:
            await deed()
        except NetworkError as error:
            log.debug("call %s: %s", call_id, error)
        except RemoteProtocolError as error:
            self._office.note("refused", call_id=call_id, why=str(error))
            self._office.hang_up(call_id, "INCOMPATIBLE_DESTINATION", "gateway")
        except CallpointError as error:
            log.warning("call %s: %s. %s", call_id, error, error.advice)
            self._office.hang_up(call_id, "NORMAL_TEMPORARY_FAILURE", "gateway")

    async def close(self) -> None:
        """End all calls and their recordings."""
        for call_id in self.call_ids:
            self._end(call_id)
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
