"""From what people type to the one version or trace they mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.interface import ModelQuery
from verspan.versions.identity import is_model_id

if TYPE_CHECKING:
    from verspan.store.interface import Store
    from verspan.versions.model import LoggedModel

_CANDIDATES = 10
"""How many candidates an error lists."""
_TRACE_ID_PREFIX = re.compile(r"[0-9a-f]{1,32}")


def resolve_model(store: Store, name_or_id: str, experiment_name: str | None = None) -> LoggedModel:
    """The version with a name or an id, or the only one whose name or id begins so.

    A whole id comes before a whole name, and a whole name before a beginning, so that a version can always be named
    even where its name begins another's.

    Args:
        store: where versions are kept.
        name_or_id: a name, an id, or the beginning of one.
        experiment_name: look at this experiment's versions only.

    Raises:
        NotFoundError: no version matches, or several do; the message lists them.
    """
    if is_model_id(name_or_id):
        model = store.get_model(name_or_id)
        found: Sequence[LoggedModel] = [model] if model else []
    else:
        found = _by_name_or_prefix(store, name_or_id, experiment_name)
    if len(found) == 1:
        return found[0]
    if not found:
        where = f" in experiment {experiment_name!r}" if experiment_name else ""
        raise NotFoundError(
            f"no version{where} has a name or an id that is or begins {name_or_id!r}: `verspan models` lists them"
        )
    raise NotFoundError(_ambiguous_model(name_or_id, found))


def resolve_trace_id(store: Store, text: str) -> str:
    """The id of the only trace whose id begins with a text.

    Raises:
        InvalidArgumentError: the text is no beginning of a trace's id.
        NotFoundError: no trace's id begins so, or several do; the message lists them.
    """
    prefix = text.strip().lower()
    if not _TRACE_ID_PREFIX.fullmatch(prefix):
        raise InvalidArgumentError(f"{text[:40]!r} is no trace id, which has up to 32 hexadecimal digits")
    found = store.match_trace_ids(prefix, _CANDIDATES + 1)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(f"no trace has an id that is or begins {prefix!r}: `verspan traces` lists them")
    raise NotFoundError(f"{prefix!r} begins the ids of several traces, give more of one:{_listed(found)}")


def _by_name_or_prefix(store: Store, text: str, experiment_name: str | None) -> Sequence[LoggedModel]:
    limit = _CANDIDATES + 1
    named = store.find_models(ModelQuery(experiment_name=experiment_name, name=text, limit=limit))
    if named:
        return named
    by_name = store.find_models(ModelQuery(experiment_name=experiment_name, name_prefix=text, limit=limit))
    by_id = store.find_models(ModelQuery(experiment_name=experiment_name, model_id_prefix=text, limit=limit))
    return list({model.model_id: model for model in (*by_name, *by_id)}.values())


def _ambiguous_model(text: str, found: Sequence[LoggedModel]) -> str:
    candidates = [f"{model.model_id}  {model.name}  ({model.experiment_name})" for model in found]
    return f"{text!r} may be any of these versions, give an id or more of the name:{_listed(candidates)}"


def _listed(candidates: Sequence[str]) -> str:
    more = ["…"] if len(candidates) > _CANDIDATES else []
    return "".join(f"\n  {candidate}" for candidate in (*candidates[:_CANDIDATES], *more))
