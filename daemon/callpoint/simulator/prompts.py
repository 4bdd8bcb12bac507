"""PURE: what the assistant can say by voice; `scripts/make-speech` makes the sound."""

from typing import Final

PROMPTS: Final[dict[str, str]] = {
    "greeting": "Hello, you have reached the callpoint simulator. Speak, and let go.",
    "heard": "I heard:",
    "read": "I have read your message.",
    "asking": "One moment, I am asking.",
    "tool-answered": "Your tool has answered.",
    "tool-silent": "Your tool did not answer.",
    "goodbye": "Goodbye.",
}
"""Name (and file name without its ending) to text."""
