"""The composition root: names the adapters, wires them, starts and stops the daemon.

Nothing is decided here. Starting never waits for the network or a sound card: the
daemon is ready when a press is answered, if need be with a fault.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Awaitable
from typing import Any, Final

from callpoint.audio.engine import VoiceEngine
from callpoint.audio.events import AudioEvent, FirstSoundPlayed
from callpoint.config.schema import Config
from callpoint.control.feed import Feed
from callpoint.control.server import ControlServer, station_server
from callpoint.errors import AlreadyRunningError, CallpointError, ControlError
from callpoint.station import parts
from callpoint.station.console import Console
from callpoint.station.events import LinkDown, LinkUp, Pressed, Released
from callpoint.station.performer import Performer
from callpoint.station.reporter import Reporter
from callpoint.station.station import Station
from callpoint.system import notify
from callpoint.system.network import NetworkWatch
from callpoint.telnyx.client import Client
from callpoint.telnyx.events import ToolCalled
from callpoint.telnyx.line import Line
from callpoint.telnyx.notices import (
    CallChanged,
    ClientReady,
    Notice,
    SocketDisconnected,
)
from callpoint.telnyx.warm import preload

_LEVELS_EVERY_S: Final = 0.1
_PRELOAD_AT_LATEST_S: Final = 2.0
_UNKNOWN_TOOL: Final = '{"error": "unknown_tool"}'
"""The words of the vendor's own agent library (client-side tools)."""

log = logging.getLogger(__name__)


def run(config: Config) -> int:
    """Run the daemon until SIGTERM or SIGINT; returns the exit code.

    Raises CallpointError for what no retry can cure.
    """
    _start_log(config.log.level)
    try:
        asyncio.run(_supervise(config))
    except* CallpointError as group:
        raise _first(group) from None
    return 0


def _start_log(level: str) -> None:
    logging.basicConfig(
        level=level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    # They tell of every packet at DEBUG, and of every ICE check at INFO.
    for chatty in ("aioice", "aiortc", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


async def _supervise(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    supervisor = Supervisor(config)
    loop.add_signal_handler(signal.SIGHUP, supervisor.hung_up)
    await supervisor.run(stop)


class Supervisor:
    """One daemon. Events rise to the station through its methods."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._loop = asyncio.get_running_loop()
        self._calling = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._is_ready = False
        self._feed = Feed()
        self._reporter = Reporter(
            self._feed.publish, notify.status, config.log.transcripts
        )
        self._voice = VoiceEngine(
            parts.capture(config.audio.capture),
            parts.playout(config.audio.playout),
            self._sounded,
            keep_open=config.audio.keep_open,
            preroll_s=config.audio.preroll_s,
            capture_gain_db=config.audio.capture_gain_db,
        )
        self._client = Client(self._noticed, self._voice)
        self._network = NetworkWatch(self._client.network_changed)
        self._station = Station(parts.rules(config))
        self._controls = parts.Controls(config, self._pressed, self._station.post)
        self._performer = Performer(
            lambda: self._client.new_call(**parts.call(config.call)),
            self._voice,
            self._controls.lamp,
            self._reporter,
            self._station.post,
        )
        self._console = Console(
            self._station,
            self._performer,
            self._reporter,
            self._client,
            self._voice,
            self._controls,
            config,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`; then hang up and leave nothing behind."""
        control = station_server(self._config.control.socket, self._console, self._feed)
        async with asyncio.TaskGroup() as tasks:
            line = self._line()
            background = [
                tasks.create_task(line.run(), name="line"),
                tasks.create_task(self._preload(), name="preload"),
                tasks.create_task(self._meter(), name="meter"),
            ]
            try:
                await self._start(control)
                await stop.wait()
            finally:
                log.info("stopping")
                self._is_ready = False
                notify.stopping()
                for task in background:
                    task.cancel()
                await self._stop(control)

    def hung_up(self) -> None:
        """SIGHUP came: reload, and let systemd know when that is done."""
        if not self._is_ready:
            return
        notify.reloading(time.monotonic())
        self.reload()
        notify.ready()

    def reload(self) -> None:
        """Take over what is new in the configuration, as far as that is possible."""
        log.warning(
            "the configuration is read at the start only: systemctl restart callpoint"
        )

    async def _start(self, control: ControlServer) -> None:
        self._voice.start()
        self._network.start()
        self._station.start(self._performer.perform)
        for failure in self._controls.failures:
            self._station.post(failure)
        try:
            await control.start()
        except AlreadyRunningError:
            raise
        except ControlError as error:
            # Nobody who presses the button needs it.
            self._reporter.error(error)
        self._is_ready = True
        notify.ready()
        log.info("a press is answered")

    async def _stop(self, control: ControlServer) -> None:
        await self._client.disconnect()
        self._network.close()
        self._station.close()
        await control.stop()
        self._controls.close()
        self._voice.close()

    def _line(self) -> Line:
        return Line(
            self._client,
            self._log_in,
            self._unlinked,
            lambda: self._reporter.link_is("connecting", self._reporter.link_reason),
        )

    def _unlinked(self, reason: str) -> None:
        self._reporter.link_is("offline", reason)
        self._station.post(LinkDown(time.monotonic(), reason))

    def _log_in(self, reconnection: bool) -> Awaitable[None]:
        return self._client.anonymous_login(
            **parts.login(self._config), reconnection=reconnection
        )

    def _noticed(self, notice: Notice) -> None:
        """The client tells: to the log and the stream, and what counts to the table."""
        self._reporter.notice(notice)
        match notice:
            case ClientReady(at_s):
                self._reporter.link_is("ready")
                self._station.post(LinkUp(at_s))
            case SocketDisconnected(reason=reason):
                log.warning("the link is lost: %s", reason)
                self._unlinked(reason)
            case CallChanged():
                self._calling.set()
                self._performer.call_changed(notice)
            case ToolCalled(call_id=call_id):
                self._refuse_tool(call_id)

    def _refuse_tool(self, tool_call_id: str) -> None:
        """The assistant need not wait: this device has no tools."""
        task = self._loop.create_task(
            self._client.tool_output(tool_call_id, _UNKNOWN_TOOL)
        )
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    def _pressed(self, event: Pressed | Released) -> None:
        self._reporter.button(event)
        self._station.post(event)

    def _sounded(self, event: AudioEvent) -> None:
        """Called on the audio threads."""
        if isinstance(event, FirstSoundPlayed):
            self._loop.call_soon_threadsafe(self._reporter.sound_began, event)
        else:
            self._loop.call_soon_threadsafe(self._station.post, event)

    async def _preload(self) -> None:
        """Where the login takes long, let the first call not wait for imports after it.

        A login that is through has imported them.
        """
        await asyncio.sleep(_PRELOAD_AT_LATEST_S)
        await preload()

    async def _meter(self) -> None:
        """Publish levels, ten a second, while somebody looks at them in a call."""
        while True:
            # Without a call nobody wakes the machine ten times a second for nothing.
            await self._calling.wait()
            await asyncio.sleep(_LEVELS_EVERY_S)
            if self._client.call is None:
                self._calling.clear()
            elif self._feed.wants_levels:
                self._reporter.levels(*self._voice.levels())


def _first(group: BaseExceptionGroup[Any]) -> CallpointError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, CallpointError)
    return error
