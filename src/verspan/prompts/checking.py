"""What may be registered: names, aliases, tags, and contents of prompts."""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

from verspan.errors import InvalidArgumentError
from verspan.prompts.documents import canonical_json, content_document
from verspan.prompts.model import PromptContent, PromptVariable, VariableType
from verspan.prompts.records import LATEST
from verspan.prompts.templates import Template, variable_names
from verspan.prompts.values import fits
from verspan.versions.checking import checked_text
from verspan.versions.identity import MAX_NAME_LENGTH

MAX_CONTENT_BYTES: Final = 1_000_000
"""Of a content's JSON: some 250,000 tokens. What is larger is a document, and goes in as the value of a variable."""
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_ALIAS: Final = re.compile(r"[A-Za-z0-9_-]+")
_VERSION_LIKE: Final = re.compile(r"[vV]?[0-9]+")
_MAX_MESSAGE_LENGTH: Final = 5_000  # characters
_MAX_VERSION: Final = 2**31 - 1

Variables = Sequence[PromptVariable] | Mapping[str, VariableType]
"""Declared variables, or the type of each by its name."""


def checked_prompt_name(name: object) -> str:
    """A prompt's name, as it is.

    Raises:
        InvalidArgumentError: it is not 1 to 250 letters of ASCII, digits, dots, hyphens and underscores: MLflow's rule.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > MAX_NAME_LENGTH:
        raise InvalidArgumentError(
            f"{reprlib.repr(name)} is no prompt's name: one has 1 to {MAX_NAME_LENGTH} letters (a-z, A-Z), digits,"
            " dots, hyphens and underscores"
        )
    return name


def checked_alias(alias: object) -> str:
    """An alias that may be set.

    Raises:
        InvalidArgumentError: it has other characters than letters, digits, hyphens and underscores, looks like a
            version's number, or is ``latest``, which is always there.
    """
    if not isinstance(alias, str) or not _ALIAS.fullmatch(alias) or len(alias) > MAX_NAME_LENGTH:
        raise InvalidArgumentError(
            f"{reprlib.repr(alias)} is no alias: one has 1 to {MAX_NAME_LENGTH} letters (a-z, A-Z), digits, hyphens and"
            " underscores, as in 'production'"
        )
    if alias.lower() == LATEST or _VERSION_LIKE.fullmatch(alias):
        raise InvalidArgumentError(f"the alias {alias!r} is reserved: it stands for a version already")
    return alias


def checked_version(version: object) -> int:
    """A version's number, also where it is given as text.

    Raises:
        InvalidArgumentError: it is not a whole number from 1 on.
    """
    number = int(version) if isinstance(version, str) and re.fullmatch("[0-9]{1,10}", version) else version
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= _MAX_VERSION:
        raise InvalidArgumentError(f"{reprlib.repr(version)} is no version of a prompt: they are numbered from 1 on")
    return number


def checked_message(message: str | None) -> str | None:
    """A commit message as it is kept.

    Raises:
        InvalidArgumentError: it is no text, too long or has characters that are no text.
    """
    return None if message is None else checked_text(message, "commit message", _MAX_MESSAGE_LENGTH)


def checked_content(
    template: object,
    variables: Variables | None = None,
    response_format: object = None,
    model_config: object = None,
) -> PromptContent:
    """A content as it is kept: a copy, of JSON's values alone.

    Args:
        template: a text, or messages with role and content.
        variables: those that are declared.
        response_format: a JSON Schema, or a class that gives one by ``model_json_schema()``, as Pydantic's do.
        model_config: what to call the model with.

    Raises:
        InvalidArgumentError: something of it cannot be used; the message says what.
    """
    schema = getattr(response_format, "model_json_schema", None)
    content = PromptContent(
        _plain(_checked_template(template), "template"),
        (),
        _checked_object(schema() if callable(schema) else response_format, "response_format"),
        _checked_object(model_config, "model_config"),
    )
    declared = _checked_variables(variables or (), variable_names(content.template))
    checked = PromptContent(content.template, declared, content.response_format, content.model_config)
    size = len(canonical_json(content_document(checked)))
    if size > MAX_CONTENT_BYTES:
        raise InvalidArgumentError(
            f"the prompt has {size:,} bytes, and {MAX_CONTENT_BYTES:,} is the most: give long documents as values of"
            " variables"
        )
    return checked


def declared_variables(document: object) -> Variables | None:
    """The variables that a document of :mod:`verspan.prompts.documents`, or a person's, declares.

    Args:
        document: objects with the fields of `PromptVariable`, or an object with a type by each name; None for none.

    Raises:
        InvalidArgumentError: it is neither.
    """
    if document is None or isinstance(document, Mapping):
        return document
    try:
        return [PromptVariable(**each) for each in document]  # type: ignore[attr-defined]  # else it is a TypeError
    except TypeError as error:
        raise InvalidArgumentError(
            f"the variables are {reprlib.repr(document)}: give them as {{'question': 'string'}}, or as"
            " [{'name': 'question', 'type': 'string', 'required': false}]"
        ) from error


def _checked_template(template: object) -> Template:
    if isinstance(template, str) and template:
        return template
    if isinstance(template, Sequence) and not isinstance(template, str | bytes) and template:
        return [_checked_chat_message(message, place) for place, message in enumerate(template)]
    raise InvalidArgumentError(
        "the template is neither a text nor a list of messages, or it is empty: give 'Answer {{ question }}' or"
        " [{'role': 'user', 'content': '{{ question }}'}]"
    )


def _checked_chat_message(message: object, place: int) -> Mapping[str, Any]:
    if isinstance(message, Mapping):
        role, content = message.get("role"), message.get("content")
        if isinstance(role, str) and role and isinstance(content, str | list | tuple):
            return message
    raise InvalidArgumentError(
        f"message {place} of the template has no role, or no content that is a text or a list of parts: give it as"
        " {'role': 'user', 'content': '{{ question }}'}"
    )


def _checked_variables(variables: Variables, names: frozenset[str]) -> tuple[PromptVariable, ...]:
    if isinstance(variables, Mapping):
        variables = [PromptVariable(name, kind) for name, kind in variables.items()]
    declared: dict[str, PromptVariable] = {}
    for variable in variables:
        if not isinstance(variable, PromptVariable):
            raise InvalidArgumentError(
                f"{reprlib.repr(variable)} declares no variable: give PromptVariable('question')"
            )
        if variable.name not in names or variable.name in declared:
            what = "declared twice" if variable.name in declared else "declared and not in the template"
            raise InvalidArgumentError(f"the variable {reprlib.repr(variable.name)} is {what}")
        declared[variable.name] = _checked_variable(variable)
    return tuple(declared.values())


def _checked_variable(variable: PromptVariable) -> PromptVariable:
    if variable.type not in get_args(VariableType):
        known = ", ".join(get_args(VariableType))
        raise InvalidArgumentError(f"{variable.type!r} of the variable {variable.name!r} is no type: types are {known}")
    default = _plain(variable.default, f"default of the variable {variable.name!r}")
    if default is not None and not fits(default, variable.type):
        raise InvalidArgumentError(
            f"the default of the variable {variable.name!r} is {reprlib.repr(default)}, which is no {variable.type}"
        )
    return PromptVariable(variable.name, variable.type, bool(variable.required), default)


def _checked_object(value: object, what: str) -> dict[str, Any] | None:
    if value is not None and not isinstance(value, Mapping):
        raise InvalidArgumentError(f"the {what} is {reprlib.repr(value)}, and it has to be a mapping")
    plain: dict[str, Any] | None = _plain(value, what)
    return plain


def _plain(value: Any, what: str) -> Any:
    """A copy in JSON's values, which nobody who holds the original can change."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain_mapping)
        text.encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgumentError(f"the {what} cannot be written as JSON: {error}") from error
    if "\\u0000" in text.replace("\\\\", ""):  # without backslashes that are the text's own
        raise InvalidArgumentError(f"the {what} has a NUL character, which most models and databases refuse")
    return json.loads(text)


def _plain_mapping(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping):  # json knows dictionaries alone
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not one of its types")
