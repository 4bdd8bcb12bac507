"""Serves the page and the SDK on 127.0.0.1, where a page may have a microphone."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

HERE = Path(__file__).parent
INSTALLED = HERE.parents[3] / ".cache/bench-chromium"
SDK = INSTALLED / "node_modules/@telnyx/webrtc/lib/bundle.mjs"
FILES = {
    "/": (HERE / "page.html", "text/html"),
    "/page.js": (HERE / "page.js", "text/javascript"),
    "/sdk.mjs": (SDK, "text/javascript"),
}


class Answer(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path not in FILES:
            self.send_error(404)
            return
        file, kind = FILES[path]
        content = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody reads it."""


@contextmanager
def served_page() -> Iterator[str]:
    """The page's URL, until the end of the block."""
    if not SDK.exists():
        raise SystemExit(f"{SDK}: missing; tests/bench/peers/install.sh brings it")
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
