"""A refused login tells what is wrong where its words are clear, and its words."""

import pytest

from callpoint.telnyx.refusals import explained
from callpoint.telnyx.requests import Login

LOGIN = Login("assistant-1", target_version_id="v7", conversation_id="c9")


@pytest.mark.parametrize(
    ("code", "message", "meaning", "advice"),
    [
        (-32004, "Assistant not found", "assistant-1 is not known", "target_id"),
        ("E1", "Unknown target", "assistant-1 is not known", "target_id"),
        (-32001, "AI assistant does not exist", "assistant-1 is not", "target_id"),
        (403, "Unauthenticated calls are disabled", "no unauthenticated", "supports_"),
        (403, "Assistant does not allow web calls", "no unauthenticated", "supports_"),
        (404, "Assistant version not found", "no version v7", "target_version_id"),
        (10007, "gone", "conversation c9 is not known", "conversation_id"),
        ("10007", "gone", "conversation c9 is not known", "conversation_id"),
    ],
)
def test_clear_words_are_told_apart(
    code: int | str, message: str, meaning: str, advice: str
) -> None:
    error = explained(code, message, LOGIN)
    assert meaning in str(error)
    assert str(error).startswith("login refused, ")
    assert str(error).endswith(f": {message} ({code})")
    assert advice in error.advice


@pytest.mark.parametrize("message", ["Login Incorrect", "", "Authentication Required"])
def test_other_words_are_shown_as_they_came_with_the_usual_causes(message: str) -> None:
    error = explained(-32001, message, LOGIN)
    assert str(error) == f"login refused: {message} (-32001)"
    assert "target_id" in error.advice
    assert "target_version_id" in error.advice
    assert "unauthenticated web calls" in error.advice


def test_what_is_not_configured_is_not_to_be_checked() -> None:
    advice = explained(-32001, "Login Incorrect", Login("a")).advice
    assert "target_version_id" not in advice
