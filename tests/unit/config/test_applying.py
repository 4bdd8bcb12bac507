import pytest

from callpoint.config.applying import Applies, Change, changes, in_force
from callpoint.config.schema import Config


def config(**tables: dict[str, object]) -> Config:
    assistant = {"target_id": "a", **tables.pop("assistant", {})}
    return Config.model_validate({"assistant": assistant, **tables})


OLD = config()
NEW = config(
    assistant={"target_id": "b"},
    button={"pin": 4, "debounce_ms": 5},
    call={"quiet_s": 3, "caller_name": "Tom"},
)


def test_what_differs_is_listed_with_when_it_applies() -> None:
    assert changes(OLD, NEW) == [
        Change("assistant.target_id", Applies.NEXT_CALL),
        Change("button.pin", Applies.RESTART),
        Change("button.debounce_ms", Applies.LIVE),
        Change("call.caller_name", Applies.NEXT_CALL),
        Change("call.quiet_s", Applies.LIVE),
    ]
    assert changes(NEW, NEW) == []


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ((), 5),
        ((Applies.LIVE,), 3),
        ((Applies.LIVE, Applies.NEXT_CALL), 1),
        (tuple(Applies), 0),
    ],
)
def test_of_a_change_that_is_in_force_which_is_wanted(
    wanted: tuple[Applies, ...], left: int
) -> None:
    between = in_force(OLD, NEW, wanted)
    assert len(changes(between, NEW)) == left
    assert all(change.applies not in wanted for change in changes(between, NEW))
    assert all(change.applies in wanted for change in changes(OLD, between))
