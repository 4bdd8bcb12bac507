"""Any value that JSON can hold, for tests of what survives it."""

from typing import Any

from hypothesis import strategies as st


def _values(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.recursive(
        st.none() | st.booleans() | st.integers() | numbers | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=6,
    )


JSON = _values(st.floats())
"""With what Python writes and JSON forbids: NaN and infinities."""

STRICT_JSON = _values(st.floats(allow_nan=False, allow_infinity=False))
