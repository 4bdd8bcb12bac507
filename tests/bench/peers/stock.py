"""An afternoon's client: aiortc as it comes, with tracks that read and write ALSA.

No trick and no sabotage: 20 ms frames, blocking calls in threads of their own, whatever
ALSA gives by default.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import aioice.ice
import alsaaudio
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler

from tests.bench.peers.calls import OneCall
from tests.bench.peers.contract import arguments, obey, tell
from tests.bench.peers.signalling import Session, logged_in

RATE_HZ = 48_000
FRAME_SAMPLES = 960


class Device:
    """A PCM, and the thread in which it blocks."""

    def __init__(self, kind: int, name: str) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._pcm = alsaaudio.PCM(
            kind,
            device=name,
            channels=1,
            rate=RATE_HZ,
            format=alsaaudio.PCM_FORMAT_S16_LE,
            periodsize=FRAME_SAMPLES,
        )

    async def read(self) -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        read: tuple[int, bytes] = await loop.run_in_executor(
            self._thread, self._pcm.read
        )
        return read

    async def write(self, pcm: bytes) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._pcm.write, pcm)

    def close(self) -> None:
        self._thread.shutdown()
        self._pcm.close()


class Microphone(MediaStreamTrack):
    """A track that reads 20 ms at a time."""

    kind = "audio"

    def __init__(self, device: Device) -> None:
        super().__init__()
        self._device = device
        self._samples = 0

    async def recv(self) -> AudioFrame:
        length = 0
        # After an overrun the length is negative, and there is nothing to send.
        while length <= 0:
            length, pcm = await self._device.read()
        frame = AudioFrame(format="s16", layout="mono", samples=length)
        frame.planes[0].update(pcm)
        frame.sample_rate = RATE_HZ
        frame.time_base = Fraction(1, RATE_HZ)
        frame.pts = self._samples
        self._samples += length
        return frame


async def play(track: MediaStreamTrack, device: Device) -> None:
    """Write what comes, until the track ends."""
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
    try:
        while True:
            decoded = await track.recv()
            assert isinstance(decoded, AudioFrame)
            for frame in resampler.resample(decoded):
                # A plane is longer than its samples: libav aligns it.
                await device.write(bytes(frame.planes[0])[: frame.samples * 2])
    except MediaStreamError:
        return


class Call:
    """One call, from its press to its bye."""

    def __init__(self, session: Session, microphone: str, speaker: str) -> None:
        self._session = session
        self._capture = Device(alsaaudio.PCM_CAPTURE, microphone)
        self._playout = Device(alsaaudio.PCM_PLAYBACK, speaker)
        self._playing: asyncio.Task[None] | None = None
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._microphone = Microphone(self._capture)
        self._pc.addTrack(self._microphone)
        self._pc.on("track", self._play)
        self._pc.on("connectionstatechange", self._change)

    def _play(self, track: MediaStreamTrack) -> None:
        self._playing = asyncio.create_task(play(track, self._playout))

    def _change(self) -> None:
        if self._pc.connectionState == "connected":
            tell("connected")

    async def place(self) -> None:
        await self._pc.setLocalDescription(await self._pc.createOffer())
        offer = self._pc.localDescription.sdp
        answer = await self._session.invite(offer, lambda: tell("invite"))
        await self._pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def end(self) -> None:
        self._microphone.stop()
        await self._pc.close()
        if self._playing:
            self._playing.cancel()
            await asyncio.gather(self._playing, return_exceptions=True)
        self._capture.close()
        self._playout.close()


def use_loopback_without_a_network() -> None:
    """aioice leaves 127.0.0.1 out, so that without any network there is no call."""
    addresses = aioice.ice.get_host_addresses

    def found(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return addresses(use_ipv4, use_ipv6) or ["127.0.0.1"]

    aioice.ice.get_host_addresses = found


async def main() -> None:
    options = arguments("stock").parse_args()
    use_loopback_without_a_network()
    async with logged_in(options.url) as session:
        devices = options.microphone, options.speaker
        await obey(OneCall(session, lambda: Call(session, *devices)))


if __name__ == "__main__":
    asyncio.run(main())
