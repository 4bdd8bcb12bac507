"""The composition root: names the adapters, wires them, starts and stops the daemon.

Nothing is decided here. Starting never waits for the network or a sound card: the
daemon is ready when a press is answered, if need be with a fault.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final

from callpoint.audio.events import AudioEvent, DeviceOpened, FirstSoundPlayed
from callpoint.config.schema import Config
from callpoint.control.feed import Feed
from callpoint.control.server import ControlServer, station_server
from callpoint.errors import (
    AlreadyRunningError,
    CallpointError,
    ConfigError,
    ControlError,
)
from callpoint.station import parts
from callpoint.station.console import Console
from callpoint.station.controls import Controls
from callpoint.station.events import (
    CallSurvived,
    LinkDown,
    LinkUp,
    Pressed,
    Released,
    Spoke,
)
from callpoint.station.performer import Performer
from callpoint.station.reloading import Reloading
from callpoint.station.reporter import Reporter
from callpoint.station.settings import Settings
from callpoint.station.state import IN_CALL, Phase
from callpoint.station.station import Station
from callpoint.station.status_line import status_line
from callpoint.system import log as system_log
from callpoint.system import notify
from callpoint.system.entries import Entry
from callpoint.system.memory import settle
from callpoint.system.network import NetworkWatch
from callpoint.system.plugs import PlugWatch
from callpoint.system.service import Service
from callpoint.system.turning import Turn
from callpoint.system.watchdog import Watchdog
from callpoint.telnyx.call import Call
from callpoint.telnyx.client import Client
from callpoint.telnyx.events import ToolCalled
from callpoint.telnyx.line import Line
from callpoint.telnyx.notices import (
    CallChanged,
    CallMeasured,
    ClientReady,
    MediaChanged,
    Notice,
    SocketDisconnected,
)
from callpoint.telnyx.survivor import Survivor
from callpoint.telnyx.warm import preload

_LEVELS_EVERY_S: Final = 0.1
_PRELOAD_AT_LATEST_S: Final = 2.0
_PIN_AGAIN_S: Final = 1.0
_PIN_AGAIN_AT_LATEST_S: Final = 15.0
_UNKNOWN_TOOL: Final = '{"error": "unknown_tool"}'
"""The words of the vendor's own agent library (client-side tools)."""

log = logging.getLogger(__name__)


