"""What of a new configuration is in force when."""

import pytest

from callpoint.config.schema import Config
from callpoint.errors import ConfigError, Fault
from callpoint.station.settings import Reloaded, Settings, told


def config(target_id: str = "a", quiet_s: float = 30, pin: int | None = None) -> Config:
    return Config.model_validate(
        {
            "assistant": {"target_id": target_id},
            "call": {"quiet_s": quiet_s},
            "button": {} if pin is None else {"pin": pin},
        }
    )


NEW = config("b", 5, 17)
KEYS = ("assistant.target_id", "call.quiet_s", "button.pin")


@pytest.fixture
def applied() -> list[tuple[Config, Config]]:
    return []


@pytest.fixture
def settings(applied: list[tuple[Config, Config]]) -> Settings:
    return Settings(config(), lambda old, new: applied.append((old, new)))


def test_without_a_call_all_but_a_restart_is_in_force_at_once(
    settings: Settings, applied: list[tuple[Config, Config]]
) -> None:
    reloaded = settings.take(NEW, in_call=False)
    assert reloaded == Reloaded(KEYS[:2], (), ("button.pin",))
    assert settings.config == config("b", 5)
    assert applied == [(config(), config("b", 5))]


def test_in_a_call_what_would_touch_it_waits_for_its_end(
    settings: Settings, applied: list[tuple[Config, Config]]
) -> None:
    reloaded = settings.take(NEW, in_call=True)
    assert reloaded == Reloaded(("call.quiet_s",), ("assistant.target_id",), KEYS[2:])
    assert settings.config == config("a", 5)
    settings.call_over()
    assert settings.config == config("b", 5)
    assert settings.next_call == ()
    assert len(applied) == 2
    settings.call_over()
    assert len(applied) == 2


def test_a_restart_is_waited_for_until_it_comes_or_is_not_wanted_any_more(
    settings: Settings,
) -> None:
    settings.take(NEW, in_call=False)
    settings.take(config("b", 6, 17), in_call=False)
    assert list(settings.restart) == ["button.pin"]
    settings.take(config("b", 6), in_call=False)
    assert list(settings.restart) == []


def test_the_same_once_more_is_no_change(
    settings: Settings, applied: list[tuple[Config, Config]]
) -> None:
    reloaded = settings.take(config(), in_call=False)
    assert (str(reloaded), applied) == ("nothing changed", [])


def test_a_wrong_one_is_remembered_until_there_is_a_good_one(
    settings: Settings, applied: list[tuple[Config, Config]]
) -> None:
    settings.take(NEW, in_call=True)
    settings.refuse(ConfigError([Fault("f", "k", "a", "b"), Fault("f", "l", "a", "b")]))
    assert settings.fault is not None
    assert told(settings.fault).split("; ") == [
        "f: k: expected a, found b",
        "f: l: expected a, found b",
    ]
    # What stands in a file that is wrong by now is wanted no more.
    settings.call_over()
    assert len(applied) == 1
    settings.take(NEW, in_call=False)
    assert settings.fault is None


def test_a_reload_is_told_in_one_line() -> None:
    assert str(Reloaded(("a", "b"), ("c",), ("d",))) == (
        "in force: a, b; when the call is over: c; after a restart: d"
    )
