"""Several files as one table."""

from typing import Any

import pytest

from callpoint.config.layers import Layer, Path, merged, origins

BASE = Layer("base", {"a": {"x": 1, "y": 2}, "list": [{"k": 1}, {"k": 2}], "s": 1})
OVER = Layer("over", {"a": {"y": 3, "z": 4}, "list": [{}], "s": {"t": 5}})


def test_later_layers_win_key_by_key() -> None:
    assert merged([BASE, OVER])["a"] == {"x": 1, "y": 3, "z": 4}


def test_lists_and_values_are_replaced_whole() -> None:
    assert merged([BASE, OVER])["list"] == [{}]
    assert merged([BASE, OVER])["s"] == {"t": 5}
    assert merged([OVER, BASE])["s"] == 1


def test_merging_leaves_the_layers_as_they_are() -> None:
    merged([BASE, OVER])
    assert BASE.table["a"] == {"x": 1, "y": 2}


def test_tables_are_merged_as_deep_as_the_schema_goes() -> None:
    layers = [Layer(k, {"a": {"b": {k: 1}}}) for k in ("one", "two")]
    assert merged(layers) == {"a": {"b": {"one": 1, "two": 1}}}


def test_a_table_of_any_depth_can_be_merged_with_itself() -> None:
    table: dict[str, Any] = {}
    for _ in range(5000):
        table = {"a": table}
    assert merged([Layer("one", table), Layer("two", table)]).keys() == {"a"}


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ((), ["base", "over"]),
        (("a", "x"), ["base"]),
        (("a", "y"), ["base", "over"]),
        (("a", "z"), ["over"]),
        (("a", "nowhere"), ["base", "over"]),
        (("s", "t"), ["over"]),
        (("s", "nowhere"), ["base", "over"]),
        (("nowhere", "x"), ["base", "over"]),
        (("list", 0, "k"), ["over"]),
        (("list", 0), ["over"]),
    ],
)
def test_a_key_comes_from_the_files_that_give_it_or_its_table(
    path: Path, files: list[str]
) -> None:
    assert origins([BASE, OVER], path) == files
