"""One call as a pipeline of GStreamer's: webrtcbin between two sound devices.

Everything that can be there before the press is: the plug-ins, a key, the elements, the
offer and its candidates.
"""

import asyncio
import ctypes
import hashlib
import re
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import gi  # type: ignore[import-not-found]

from tests.bench.peers.contract import tell
from tests.bench.peers.signalling import Session

for namespace in ("Gst", "GstSdp", "GstWebRTC"):
    gi.require_version(namespace, "1.0")
from gi.repository import (  # type: ignore[import-not-found]  # noqa: E402
    Gst,
    GstSdp,
    GstWebRTC,
)

JITTER_BUFFER_MS = 50
PLAYOUT_MS = 40
FRAME_MS = 20
# What is concealed is ready last: without this, PESQ at 5 % loss is 1.5 in some calls
# and 3.5 in the others.
SLACK_MS = 30
CODEC = (
    "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=96,"
    "encoding-params=(string)2,minptime=(string)10,useinbandfec=(string){fec:d}"
)
VOICE = "audio/x-raw,format=S16LE,rate=48000,channels=1"
CAPTURE = (
    "alsasrc device={microphone} buffer-time=60000 latency-time=20000"
    f" ! {VOICE}"
    " ! opusenc bitrate=28000 audio-type=voice frame-size=20"
    " inband-fec={fec} packet-loss-percentage=10"
    " ! rtpopuspay pt=96 ! {codec}"
    " ! webrtcbin name=rtc latency={jitter_buffer_ms}"
)
PLAYOUT = (
    "rtpopusdepay ! opusdec plc=true use-inband-fec={fec}"
    f" ! {VOICE}"
    " ! alsasink device={speaker} latency-time=20000 processing-deadline=0"
    f" buffer-time={PLAYOUT_MS * 1000}"
)
MAKE_IDENTITY = (
    *("openssl", "req", "-x509", "-days", "30", "-subj", "/CN=bench", "-nodes"),
    *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", "-"),
)


@dataclass(frozen=True)
class Identity:
    """The certificate and key of all calls, for DTLS."""

    pem: str
    fingerprint: str


def warm_up() -> Identity:
    """Load the plug-ins and make a key.

    GStreamer's own key is RSA, which aiortc does not take as a DTLS client.
    """
    Gst.init(None)
    for name in ("webrtcbin", "opusenc", "opusdec", "alsasink", "dtlsdec", "nicesrc"):
        Gst.ElementFactory.make(name)
    made = subprocess.run(MAKE_IDENTITY, capture_output=True, check=True, text=True)
    key, begin, certificate = made.stdout.partition("-----BEGIN CERTIFICATE-----\n")
    certificate = begin + certificate
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate)).digest()
    return Identity(certificate + key, digest.hex(":").upper())


