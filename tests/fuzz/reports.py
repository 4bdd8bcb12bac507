"""What comes to the simulator's port before it is a WebSocket."""

from callpoint.simulator.reports import Intake, told

SEEDS = [
    b"POST /call_report HTTP/1.1\r\nx-call-id: c\r\nContent-Length: 13\r\n\r\n"
    b'{"stats":[{}]}',
    b"OPTIONS /call_report HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
]


def survives(received: bytes) -> None:
    """In pieces of any size it passes as it is, or becomes a GET."""
    size = received[-1] % 7 + 1 if received else 1
    intake, passed = Intake(), b""
    for at in range(0, len(received), size):
        passed += intake.take(received[at : at + size])
    if intake.is_about_reports:
        assert passed.startswith(b"GET /call_report HTTP/1.1\r\n")
    else:
        assert received.startswith(passed)
    if intake.report is not None:
        told(intake.report)
