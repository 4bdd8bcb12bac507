"""The signalling session as a whole: frames in any order, and commands between them.

Each line is a frame, or a command: a letter, and what it needs.
"""

import json
import math
from collections.abc import Callable
from contextlib import suppress

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.requests import CallRequest
from tests.unit.telnyx.wire import CALL_ID, Wire

LOGGED_IN = b"""\
O
{"id":"id-1","result":{"message":"logged in","sessid":"s"},"voice_sdk_id":"V"}
{"id":1,"method":"telnyx_rtc.clientReady","params":{"reattached_sessions":["call-1"]}}
{"id":"id-2","result":{"params":{"state":"REGED","dc":"lo1"},"sessid":"s"}}
"""
IN_CALL = (
    LOGGED_IN
    + b"""\
I call-1
{"id":"id-3","result":{"callID":"call-1","message":"CALL CREATED","sessid":"s"}}
{"id":2,"method":"telnyx_rtc.ringing","params":{"callID":"call-1","telnyx_leg_id":"l"}}
{"id":3,"method":"telnyx_rtc.media","params":{"callID":"call-1","sdp":"v=0"}}
{"id":4,"method":"telnyx_rtc.answer","params":{"callID":"call-1","dialogParams":\
{"custom_headers":[{"name":"X-A","value":"b"}]}}}
"""
)
SEEDS = [
    LOGGED_IN
    + b'{"id":5,"method":"telnyx_rtc.ping","params":{"serno":1}}\nP\nT 9\nC\n',
    IN_CALL
    + b'{"id":6,"method":"telnyx_rtc.bye","params":{"callID":"call-1","causeCode":16,'
    b'"cause":"NORMAL_CLEARING","sipCode":200,"sipReason":"OK"}}\n',
    IN_CALL + b"D 1*#\nS hello\nB call-1\nT 11\n",
    IN_CALL + b'{"id":"u","method":"ai_conversation","params":{"type":'
    b'"conversation.item.created","item":{"type":"function_call","call_id":"t",'
    b'"name":"n","arguments":"{}"}}}\nU t\n',
    IN_CALL
    + b"C\nT 2\nO\n"
    + LOGGED_IN[2:].replace(b"id-1", b"id-4").replace(b"id-2", b"id-5")
    + b'{"id":9,"method":"telnyx_rtc.attach","params":{"callID":"call-1",'
    b'"sdp":"v=0"}}\nA call-1\n{"id":"id-6","error":{"code":404,"message":"gone"}}\n',
    LOGGED_IN + b'{"id":7,"method":"telnyx_rtc.punt","params":{}}\nC\nT 100\nO\nT 20\n',
    b'O\n{"id":"id-1","error":{"code":-32001,"message":"Login Incorrect"}}\nT 30\n#SPU',
    b'O\n{"id":"id-1","result":{"result":{"code":"200","result":{"sessid":"x"}}}}\n',
    b'O\n{"method":"telnyx_rtc.gatewayState","params":{"state":"FAILED"}}\nT 60\n',
]
# Whatever a frame asks for, we do not answer it a hundred times.
SENT_AT_MOST = 20


def survives(received: bytes) -> None:
    """Frames never raise; commands raise LocalProtocolError alone."""
    wire = Wire()
    for line in received.decode("utf-8", "surrogateescape").split("\n")[:200]:
        letter, _, rest = line.partition(" ")
        if letter in COMMANDS:
            with suppress(LocalProtocolError):
                COMMANDS[letter](wire, rest)
        else:
            wire.session.receive(line, wire.now_s)
        sent = wire.session.outgoing()
        assert len(sent) <= SENT_AT_MOST
        for text in sent:
            assert isinstance(json.loads(text), dict)
        deadline_s = wire.session.deadline()
        assert deadline_s is None or math.isfinite(deadline_s)


def _wait(wire: Wire, seconds: str) -> None:
    """Virtual time; a session whose deadline does not move would wait for ever."""
    until_s = wire.now_s + (
        int(seconds) if len(seconds) < 4 and seconds.isdigit() else 1
    )
    for _ in range(1000):
        deadline_s = wire.session.deadline()
        if deadline_s is None or deadline_s > until_s:
            break
        wire.now_s = max(wire.now_s, deadline_s)
        wire.session.tick(wire.now_s)
        wire.session.outgoing()
    else:
        raise AssertionError("the deadline stands still")
    wire.now_s = until_s


COMMANDS: dict[str, Callable[[Wire, str], object]] = {
    "O": lambda wire, _: wire.session.socket_opened(False, wire.now_s),
    "C": lambda wire, _: wire.session.socket_closed(wire.now_s),
    "T": _wait,
    "I": lambda wire, id: wire.session.invite(
        CallRequest(id or CALL_ID), "v=0", wire.now_s
    ),
    "A": lambda wire, id: wire.session.answer_attach(id, "v=0", wire.now_s),
    "B": lambda wire, id: wire.session.bye(id, None, wire.now_s),
    "D": lambda wire, digits: wire.session.dtmf(CALL_ID, digits, wire.now_s),
    "S": lambda wire, text: wire.session.say(text, [], wire.now_s),
    "U": lambda wire, id: wire.session.tool_output(id, "output"),
    "P": lambda wire, _: wire.session.suspect(wire.now_s),
}