class Pipeline:
    """A call, from before its press to its bye."""

    def __init__(
        self,
        session: Session,
        microphone: str,
        speaker: str,
        identity: Identity,
        fec: bool,
    ) -> None:
        self._session = session
        self._identity = identity
        self._playout = PLAYOUT.format(speaker=speaker, fec=fec)
        self._loop = asyncio.get_running_loop()
        self._gathered = asyncio.Event()
        codec = CODEC.format(fec=fec)
        capture = CAPTURE.format(
            microphone=microphone,
            fec=fec,
            codec=codec,
            jitter_buffer_ms=JITTER_BUFFER_MS,
        )
        self._pipeline = Gst.parse_launch(capture)
        # With FEC opusdec keeps one frame back, but asks for 120 ms for it.
        kept_back_ms = FRAME_MS if fec else 0
        latency_ms = JITTER_BUFFER_MS + kept_back_ms + PLAYOUT_MS + SLACK_MS
        self._pipeline.set_latency(latency_ms * Gst.MSECOND)
        self._rtc = self._pipeline.get_by_name("rtc")
        self._listen()
        spare_detours(self._rtc)
        transceiver = self._rtc.emit("get-transceiver", 0)
        transceiver.set_property("codec-preferences", Gst.Caps.from_string(codec))
        self._pipeline.set_state(Gst.State.READY)
        self._offer = asyncio.ensure_future(self._make_offer())

    def _listen(self) -> None:
        self._pipeline.get_bus().set_sync_handler(report)
        self._pipeline.connect("deep-element-added", self._identify)
        self._rtc.connect("pad-added", self._play)
        self._rtc.connect("notify::ice-gathering-state", self._gather)
        self._rtc.connect("notify::connection-state", self._change)

    def _identify(self, _bin: Any, _parent: Any, element: Any) -> None:
        if element.get_name().startswith("dtlssrtpdec"):
            element.set_property("pem", self._identity.pem)

    def _gather(self, rtc: Any, _: Any) -> None:
        states = GstWebRTC.WebRTCICEGatheringState
        if rtc.get_property("ice-gathering-state") == states.COMPLETE:
            self._loop.call_soon_threadsafe(self._gathered.set)

    def _change(self, rtc: Any, _: Any) -> None:
        states = GstWebRTC.WebRTCPeerConnectionState
        if rtc.get_property("connection-state") == states.CONNECTED:
            tell("connected")

    def _play(self, _: Any, pad: Any) -> None:
        if pad.direction == Gst.PadDirection.SRC:
            playout = Gst.parse_bin_from_description(self._playout, True)
            self._pipeline.add(playout)
            playout.sync_state_with_parent()
            pad.link(playout.get_static_pad("sink"))

    def _promised(
        self, signal: str, argument: Any, read: Callable[[Any], str] = str
    ) -> Awaitable[str]:
        """What is read in webrtcbin's reply, which is gone after the callback."""
        replied = self._loop.create_future()

        def take(promise: Any, *_: Any) -> None:
            found = read(promise.get_reply())
            self._loop.call_soon_threadsafe(replied.set_result, found)

        promise = Gst.Promise.new_with_change_func(take)
        self._rtc.emit(signal, argument, promise)
        return replied

    async def _make_offer(self) -> str:
        offer = await self._promised(
            "create-offer", None, lambda reply: reply.get_value("offer").sdp.as_text()
        )
        await self._promised("set-local-description", described("OFFER", offer))
        await self._gathered.wait()
        sdp = self._rtc.get_property("local-description").sdp.as_text()
        # webrtcbin's own fingerprint is that of certificate and key in one.
        ours = f"a=fingerprint:sha-256 {self._identity.fingerprint}"
        return re.sub("a=fingerprint:[^\r\n]*", ours, sdp)

    async def place(self) -> None:
        # dtlsdec listens to the connection that it has when it is started: a key that
        # comes later, with the offer, leaves it deaf.
        offer = await self._offer
        self._pipeline.set_state(Gst.State.PLAYING)
        answer = await self._session.invite(offer, lambda: tell("invite"))
        description = described("ANSWER", mended(answer, offer))
        await self._promised("set-remote-description", description)

    async def end(self) -> None:
        await asyncio.gather(self._offer)
        await asyncio.to_thread(self._pipeline.set_state, Gst.State.NULL)


def spare_detours(rtc: Any) -> None:
    """No UPnP, which costs each gathering 100 ms and more; no ICE over TCP."""
    ice = rtc.get_property("ice-agent")
    if ice.__grefcount__ == 1:
        # GStreamer 1.22 gave away its own reference.
        add_reference = ctypes.CDLL("libgobject-2.0.so.0").g_object_ref
        add_reference.argtypes, add_reference.restype = [ctypes.c_void_p], None
        add_reference(hash(ice))
    agent = ice.get_property("agent")
    agent.set_property("upnp", False)
    agent.set_property("ice-tcp", False)


def described(kind: str, sdp: str) -> Any:
    """A description as webrtcbin takes it."""
    _, message = GstSdp.SDPMessage.new_from_text(sdp)
    kind_of_sdp = getattr(GstWebRTC.WebRTCSDPType, kind)
    return GstWebRTC.WebRTCSessionDescription.new(kind_of_sdp, message)


def mended(answer: str, offer: str) -> str:
    """FreeSWITCH's answer as webrtcbin takes it."""
    mid = re.findall("a=mid:([^\r\n]*)", offer)[0]
    lines = [
        line
        for line in answer.splitlines()
        if not re.match(r"a=candidate:\S+ 2 |a=mid:", line)
    ]
    sdp = "\r\n".join([*lines, f"a=mid:{mid}", ""])
    return sdp.replace(" RTP/SAVPF ", " UDP/TLS/RTP/SAVPF ")


def report(_bus: Any, message: Any) -> Any:
    """Faults go to stderr; nobody reads the bus, so it keeps nothing."""
    if message.type == Gst.MessageType.ERROR:
        print(message.get_structure().to_string(), file=sys.stderr)
    return Gst.BusSyncReply.DROP