class Supervisor:
    """One daemon. Events rise to the station through its methods."""

    def __init__(
        self,
        config: Config,
        load: Callable[[], Config],
        fault: ConfigError | None,
    ) -> None:
        self._settings = Settings(config, self._apply)
        self._reloading = Reloading(
            self._settings, load, lambda: self._in_call, self._degrade
        )
        self._fault_at_start = fault
        self._loop = asyncio.get_running_loop()
        self._calling = asyncio.Event()
        self._logged_in: Mapping[str, object] | None = None
        self._working: set[asyncio.Task[object]] = set()
        self._cards_work = asyncio.Event()
        self._feed = Feed()
        self._service = Service(self._status_line, self._reload)
        self._reporter = Reporter(
            self._feed.publish, self._service.changed, config.log.transcripts
        )
        self._voice = parts.voice(config.audio, self._sounded)
        self._client = Client(self._noticed, self._voice)
        self._line = Line(
            self._client,
            self._log_in,
            lambda error: self._unlinked(_told(error)),
            lambda: self._reporter.link_is("connecting", self._reporter.link_reason),
        )
        self._network = NetworkWatch(self._network_changed)
        self._plugs = PlugWatch(self._voice.cards_changed)
        self._survival = parts.survival(lambda: self._settings.config, self._survivor)
        self._found = self._survival.found()
        self._station = Station(parts.rules(config))
        self._controls = Controls(
            config,
            self._pressed,
            self._station.post,
            may_be_held=self._found is not None and config.button.mode == "hold",
        )
        self._performer = Performer(
            lambda: self._client.new_call(**parts.call(self._settings.config.call)),
            self._take_up,
            self._voice,
            self._controls.lamp,
            self._reporter,
            self._station.post,
            self._survival.keep,
        )
        self._console = Console(
            self._station,
            self._performer,
            self._reporter,
            self._client,
            self._voice,
            self._controls,
            self._settings,
            self._reloading.reload,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop`; then hang up and leave nothing behind."""
        socket = self._settings.config.control.socket
        control = station_server(socket, self._console, self._feed)
        watchdog = Watchdog(self._turns)
        async with asyncio.TaskGroup() as tasks:
            background = [
                tasks.create_task(self._line.run(), name="line"),
                tasks.create_task(watchdog.run(notify.watchdog_s()), name="watchdog"),
                tasks.create_task(self._preload(), name="preload"),
                tasks.create_task(self._meter(), name="meter"),
                tasks.create_task(self._reopen_controls(), name="controls"),
            ]
            try:
                await self._start(control)
                announcement = self._service.announce(self._cards_work)
                background.append(tasks.create_task(announcement, name="ready"))
                await stop.wait()
            finally:
                log.info("stopping", extra=Entry.STOPPING.fields())
                self._service.stopping()
                for task in background:
                    task.cancel()
                await self._stop(control)

    def hung_up(self) -> None:
        """SIGHUP came."""
        self._in_background(self._service.reload())

    async def _reload(self) -> None:
        # What is wrong is in the log and in the status by then.
        with suppress(ConfigError):
            await self._reloading.reload()

    async def _start(self, control: ControlServer) -> None:
        self._voice.start()
        self._network.start()
        self._plugs.start()
        self._station.start(self._performer.perform)
        for failure in self._controls.failures:
            self._station.post(failure)
        for told in parts.missing_secrets(self._settings.config.server):
            self._reporter.tell(told)
        if self._fault_at_start is not None:
            self._reloading.refuse(self._fault_at_start)
        self._go_on()
        try:
            await control.start()
        except AlreadyRunningError:
            raise
        except ControlError as error:
            # Nobody who presses the button needs it.
            self._reporter.error(error)
        log.info("a press is answered", extra=Entry.STARTED.fields())

    def _go_on(self) -> None:
        """Go on with the call of an earlier life of this program; before the login."""
        if (found := self._found) is None:
            return
        log.warning("the call %s has survived its program", found.call.call_id)
        held = self._controls.is_held
        self._station.post(CallSurvived(time.monotonic(), found.placed_s, held))
        if found.is_muted:
            self._performer.mute(True)

    def _take_up(self) -> Call:
        assert self._found is not None
        return self._client.take_up(self._found)

    def _survivor(self) -> Survivor | None:
        return self._client.survivor(self._performer.muted)

    async def _stop(self, control: ControlServer) -> None:
        await self._client.disconnect()
        self._network.close()
        self._plugs.close()
        self._station.close()
        await control.stop()
        self._controls.close()
        self._voice.close()

    def _status_line(self) -> str:
        return status_line(self._console.standing())

    def _turns(self) -> dict[str, Turn]:
        return {
            **self._voice.turns(),
            "the line": self._line.turn,
            "the client": self._client.turn,
        }

    def _network_changed(self, gateways: frozenset[str]) -> None:
        self._client.network_changed(gateways)
        # Without a way out a try is as good as lost.
        if gateways:
            self._line.network_changed()

    def _unlinked(self, reason: str) -> None:
        self._reporter.link_is("offline", reason)
        self._station.post(LinkDown(time.monotonic(), reason))

    async def _log_in(self, reconnection: bool) -> None:
        login = parts.login(self._settings.config)
        await self._client.anonymous_login(
            **login, reconnection=reconnection and login == self._logged_in
        )
        self._logged_in = login
        self._log_in_as_configured()

    def _log_in_as_configured(self) -> None:
        """Where the assistant or the server is another one by now, log in anew."""
        if self._client.is_ready and self._logged_in != parts.login(
            self._settings.config
        ):
            self._unlinked("the configuration changed")
            self._in_background(self._client.log_out())

    def _noticed(self, notice: Notice) -> None:
        """The client tells: to the log and the stream, and what counts to the table."""
        self._reporter.notice(notice)
        if isinstance(notice, CallChanged | CallMeasured | ClientReady):
            self._survival.keep()
        match notice:
            case ClientReady(at_s, remark=remark):
                self._reporter.link_is("ready", remark)
                self._station.post(LinkUp(at_s))
            case SocketDisconnected(reason=reason):
                self._unlinked(reason)
            case CallChanged():
                self._calling.set()
                self._performer.call_changed(notice)
                # A hang-up tells of the end while the table still performs it.
                self._loop.call_soon(self._between_calls)
            case MediaChanged():
                self._performer.media_changed(notice)
            case ToolCalled(call_id=call_id):
                self._refuse_tool(call_id)

    def _refuse_tool(self, tool_call_id: str) -> None:
        """The assistant need not wait: this device has no tools."""
        self._in_background(self._client.tool_output(tool_call_id, _UNKNOWN_TOOL))

    def _in_background(self, work: Coroutine[Any, Any, object]) -> None:
        task = self._loop.create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    @property
    def _in_call(self) -> bool:
        return self._station.state.phase in (*IN_CALL, Phase.ENDING)

    def _between_calls(self) -> None:
        if not self._in_call:
            self._settings.call_over()

    def _degrade(self, reason: str | None) -> None:
        self._controls.lamp.degrade(reason is not None)
        self._reporter.degrade(reason)

    def _apply(self, old: Config, new: Config) -> None:
        """Tell the parts; what is not here is read when it is needed."""
        system_log.set_level(new.log.level)
        self._reporter.log_transcripts = new.log.transcripts
        self._station.change_rules(parts.rules(new))
        self._controls.debounce(new.button.debounce_ms)
        self._log_in_as_configured()
        if not self._client.is_ready:
            # What kept us out may be mended by it.
            self._line.hurry()

    def _pressed(self, event: Pressed | Released) -> None:
        self._reporter.button(event)
        self._station.post(event)
        if isinstance(event, Pressed) and not self._client.is_ready:
            self._line.hurry()

    def _sounded(self, event: AudioEvent) -> None:
        """Called on the audio threads."""
        self._loop.call_soon_threadsafe(self._sound_changed, event)

    def _sound_changed(self, event: AudioEvent) -> None:
        match event:
            case FirstSoundPlayed():
                self._reporter.sound_began(event)
            case DeviceOpened():
                if self._voice.worked:
                    self._cards_work.set()
            case _:
                self._station.post(event)
                if not isinstance(event, Spoke):
                    self._service.changed()

    async def _preload(self) -> None:
        """Where the login takes long, let the first call not wait for imports after it.

        A login that is through has imported them.
        """
        await asyncio.sleep(_PRELOAD_AT_LATEST_S)
        await preload()
        settle()

    async def _reopen_controls(self) -> None:
        """For as long as a pin cannot be had; ever more rarely, for it may never be."""
        pause_s = _PIN_AGAIN_S
        while self._controls.lack_a_pin:
            await asyncio.sleep(pause_s)
            self._controls.retry()
            pause_s = min(pause_s * 1.5, _PIN_AGAIN_AT_LATEST_S)

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


def _told(error: CallpointError) -> str:
    """A failure and what to do about it, in one line."""
    return f"{error}; {error.advice}" if error.advice else str(error)
