"""The client of a voice agent: an anonymous login, calls, the transcript.

The sans-I/O `Session` decides what is said, a `Connection` runs it over one socket;
this hands its events to the call that they belong to, and tells the caller.
"""

import asyncio
import contextlib
import logging
import random
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from callpoint import __version__
from callpoint.errors import (
    CallpointError,
    LocalProtocolError,
    NetworkError,
    RefusedError,
    SentAwayError,
)
from callpoint.system.turning import Turn
from callpoint.telnyx import events
from callpoint.telnyx.call import SET_UP_S, Call
from callpoint.telnyx.connection import Connection
from callpoint.telnyx.events import SessionEvent
from callpoint.telnyx.health import LIMITS, Limits
from callpoint.telnyx.homing import Homing
from callpoint.telnyx.notices import (
    ClientError,
    ClientReady,
    Notice,
    SocketDisconnected,
)
from callpoint.telnyx.protocol import Session
from callpoint.telnyx.refusals import CONVERSATION_OVER, explained
from callpoint.telnyx.requests import CallRequest, Login, UserAgent
from callpoint.telnyx.scribe import Scribe
from callpoint.telnyx.seams import Media
from callpoint.telnyx.servers import ServerConfiguration
from callpoint.telnyx.survivor import Survivor
from callpoint.telnyx.switchboard import Switchboard
from callpoint.telnyx.warm import WarmPeer

_USER_AGENT: Final = UserAgent(__version__, f"callpoint-{__version__}")
_NO_SOCKET: Final = Turn("without a socket")

log = logging.getLogger(__name__)


