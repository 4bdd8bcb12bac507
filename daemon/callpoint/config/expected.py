"""PURE: how a key's expectation is told in plain words, and never in pydantic's.

Whatever is wrong with a value, its fault says the same: what the key expects.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import (
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
)
from pydantic_core import PydanticCustomError, core_schema

UNMET: Final = "unmet"
SECRET_UNMET: Final = "secret_unmet"


def unmet(words: str, key: str = "") -> PydanticCustomError:
    """The error of a value that is not what `words` say; `key` is a key below it."""
    return PydanticCustomError(UNMET, "{words}", {"words": words, "key": key})


@dataclass(frozen=True)
class Expected:
    """Annotates a type: the value must also pass `test`, or else `words` are told.

    The value of a `secret` one is never shown.
    """

    words: str
    test: Callable[[Any], bool] = lambda _: True
    secret: bool = False
    limits: tuple[tuple[str, float], ...] = ()
    """The test in the words of JSON Schema, as far as it has them."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            self._validate, handler(source)
        )

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """What an editor tells of the key."""
        return {**handler(schema), **dict(self.limits), "description": self.words}

    def _validate(self, value: object, inner: ValidatorFunctionWrapHandler) -> object:
        try:
            result = inner(value)
        except ValidationError as error:
            if _is_in_an_item(error):
                raise
            raise self._error() from None
        if not self.test(result):
            raise self._error()
        return result

    def _error(self) -> PydanticCustomError:
        kind = SECRET_UNMET if self.secret else UNMET
        return PydanticCustomError(kind, "{words}", {"words": self.words, "key": ""})


def _is_in_an_item(error: ValidationError) -> bool:
    """Whether the value is the list that it should be, and an item of it is wrong."""
    places = (detail["loc"] for detail in error.errors(include_url=False))
    return any(place and isinstance(place[0], int) for place in places)


def between(low: float, high: float, noun: str) -> Expected:
    """A number from `low` to `high`, both allowed; not a number is neither."""
    return Expected(
        f"{noun} from {low} to {high}",
        lambda x: bool(low <= x <= high),
        limits=(("minimum", low), ("maximum", high)),
    )


def one_of(*choices: str) -> Expected:
    return Expected("one of " + ", ".join(f'"{choice}"' for choice in choices))
