"""The base of every piece of a scenario: strict, unchanging, and explaining its mistakes in a person's words.

pydantic finds the mistakes, all of them at once; what it says about them is put into our words here, where the class
knows its own keys and examples. A message says what was seen and what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, InitErrorDetails, PydanticCustomError

from scenarios.problems import instead
from scenarios.quantities import show

SelfPart = TypeVar("SelfPart", bound="Part")


class Part(BaseModel):
    """A mapping in a scenario file. Unknown keys are an error; values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    @model_validator(mode="wrap")
    @classmethod
    def _explained(cls: type[SelfPart], value: Any, handler: ModelWrapValidatorHandler[SelfPart]) -> SelfPart:
        try:
            return handler(value)
        except ValidationError as error:
            raise ValidationError.from_exception_data(
                cls.__name__, [_explain(cls, each) for each in error.errors(include_url=False)]
            ) from None

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> Any:
        """Without the keys that say nothing: they hold nothing, and that is their default."""
        fields = type(self).model_fields
        return {
            key: value
            for key, value in write(self).items()
            if value is not None or key not in fields or fields[key].default is not None
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema that editors get: defaults as they are written, nothing that does not help."""
        reference = handler(schema)
        described = handler.resolve_ref_schema(reference)
        described.pop("title", None)
        written = cls.model_construct().model_dump() if "properties" in described else {}
        for key, field in described.get("properties", {}).items():
            field.pop("title", None)
            field.pop("default", None)
            if written.get(key) is not None:
                field["default"] = _as_json(written[key])
        return reference


def _as_json(value: Any) -> Any:
    """A written value as JSON holds it: exact decimals become numbers."""
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    return float(value) if isinstance(value, Decimal) else value


def failure(message: str) -> PydanticCustomError:
    """A pydantic error that says exactly this."""
    return PydanticCustomError("explained", "{message}", {"message": message})


def _explain(part: type[Part], error: ErrorDetails) -> InitErrorDetails:
    loc, message = _in_our_words(part, error)
    return InitErrorDetails(type=failure(message), loc=loc, input=error["input"])


def _in_our_words(part: type[Part], error: ErrorDetails) -> tuple[tuple[int | str, ...], str]:
    """Where and what; an error that is already explained stays as it is."""
    if error["type"] == "explained":
        return error["loc"], error["ctx"]["message"]
    message = _EXPLANATIONS.get(error["type"], _as_pydantic_says)(part, error)
    loc = error["loc"]
    if error["type"] in ("union_tag_invalid", "union_tag_not_found") and isinstance(error["input"], dict):
        loc = (*loc, _discriminator(error))
    return loc, message


def _discriminator(error: ErrorDetails) -> str:
    """The key that tells the choices of a union apart."""
    name = str(error["ctx"].get("discriminator", ""))
    return name.strip("'") if name.startswith("'") else "kind"


def _missing(part: type[Part], error: ErrorDetails) -> str:
    key = str(error["loc"][-1])
    examples = part.model_fields[key].examples if key in part.model_fields else None
    return f"missing; write for example `{key}: {examples[0] if examples else '...'}`"


def _unknown_key(part: type[Part], error: ErrorDetails) -> str:
    return f"unknown key; {instead(str(error['loc'][-1]), list(part.model_fields), 'keys here')}"


def _not_one_of(_: type[Part], error: ErrorDetails) -> str:
    choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    return f"{show(error['input'])} is not possible here; {instead(str(error['input']), choices, 'write one of')}"


def _unknown_kind(_: type[Part], error: ErrorDetails) -> str:
    tags = re.findall(r"'([^']*)'", error["ctx"]["expected_tags"])
    kinds = [f"{tag}" for tag in tags if tag != "custom"]
    own = ', or one of your own as "file.py:Class"' if "custom" in tags else ""
    return f"{error['ctx']['tag']!r} is not a kind; {instead(error['ctx']['tag'], kinds, 'kinds')}{own}"


def _kind_missing(_: type[Part], error: ErrorDetails) -> str:
    if not isinstance(error["input"], dict):
        return _not_a_mapping(_, error)
    if "default" in error["input"]:
        return "one latency is wanted here, not one for each venue; write for example 350us"
    return "missing; say which `kind` this is"


def _not_text(_: type[Part], error: ErrorDetails) -> str:
    return f"{show(error['input'])} is not text; write a word, in quotes if it looks like a number"


def _not_a_switch(_: type[Part], error: ErrorDetails) -> str:
    return f"{show(error['input'])} is neither true nor false; write one of them"


def _not_a_list(_: type[Part], error: ErrorDetails) -> str:
    return f"{show(error['input'])} is not a list; write [..., ...] or one line with a dash for each item"


def _not_a_mapping(_: type[Part], error: ErrorDetails) -> str:
    return f"{show(error['input'])} is not a mapping; write {{key: value, ...}}"


def _empty(_: type[Part], error: ErrorDetails) -> str:
    return "is empty; write at least one"


def _own_words(_: type[Part], error: ErrorDetails) -> str:
    return str(error["ctx"]["error"])


def _as_pydantic_says(_: type[Part], error: ErrorDetails) -> str:
    return f"{show(error['input'])}: {error['msg']}"


_EXPLANATIONS: dict[str, Callable[[type[Part], ErrorDetails], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown_key,
    "literal_error": _not_one_of,
    "enum": _not_one_of,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": _kind_missing,
    "string_type": _not_text,
    "bool_type": _not_a_switch,
    "list_type": _not_a_list,
    "tuple_type": _not_a_list,
    "dict_type": _not_a_mapping,
    "model_type": _not_a_mapping,
    "model_attributes_type": _not_a_mapping,
    "too_short": _empty,
    "value_error": _own_words,
}


def explained(error: ValidationError) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Where and what of every mistake that a part's validation found."""
    for each in error.errors(include_url=False):
        yield _in_our_words(Part, each)
