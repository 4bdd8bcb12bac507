"""What a client sends to the simulator; each line is a frame, or a time that passes."""

from itertools import count

from callpoint.simulator.actions import AnswerOffer, SendText
from callpoint.simulator.gateway import Gateway
from callpoint.simulator.presets import parse

LOGGED_IN = (
    b'{"id":"1","method":"anonymous_login","params":{"target_type":"ai_assistant",'
    b'"target_id":"a","User-Agent":{"sdkVersion":"1"}}}\n'
    b'{"id":"2","method":"telnyx_rtc.gatewayState","params":{}}\n'
)
IN_CALL = LOGGED_IN + (
    b'{"id":"3","method":"telnyx_rtc.invite","params":{"sessid":"id-2","sdp":"v=0",'
    b'"dialogParams":{"callID":"c","custom_headers":[]}}}\n'
)
SEEDS = [
    IN_CALL + b'{"id":"4","method":"telnyx_rtc.info","params":{"dtmf":"1",'
    b'"dialogParams":{"callID":"c"}}}\nT\n{"id":3084,"result":{"method":"x"}}\n',
    IN_CALL + b'{"id":"4","method":"telnyx_rtc.modify","params":{"action":"hold",'
    b'"dialogParams":{"callID":"c"}}}\n{"id":"5","method":"telnyx_rtc.bye","params":'
    b'{"dialogParams":{"callID":"c"}}}\n',
    IN_CALL + b'{"method":"ai_conversation","params":{"type":'
    b'"conversation.item.create","item":{"type":"function_call_output","call_id":"t",'
    b'"output":"x"}}}\n{"id":"6","method":"telnyx_rtc.ping","params":{}}\n',
    LOGGED_IN + b'R\n{"id":"7","method":"anonymous_login","params":{"sessid":"id-2",'
    b'"reconnection":true}}\nT\nT\nT\n',
]


def survives(received: bytes) -> None:
    """Nothing raises, and a frame is not answered by a hundred."""
    numbers, sockets = count(1), count(1)
    gateway = Gateway(
        parse(["ringing-first", "early-media"]), lambda: str(next(numbers))
    )
    socket, now_s = next(sockets), 0.0
    gateway.connected(socket, "/?voice_sdk_id=x", now_s)
    for line in received.split(b"\n")[:100]:
        if line == b"T":
            now_s += 10
            actions = gateway.tick(now_s)
        elif line == b"R":
            actions = gateway.disconnected(socket, now_s)
            socket = next(sockets)
            actions += gateway.connected(socket, "/", now_s)
        else:
            actions = gateway.received(socket, line.decode("utf-8", "replace"), now_s)
        for action in actions:
            if isinstance(action, AnswerOffer):
                gateway.offer_answered(action.call_id, "v=0", now_s)
        assert sum(isinstance(each, SendText) for each in actions) < 20
