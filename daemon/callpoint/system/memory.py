"""What is loaded once stays: the garbage collector need not look at it again."""

import gc
from typing import Final

_FULL_COLLECTION_AFTER: Final = 2
"""Of the collections of what is half old; ten without this, some hundred calls."""


def settle() -> None:
    """Say that all there is by now lives as long as the process.

    A full collection stops every thread, those of the sound too, while it looks at each
    object: 27 ms on a PC and many times that on a small board, nearly all of it for
    modules. Without them it is cheap, and is made often enough that the remains of
    calls do not pile up.
    """
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _FULL_COLLECTION_AFTER)
