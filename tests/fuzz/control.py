"""Lines of the control socket, carried out by the table of commands."""

import asyncio
import json

from callpoint.control.commands import StationCommands
from callpoint.control.wire import encode, parse_request, refusal, unknown_command
from callpoint.errors import CallpointError
from tests.unit.control.stations import RecordingStation

SEEDS = [
    b'{"command":"status"}',
    b'{"command":"press","stay":true}\n{"command":"release"}\n{"command":"hangup"}',
    b'{"command":"say","text":"Is the door open?"}\n{"command":"mute","on":false}',
    b'{"command":"dtmf","digits":"1*#D"}\n{"command":"staus"}\n[]\n{"command":7}',
    b'{"command":"say","text":"\\ud800"}\n{"command":"mute","on":1,"off":null}',
]


def survives(received: bytes) -> None:
    """Each line is answered by one line of JSON; only CallpointError is raised."""
    asyncio.run(_answered(received.split(b"\n")[:100]))


async def _answered(lines: list[bytes]) -> None:
    commands = StationCommands(RecordingStation())
    for line in lines:
        try:
            request = parse_request(line, 1.0, "client")
            command = commands.table.get(request.command)
            if command is None:
                raise unknown_command(request.command, commands.table)
            request.only(command.takes)
            result = await command.run(request)
            answer = encode({"ok": True, **result})
        except CallpointError as error:
            answer = encode(refusal(error))
        assert answer.endswith(b"\n")
        assert answer.count(b"\n") == 1
        assert isinstance(json.loads(answer), dict)
