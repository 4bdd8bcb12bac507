import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.controls.debounce import Debounce
from callpoint.station.events import Pressed, Released

QUIET_MS = 25
DOWN, UP = True, False
Edges = list[tuple[float, bool]]
Heard = list[tuple[float, str]]


def told(edges: Edges, *, until_ms: float = 10_000, level: bool | None = None) -> Heard:
    """What is heard of edges in milliseconds; the timer is never late.

    `level` is what the line really is at the end, if edges were missed.
    """
    debounce = Debounce(QUIET_MS)
    heard: list[Pressed | Released] = []
    line = UP

    def settle(now_ms: float, last: bool) -> None:
        while (due_s := debounce.deadline()) is not None and due_s * 1000 < now_ms:
            now = line if level is None or not last else level
            heard.extend(debounce.settle(due_s, now))

    for at_ms, down in edges:
        settle(at_ms, False)
        line = down
        heard.extend(debounce.edge(down, at_ms / 1000))
    settle(until_ms, True)
    return [(round(e.at_s * 1000, 3), type(e).__name__.lower()) for e in heard]


TRACES: dict[str, tuple[Edges, Heard]] = {
    "a clean press": (
        [(100, DOWN), (300, UP)],
        [(100, "pressed"), (300, "released")],
    ),
    "a press that bounces is believed at its first edge": (
        [(100, DOWN), (101, UP), (101.2, DOWN), (103, UP), (108, DOWN), (300, UP)],
        [(100, "pressed"), (300, "released")],
    ),
    "a release that bounces is dated to its last edge and is no press": (
        [(100, DOWN), (300, UP), (300.4, DOWN), (305, UP), (309, DOWN), (312, UP)],
        [(100, "pressed"), (312, "released")],
    ),
    "a slow switch that bounces for longer than it must be quiet": (
        [(100, DOWN), (300, UP), (315, DOWN), (330, UP), (345, DOWN), (360, UP)],
        [(100, "pressed"), (360, "released")],
    ),
    "a release shorter than the debounce is not seen": (
        [(100, DOWN), (200, UP), (224, DOWN), (400, UP)],
        [(100, "pressed"), (400, "released")],
    ),
    "a release longer than the debounce is seen": (
        [(100, DOWN), (200, UP), (226, DOWN), (400, UP)],
        [(100, "pressed"), (200, "released"), (226, "pressed"), (400, "released")],
    ),
    "a tap shorter than the debounce is a press and a release": (
        [(100, DOWN), (110, UP)],
        [(100, "pressed"), (110, "released")],
    ),
    "a spike cannot be told from a tap": (
        [(100, DOWN), (100.02, UP)],
        [(100, "pressed"), (100.02, "released")],
    ),
    "a tap straight after a release": (
        [(100, DOWN), (200, UP), (240, DOWN), (280, UP)],
        [(100, "pressed"), (200, "released"), (240, "pressed"), (280, "released")],
    ),
    "an edge up out of nowhere": ([(100, UP)], []),
    "an edge that repeats the one before": (
        [(100, DOWN), (150, DOWN), (300, UP), (310, UP)],
        [(100, "pressed"), (300, "released")],
    ),
}


@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES.keys())
def test_traces(trace: tuple[Edges, Heard]) -> None:
    edges, heard = trace
    assert told(edges) == heard


def test_a_release_whose_edge_was_missed_is_found_by_reading_the_level() -> None:
    assert told([(100, DOWN)], level=UP) == [(100, "pressed"), (125, "released")]


def test_a_press_whose_edge_was_missed_is_found_by_reading_the_level() -> None:
    edges: Edges = [(100, DOWN), (110, UP)]
    assert told(edges, level=DOWN) == [(100, "pressed")]


def test_an_edge_that_overtakes_the_timer_settles_what_went_before() -> None:
    debounce = Debounce(QUIET_MS)
    debounce.edge(DOWN, 0.100)
    assert debounce.edge(UP, 0.200) == []
    assert debounce.edge(DOWN, 0.300) == [Released(0.200), Pressed(0.300)]


def test_the_level_is_not_read_before_the_line_was_quiet() -> None:
    debounce = Debounce(QUIET_MS)
    debounce.edge(DOWN, 0.100)
    assert debounce.settle(0.120, UP) == []
    assert debounce.deadline() == pytest.approx(0.125)
    assert debounce.settle(0.125, UP) == [Released(0.125)]
    assert debounce.deadline() is None


def test_a_button_found_down_at_the_start_is_no_press() -> None:
    debounce = Debounce(QUIET_MS)
    debounce.found_down()
    assert debounce.deadline() is None
    assert debounce.edge(UP, 5.0) == []
    assert debounce.settle(5.025, UP) == [Released(5.0)]


def test_a_button_that_is_up_needs_no_timer() -> None:
    debounce = Debounce(QUIET_MS)
    debounce.edge(UP, 1.0)
    assert debounce.deadline() is None


@given(st.lists(st.tuples(st.floats(0.01, 60), st.booleans()), max_size=30))
def test_presses_and_releases_always_alternate(steps: Edges) -> None:
    at_ms, edges = 0.0, []
    for pause_ms, down in steps:
        at_ms += pause_ms
        edges.append((at_ms, down))
    heard = [kind for _, kind in told(edges)]
    assert heard[0::2] == ["pressed"] * len(heard[0::2])
    assert heard[1::2] == ["released"] * len(heard[1::2])
    assert [at for at, _ in told(edges)] == sorted(at for at, _ in told(edges))
    held = len(heard) % 2 == 1
    assert held is (bool(edges) and edges[-1][1])
