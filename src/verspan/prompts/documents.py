"""A prompt's content as JSON: what the store keeps, what files hold, and what the digest is over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from verspan.prompts.model import PromptContent, PromptVariable


def content_document(content: PromptContent) -> dict[str, Any]:
    """The content as JSON has values: ``template``, ``variables``, ``response_format`` and ``model_config``."""
    return {
        "template": content.template,
        "variables": [asdict(variable) for variable in content.variables],
        "response_format": content.response_format,
        "model_config": content.model_config,
    }


def content_from(document: Mapping[str, Any]) -> PromptContent:
    """The content that a document of :func:`content_document` holds."""
    variables = tuple(PromptVariable(**variable) for variable in document["variables"])
    return PromptContent(document["template"], variables, document["response_format"], document["model_config"])


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document, over which its digest is: sorted names, no blanks, UTF-8."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")
