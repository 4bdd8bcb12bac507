import pytest

from callpoint.demo.script import Utterance, lay_out

UTTERANCES = (Utterance("Front_Left", 1.5), Utterance("Rear_Center", 1.4))


def test_a_file_name_says_what_is_said() -> None:
    assert Utterance("Front_Left", 1.0).text == "front left"


def test_the_button_is_held_while_somebody_speaks() -> None:
    for turn in lay_out(UTTERANCES).turns:
        assert turn.press_s < turn.speak_s
        assert turn.release_s > turn.speak_s + turn.utterance.length_s


def test_the_assistant_has_time_before_each_turn() -> None:
    first, second = lay_out(UTTERANCES, greeting_s=6).turns
    assert first.press_s == 6
    assert second.press_s - first.release_s > 3


def test_the_first_press_is_over_before_the_first_turn() -> None:
    script = lay_out(UTTERANCES)
    assert script.first_release_s < script.turns[0].press_s


def test_the_script_waits_for_the_farewell() -> None:
    script = lay_out(UTTERANCES)
    assert script.until_s > script.turns[-1].release_s + 3


def test_a_script_without_words_is_a_greeting() -> None:
    assert lay_out([]).turns == ()


@pytest.mark.parametrize(("now_s", "turn"), [(0, 0), (6, 0), (7.9, 1), (60, None)])
def test_the_next_turn_is_the_one_that_goes_on_or_comes(
    now_s: float, turn: int | None
) -> None:
    script = lay_out(UTTERANCES, greeting_s=5)
    expected = None if turn is None else script.turns[turn]
    assert script.next_turn(now_s) == expected
