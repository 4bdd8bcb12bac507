"""PURE: the links on which quality and delay are compared, and their names."""

from dataclasses import dataclass

BEFORE_S = 10.0


@dataclass(frozen=True)
class Cell:
    """One link."""

    name: str
    jitter_ms: int = 0
    loss_percent: int = 0
    burst_packets: int = 1
    fec: bool = False
    stall_ms: int = 0
    loses_one: bool = False
    clock_ppm: float = 0.0
    """How much quicker the far end's clock is."""
    after_s: float = 0.0
    """How long after the one fault the delay is taken again; 0: it has none."""

    @property
    def is_fault(self) -> bool:
        return self.after_s > 0

    def scenario(self, seed: int) -> list[str]:
        """The simulator's options."""
        names = [
            f"loss:{self.loss_percent},{self.burst_packets}",
            f"jitter:{self.jitter_ms}",
            f"seed:{seed}",
        ]
        if not self.fec:
            names.append("no-fec")
        if self.stall_ms:
            names.append(f"stall:{BEFORE_S},{self.stall_ms}")
        if self.loses_one:
            names.append(f"lose-one:{BEFORE_S}")
        if self.clock_ppm:
            names.append(f"clock:{self.clock_ppm:g}")
        return [word for name in names for word in ("--scenario", name)]


QUALITY = (
    Cell("clean"),
    Cell("jitter", 40),
    Cell("loss1", 40, 1),
    Cell("loss5", 40, 5),
    Cell("loss10", 40, 10),
    Cell("burst5", 40, 5, 3),
    Cell("loss5-fec", 40, 5, fec=True),
    Cell("loss10-fec", 40, 10, fec=True),
    Cell("burst5-fec", 40, 5, 3, fec=True),
    Cell("still-loss1", 0, 1),
    Cell("still-loss5", 0, 5),
    Cell("still-loss10", 0, 10),
)
FAULTS = (
    Cell("after-loss", loses_one=True, after_s=60),
    Cell("after-stall", stall_ms=500, after_s=30),
    Cell("clock", clock_ppm=200, after_s=60),
)
