"""The assistant's items: what is read in them, and the lines that they make.

Each line holds the parameters of one message.
"""

from callpoint.telnyx import conversation
from callpoint.telnyx.jsonrpc import Request, parse
from callpoint.telnyx.transcript import Transcript

SEEDS = [
    b'{"type":"response.created","response":{"id":"r","output":[],"status":"x"}}\n'
    b'{"type":"response.text.delta","item_id":"r","response_id":"r","delta":" Hi"}\n'
    b'{"type":"response.text.delta","item_id":"r","delta":" there"}\n'
    b'{"type":"response.done","response":{"id":"r"}}\n',
    b'{"type":"conversation.item.created","previous_item_id":"r","item":{"id":"u",'
    b'"type":"message","role":"user","status":"in_progress","content":'
    b'[{"type":"input_audio","transcript":"front"}]}}\n'
    b'{"type":"conversation.item.created","item":{"id":"u","type":"message","role":'
    b'"user","status":"completed","content":"front left"}}\n',
    b'{"type":"conversation.item.created","item":{"id":"u","type":"message","role":'
    b'"user","content":[{"type":"input_text","text":"a"},{"type":"image_url"}]}}\n',
    b'{"type":"conversation.created","widget_settings":{"theme":"light"}}\n'
    b'{"type":"conversation.item.created","item":{"type":"function_call",'
    b'"call_id":"t","name":"n","arguments":"{}"}}\n',
]


def survives(received: bytes) -> None:
    """Nothing raises, and every line can be written out."""
    transcript, now_s = Transcript(), 0.0
    lines = []
    for line in received.decode("utf-8", "surrogateescape").split("\n")[:200]:
        frame = parse('{"method":"ai_conversation","params":' + line + "}")
        if isinstance(frame, Request):
            conversation.read(frame.params)
            conversation.widget_settings(frame.params)
            lines += transcript.receive(frame.params, now_s)
        now_s += 0.5
        lines += transcript.tick(now_s)
    for told in [*lines, *transcript.end()]:
        told.text.encode()