class Client:
    """One anonymous session with one assistant, over one socket at a time.

    `emit` is called on the event loop with what happens (`notices`). `media` gives
    every call its sound. A call that is not up after `set_up_s` is given up, a socket
    after its `limits`. Use it as a context, or `disconnect` at the end:

        async with Client(print, VoiceEngine(...)) as client:
            await client.anonymous_login("assistant-...")
            client.new_call(caller_name="Lobby")
    """

    def __init__(
        self,
        emit: Callable[[Notice], None],
        media: Media,
        set_up_s: float = SET_UP_S,
        limits: Limits = LIMITS,
    ) -> None:
        self._emit = emit
        self._limits = limits
        self._configuration = ServerConfiguration()
        self._login: Login | None = None
        self._session: Session | None = None
        self._connection: Connection | None = None
        self._serving: asyncio.Task[None] | None = None
        self._loss: CallpointError = NetworkError("there was no login yet")
        self._homing = Homing(limits, lambda: self.call is None, self._leave)
        self._expired: set[str] = set()
        """Conversations that are over."""
        self._registered: asyncio.Future[None] | None = None
        self._is_registered = asyncio.Event()
        self._ready_s = 0.0
        self._scribe = Scribe(emit)
        self._warm = WarmPeer()
        self._switchboard = Switchboard(
            self, emit, media, self._warm, self._scribe, set_up_s
        )

    @property
    def call(self) -> Call | None:
        """The call that is up or being set up, if any."""
        return self._switchboard.call

    @property
    def is_in_call(self) -> bool:
        """Whether somebody talks, or is about to."""
        return self.call is not None

    @property
    def is_ready(self) -> bool:
        """Registered: a call can be placed."""
        future = self._registered
        if self._connection is None or self._connection.is_over:
            return False
        if future is None or not future.done():
            return False
        return not future.cancelled() and future.exception() is None

    @property
    def warm(self) -> dict[str, Any] | None:
        """What lies ready for the next call: candidates by kind, and their age."""
        return self._warm.report()

    @property
    def session_id(self) -> str | None:
        """The vendor's `sessid`."""
        return self._session.sessid if self._session else None

    @property
    def turn(self) -> Turn:
        """What the socket does."""
        return _NO_SOCKET if self._connection is None else self._connection.turn

    async def anonymous_login(
        self,
        target_id: str,
        target_type: str = "ai_assistant",
        target_version_id: str | None = None,
        user_variables: Mapping[str, Any] | None = None,
        reconnection: bool = False,
        server_configuration: ServerConfiguration | None = None,
        conversation_id: str | None = None,
    ) -> None:
        """Connect, log in and wait until calls can be placed.

        `reconnection` says that an earlier socket of this session was lost: with it,
        the server takes live calls up again. A conversation that is over is told by
        `ClientError`, and a new one begins instead. Raises NetworkError for what may
        pass, RefusedError when the server does not let us in.
        """
        await self._drop_socket()
        self._configuration = server_configuration or ServerConfiguration()
        self._warm.configure(self._configuration)
        login = Login(
            target_id,
            target_type,
            target_version_id,
            dict(user_variables or {}),
            None if conversation_id in self._expired else conversation_id,
        )
        try:
            await self._log_in(login, reconnection)
        except RefusedError as error:
            if login.conversation_id is None or str(error.code) != CONVERSATION_OVER:
                raise
            self._expired.add(login.conversation_id)
            self._emit(ClientError(time.monotonic(), error))
            await self._drop_socket()
            await self._log_in(replace(login, conversation_id=None), reconnection)

    async def _log_in(self, login: Login, reconnection: bool) -> None:
        session = self._session_for(login)
        socket = await self._homing.open(
            self._configuration, session.query_parameters()
        )
        self._connection = Connection(session, socket, self._take)
        self._registered = asyncio.get_running_loop().create_future()
        self._serving = asyncio.create_task(
            self._serve(self._connection, self._registered, reconnection)
        )
        await asyncio.shield(self._registered)

    async def disconnected(self) -> CallpointError:
        """Wait until the socket is gone; returns why that is."""
        if self._serving is not None:
            await asyncio.wait([self._serving])
        return self._loss

    def new_call(
        self,
        caller_name: str = "",
        caller_number: str = "",
        destination_number: str = "",
        custom_headers: Mapping[str, str] | None = None,
        client_state: str | None = None,
        user_variables: Mapping[str, Any] | None = None,
    ) -> Call:
        """Call the assistant. What becomes of it is told by `CallChanged`.

        Raises LocalProtocolError before the login, or while another call is up.
        """
        if not self.is_ready:
            raise LocalProtocolError("a call needs a login first")
        if self.call is not None:
            raise LocalProtocolError("a call is up already")
        request = CallRequest(
            str(uuid.uuid4()),
            caller_name,
            caller_number,
            destination_number,
            dict(custom_headers or {}),
            client_state,
            dict(user_variables or {}),
        )
        return self._switchboard.place(request)

    def take_up(self, survivor: Survivor) -> Call:
        """Go on with a call of an earlier life of this program; before the login.

        It waits for the server to offer it, and ends when that does not happen.
        """
        return self._switchboard.place(survivor.call, survivor)

    def survivor(self, is_muted: bool) -> Survivor | None:
        """What the next life of this program needs to take the live call up."""
        return self._switchboard.survivor(is_muted)

    async def say(self, text: str, images: Sequence[str] = ()) -> str:
        """Send a text message, with image URLs, into the call; returns its item id."""
        if self._session is None:
            raise LocalProtocolError("a text message needs a call that is up")
        item_id = self._session.say(text, now_s=time.monotonic(), images=images)
        self._scribe.typed(item_id, text)
        await self.flush()
        return item_id

    async def tool_output(self, call_id: str, output: str) -> None:
        """Answer a `ToolCalled`; dropped when the call or the socket is gone."""
        if self._session is not None and self._session.tool_output(call_id, output):
            with contextlib.suppress(NetworkError):
                await self.flush()

    def network_changed(self, gateways: frozenset[str]) -> None:
        """Tell of new addresses or routes, and which default gateways there are."""
        if self._connection is not None:
            self._connection.network_changed()
        self._warm.network_changed(gateways)

    async def log_out(self) -> None:
        """Close the socket, once the byes of calls that are over have left."""
        await self._switchboard.rest()
        await self._drop_socket()

    async def disconnect(self) -> None:
        """Hang up with a bye, close the socket, and leave no task behind."""
        await self._switchboard.close()
        await self._drop_socket()
        await self._warm.close()
        self._scribe.close()

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    @property
    def session(self) -> Session | None:
        """Used by `Switchboard`, as what follows."""
        return self._session

    @property
    def linked_for_s(self) -> float | None:
        """How long we have been registered; None while we are not."""
        return time.monotonic() - self._ready_s if self.is_ready else None

    async def linked(self) -> None:
        await self._is_registered.wait()

    def renew(self, reason: str) -> None:
        """Replace the socket: the server offers its calls anew over the next one."""
        self._leave(NetworkError(reason))

    async def flush(self) -> None:
        """A bye or a message that finds no socket waits for none: it is dropped."""
        if self._connection is not None:
            await self._connection.flush()

    def call_over(self) -> None:
        self._keep_warm()

    def _session_for(self, login: Login) -> Session:
        """The session goes on over a new socket, unless it is another assistant's."""
        if self._session is None or login != self._login:
            self._login = login
            self._session = Session(
                login,
                _USER_AGENT,
                lambda: str(uuid.uuid4()),
                random.random,
                self._limits,
            )
            self._switchboard.begin_session(self._session)
        return self._session

    async def _serve(
        self,
        connection: Connection,
        registered: asyncio.Future[None],
        reconnection: bool,
    ) -> None:
        try:
            self._loss = error = await connection.run(reconnection)
            self._connection = None
            self._is_registered.clear()
            self._warm.rest()
            if registered.done():
                self._emit(SocketDisconnected(time.monotonic(), str(error)))
            else:
                registered.set_exception(error)
            await self._homing.rest()
        finally:
            await connection.close()

    def _leave(self, why: NetworkError) -> None:
        if self._connection is not None:
            self._connection.give_up(why)

    async def _drop_socket(self) -> None:
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.wait([self._serving])
            self._serving = self._connection = None
            self._is_registered.clear()
            self._loss = NetworkError("the socket was closed here")
            self._warm.rest()
            await self._homing.rest()
        if self._registered is not None and not self._registered.done():
            self._registered.cancel()

    def _take(self, event: SessionEvent) -> None:
        """One event of the session; raises CallpointError to give the socket up."""
        now_s = time.monotonic()
        match event:
            case events.Ready():
                if self._registered is not None and not self._registered.done():
                    self._registered.set_result(None)
                self._ready_s = now_s
                self._is_registered.set()
                self._keep_warm()
                remark = self._homing.registered()
                self._emit(ClientReady(now_s, self.session_id, remark))
            case events.LoginRefused(code, message):
                assert self._login is not None
                raise explained(code, message, self._login)
            case events.LoginTimedOut():
                raise NetworkError(
                    f"the server does not answer the login"
                    f" within {self._limits.login_s:g} s"
                )
            case events.Unresponsive(why):
                raise NetworkError(f"the connection is dead: {why}")
            case events.GatewayDown(state):
                raise NetworkError(f"the gateway is down ({state or 'silent'})")
            case events.Punted():
                raise SentAwayError("the server sent this device away")
            case events.ConversationReceived(params):
                self._scribe.receive(params)
            case events.ToolCalled() | events.WidgetSettingsReceived():
                self._emit(event)
            case events.RequestRefused(method, _, code, message):
                self._emit(ClientError(now_s, RefusedError(method, code, message)))
            case _:
                self._switchboard.take(event)

    def _keep_warm(self) -> None:
        """Nothing is gathered while a call is set up or up."""
        if self.is_ready and self.call is None:
            self._warm.keep()
