"""What a prompt is: the frozen dataclasses that cross module boundaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from verspan.prompts.templates import Template, filled, variable_names

VariableType = Literal["string", "integer", "number", "boolean", "array", "object", "any"]
"""What a value may be, in JSON Schema's words; ``any`` is for values that are written as ``str()`` writes them."""


@dataclass(frozen=True)
class PromptVariable:
    """What a template expects in the place of one of its variables."""

    name: str
    type: VariableType = "any"
    required: bool = True
    """Whether formatting without a value is an error where there is no default."""
    default: Any = field(default=None, hash=False)
    """The value where none is given; None for no default."""


@dataclass(frozen=True)
class PromptContent:
    """What a version of a prompt consists of; it never changes."""

    template: Template = field(hash=False)
    variables: Sequence[PromptVariable] = ()
    """Those that are declared; the others of the template take any value and are required."""
    response_format: Mapping[str, Any] | None = field(default=None, hash=False)
    """JSON Schema of the answer that is asked for."""
    model_config: Mapping[str, Any] | None = field(default=None, hash=False)
    """What to call the model with, such as ``model_name`` and ``temperature``."""


@dataclass(frozen=True)
class PromptVersion:
    """A numbered version of a prompt. Its content never changes; its tags and aliases are those of when it was read."""

    name: str
    version: int
    """From 1 on."""
    content: PromptContent
    digest: str
    """SHA-256 of the content in its canonical form, as 64 hexadecimal digits."""
    creation_timestamp: int
    """In milliseconds since the epoch."""
    commit_message: str | None = None
    """What its author says has changed."""
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    aliases: Sequence[str] = ()
    """Those that point at it, in alphabetical order."""
    given: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """Values of variables that it has been formatted with in part."""

    @property
    def uri(self) -> str:
        """``prompts:/`` with the name and the number: what `load_prompt` takes."""
        return f"prompts:/{self.name}/{self.version}"

    @property
    def template(self) -> Template:
        """The text, or the messages of the chat, as they were registered."""
        return self.content.template

    @property
    def is_text_prompt(self) -> bool:
        """Whether it is a text; else it is a chat."""
        return isinstance(self.content.template, str)

    @property
    def variables(self) -> frozenset[str]:
        """The names of the variables that have no value yet."""
        return variable_names(self.content.template) - self.given.keys()

    @property
    def response_format(self) -> Mapping[str, Any] | None:
        """JSON Schema of the answer that is asked for."""
        return self.content.response_format

    @property
    def model_config(self) -> Mapping[str, Any] | None:
        """What to call the model with, such as ``model_name`` and ``temperature``."""
        return self.content.model_config

    # `bool | Any`, since a type checker takes any name of `**values` to be that of `allow_partial` as well.
    def format(self, allow_partial: bool | Any = False, **values: Any) -> Any:  # noqa: FBT001, FBT002 - MLflow's signature
        """The text, or the list of the chat's messages, with a value for each variable.

        A text is put in place as it is, a value of another declared type as JSON, any other as ``str()`` writes it.
        Nothing of a value is looked at again: what looks like a variable there remains text. While a version of the
        application is active, it is noted that it has used this prompt, and the current span says so.

        Args:
            allow_partial: where values are missing, answer the prompt with those that are there, to be formatted later.
            values: by the variable's name; for a name with dots, ``**{"user.name": ...}``.

        Returns:
            A text, or messages as dictionaries with ``role`` and ``content``; of which kind the prompt is its author
            decides, so that a type checker cannot tell.

        Raises:
            InvalidArgumentError: there is no such variable, one has no value, or one of the wrong type.
        """
        from verspan.prompts.formatting import formatted

        return formatted(self, values, allow_partial=bool(allow_partial))

    def to_single_brace_format(self) -> str | list[dict[str, Any]]:
        """The template with ``{name}`` for ``{{ name }}``, as LangChain and ``str.format`` write variables."""
        return filled(self.template, {name: f"{{{name}}}" for name in variable_names(self.template)})


@dataclass(frozen=True)
class Prompt:
    """A name in the registry, whatever version is meant."""

    name: str
    latest_version: int
    """The highest number."""
    creation_timestamp: int
    """When its first version was registered, in milliseconds since the epoch."""
    last_updated_timestamp: int
    """When a version was registered, or an alias or a tag was changed, the last time."""
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    aliases: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    """The version that each points at."""


@dataclass(frozen=True)
class PromptLink:
    """That a version of the application has used a version of a prompt."""

    model_id: str
    name: str
    version: int
