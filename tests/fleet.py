"""A fleet that lost its server comes back: how many log in at once, and who waits.

The devices are real `Line`s with real backoff, in virtual time; beside them the curve
of the vendor's SDK. `scripts/measure fleet` prints the table of docs/reliability.md.
"""

import asyncio
import logging
import random
import statistics
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from callpoint.errors import CallpointError, NetworkError, SentAwayError
from callpoint.telnyx.line import Line
from tests.virtual_time import in_virtual_time

DEVICES = 10_000
LOST = NetworkError("the connection broke without a word")
SENT_AWAY = SentAwayError("the server closed the connection (1012)")
_HANGS_S = 5.0


@dataclass(frozen=True)
class Blow:
    """What befalls all devices at the same moment."""

    name: str
    outage_s: float = 0.0
    loss: CallpointError = LOST
    hangs: bool = False
    """Whether tries meet a silent server, and not a refusal at once."""


BLOWS = (
    Blow("restart at once, close 1012", loss=SENT_AWAY),
    Blow("restart at once, cut without a word"),
    Blow("away for 10 s", outage_s=10.0),
    Blow("away for 60 s", outage_s=60.0),
    Blow("away for 60 s, silent", outage_s=60.0, hangs=True),
    Blow("away for ten minutes", outage_s=600.0),
)

_PICTURED = BLOWS[3]
_LOG = logging.getLogger("callpoint.telnyx.line")
_COLOURS = ("#c2185b", "#1976d2")


@dataclass
class Return:
    """How the fleet came back; seconds from the moment when it could."""

    waits_s: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> Counter[int]:
        return Counter(int(wait_s) for wait_s in self.waits_s)

    @property
    def peak(self) -> int:
        """Logins in the worst second."""
        return max(self.per_second.values())

    def row(self) -> str:
        waits_s = sorted(self.waits_s)
        late_s = waits_s[int(0.95 * len(waits_s))]
        return (
            f"{self.peak:8d}{statistics.median(waits_s):9.1f}{late_s:9.1f}"
            f"{waits_s[-1]:9.1f}"
        )


class BackError(Exception):
    """A device is in again: its part is over."""


class _World:
    """The server, as all devices see it."""

    def __init__(self, blow: Blow) -> None:
        self.blow = blow
        self.back_at_s = asyncio.get_running_loop().time() + blow.outage_s
        self.outcome = Return()

    async def log_in(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self.back_at_s:
            await asyncio.sleep(_HANGS_S if self.blow.hangs else 0)
            raise LOST
        self.outcome.waits_s.append(loop.time() - self.back_at_s)
        raise BackError


class _Device:
    """Registered, and struck at once."""

    is_in_call = False

    def __init__(self, world: _World, dice: random.Random) -> None:
        self._world = world
        self._is_struck = False
        self._line = Line(self, self._log_in, lambda _: None, dice=dice.random)

    async def run(self) -> None:
        await self._line.run()

    async def _log_in(self, reconnection: bool) -> None:
        if reconnection:
            await self._world.log_in()

    async def disconnected(self) -> CallpointError:
        return self._world.blow.loss


class _VendorDevice:
    """JS SDK, BaseSession.ts:178-199: doubling from 1 to 30 s, a quarter either way.

    It would give up after ten tries, which it is let off here.
    """

    def __init__(self, world: _World, dice: random.Random) -> None:
        self._world = world
        self._dice = dice

    async def run(self) -> None:
        nominal_s = 1.0
        while True:
            await asyncio.sleep(nominal_s * self._dice.uniform(0.75, 1.25))
            nominal_s = min(2 * nominal_s, 30.0)
            try:
                await self._world.log_in()
            except NetworkError:
                continue


Device = Callable[[_World, random.Random], _Device | _VendorDevice]


def returns(
    blow: Blow, device: Device = _Device, devices: int = DEVICES, seed: int = 1
) -> Return:
    """Strike a fleet, and see how it comes back."""

    async def play() -> Return:
        world = _World(blow)
        dice = random.Random(seed)
        lives: list[Awaitable[None]] = [
            device(world, random.Random(dice.random())).run() for _ in range(devices)
        ]
        for end in await asyncio.gather(*lives, return_exceptions=True):
            assert isinstance(end, BackError), end
        return world.outcome

    # Ten thousand devices would warn.
    _LOG.disabled = True
    try:
        return in_virtual_time(play())
    finally:
        _LOG.disabled = False


def vendor_returns(blow: Blow, devices: int = DEVICES, seed: int = 1) -> Return:
    """The same with the vendor's curve."""
    return returns(blow, _VendorDevice, devices, seed)


def picture(blow: Blow) -> str:
    """Logins second by second, ours and the vendor's, as an SVG."""
    fleets = {"callpoint": returns(blow), "the vendor's SDK": vendor_returns(blow)}
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 300" role="img"'
        ' font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{DEVICES} devices come back: {blow.name}</title>",
        '<rect width="640" height="300" fill="#ffffff"/>',
    ]
    for logins in range(0, 801, 200):
        y = _y(logins)
        lines.append(f'<path d="M50 {y}H620" stroke="#dddddd"/>')
        lines.append(f'<text x="44" y="{y + 4}" text-anchor="end">{logins}</text>')
    for second in range(0, 41, 10):
        x = _x(second)
        lines.append(f'<text x="{x}" y="278" text-anchor="middle">{second}</text>')
    lines.append('<text x="335" y="294" text-anchor="middle">seconds</text>')
    lines.append('<text x="50" y="16">logins a second</text>')
    for number, (name, fleet) in enumerate(fleets.items()):
        colour = _COLOURS[number]
        steps = "".join(
            f"V{_y(fleet.per_second[second])}H{_x(second + 1)}" for second in range(42)
        )
        lines.append(
            f'<path d="M50 {_y(0)}{steps}" fill="none" stroke="{colour}"'
            ' stroke-width="2"/>'
        )
        lines.append(
            f'<text x="620" y="{40 + 18 * number}" text-anchor="end"'
            f' fill="{colour}">{name}</text>'
        )
    return "\n".join([*lines, "</svg>", ""])


def _x(second: float) -> float:
    return round(50 + 570 * second / 42, 1)


def _y(logins: float) -> float:
    return round(260 - 230 * logins / 800, 1)


def main(path: str | None = None) -> None:
    """Print the table; draw the picture if there is a path for it."""
    print(f"{DEVICES} devices; logins in the worst second, and seconds until logged in")
    print(f"{'':40}{'peak':>8}{'median':>9}{'95 %':>9}{'last':>9}")
    for blow in BLOWS:
        print(f"{blow.name:40}{returns(blow).row()}")
        print(f"{'  the vendor SDK':40}{vendor_returns(blow).row()}")
    if path is not None:
        Path(path).write_text(picture(_PICTURED))


if __name__ == "__main__":
    main(*sys.argv[1:])
