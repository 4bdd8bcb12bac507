"""The inbox: one event at a time, the commands in order, the deadline kept."""

import asyncio
import time

from callpoint.station.events import (
    CallEnded,
    Command,
    Event,
    Indication,
    LinkUp,
    OpenMicrophone,
    PlaceCall,
    Play,
    Pressed,
    Show,
    Tell,
)
from callpoint.station.state import Phase, Rules
from callpoint.station.station import Station


async def test_the_first_indication_is_shown_at_the_start() -> None:
    performed: list[Command] = []
    station = Station(Rules(mode="hold"))
    station.start(performed.append)
    assert performed == [Show(Indication.CONNECTING)]
    station.close()


async def test_an_event_is_answered_by_the_tables_commands_before_post_returns() -> (
    None
):
    performed: list[Command] = []
    station = Station(Rules(mode="hold"))
    station.start(performed.append)
    station.post(LinkUp(1.0))
    performed.clear()
    station.post(Pressed(time.monotonic()))
    assert performed == [PlaceCall(1), OpenMicrophone(), Show(Indication.CALLING)]
    station.close()


async def test_an_event_posted_by_a_command_waits_until_all_commands_are_done() -> None:
    """A call that cannot be placed ends while the press is still being served."""
    performed: list[Command] = []
    station = Station(Rules(mode="hold"))

    def perform(command: Command) -> None:
        performed.append(command)
        if isinstance(command, PlaceCall):
            event: Event = CallEnded(time.monotonic(), "", "fault", "no", 1)
            station.post(event)

    station.start(perform)
    station.post(LinkUp(1.0))
    station.post(Pressed(time.monotonic()))
    kinds = [type(command) for command in performed]
    assert kinds.index(OpenMicrophone) < kinds.index(Play) < kinds.index(Tell)
    assert station.state.phase is Phase.READY
    station.close()


async def test_the_deadline_of_the_table_is_kept() -> None:
    told = asyncio.Event()
    station = Station(Rules(mode="hold", wait_for_link_s=0.01))

    def perform(command: Command) -> None:
        if isinstance(command, Tell):
            told.set()

    station.start(perform)
    station.post(Pressed(time.monotonic()))
    async with asyncio.timeout(2):
        await told.wait()
    assert station.state.phase is Phase.OFFLINE
    station.close()
