"""From what people and programs write to the one version that they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from verspan.context import current_experiment
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store.interface import ModelQuery
from verspan.versions.identity import is_model_id

if TYPE_CHECKING:
    from verspan.store.interface import Store
    from verspan.versions.model import LoggedModel

CANDIDATES: Final = 10
"""How many candidates an error lists."""
_MODEL_URI: Final = "models:/"


def resolve_model(
    store: Store,
    name_or_id: str,
    experiment_name: str | None = None,
    *,
    beginnings: bool = True,
    include_deleted: bool = False,
) -> LoggedModel:
    """The version with a name, an id or an alias, or the only one whose name or id begins so.

    A whole id comes before a whole name, a whole name before an alias, and an alias before a beginning, so that a
    version can always be named even where its name begins another's. Of several whole names that of the current
    experiment is meant.

    Args:
        store: where versions are kept.
        name_or_id: a name, an id, ``models:/`` and an id, an experiment's name with ``@`` and an alias, ``@`` and an
            alias of the experiment that is looked at, or the beginning of a name or an id.
        experiment_name: look at this experiment's versions only. For aliases without an experiment it is, where it is
            not given, the current one.
        beginnings: whether a beginning is enough.
        include_deleted: whether one that is deleted may be meant by its name; by its id it always may.

    Raises:
        InvalidArgumentError: it is not text.
        NotFoundError: no version matches, or several do; the message lists them.
    """
    if not isinstance(name_or_id, str):
        raise InvalidArgumentError(f"a version is named by text, and not by {type(name_or_id).__name__}")
    text = name_or_id.removeprefix(_MODEL_URI)
    if is_model_id(text):
        model = store.get_model(text)
        found: Sequence[LoggedModel] = [model] if model else []
    else:
        query = ModelQuery(experiment_name, limit=CANDIDATES + 1, include_deleted=include_deleted)
        found = _found(store, text, query, beginnings=beginnings)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFoundError(_nothing(text, experiment_name, beginnings=beginnings))
    raise NotFoundError(_ambiguous(text, found))


def listed(candidates: Sequence[str]) -> str:
    """Candidates for an error, a line each, and an ellipsis where there are more."""
    more = ["…"] if len(candidates) > CANDIDATES else []
    return "".join(f"\n  {candidate}" for candidate in (*candidates[:CANDIDATES], *more))


def _found(store: Store, text: str, query: ModelQuery, *, beginnings: bool) -> Sequence[LoggedModel]:
    named = store.find_models(replace(query, name=text))
    if len(named) > 1:
        return _of_current_experiment(named) or named
    if named:
        return named
    aliased = _aliased(store, text, query.experiment_name)
    if aliased or not beginnings:
        return aliased
    by_name = store.find_models(replace(query, name_prefix=text))
    by_id = store.find_models(replace(query, model_id_prefix=text))
    return list({model.model_id: model for model in (*by_name, *by_id)}.values())


def _of_current_experiment(found: Sequence[LoggedModel]) -> Sequence[LoggedModel]:
    return [model for model in found if model.experiment_name == current_experiment()]


def _aliased(store: Store, text: str, experiment_name: str | None) -> Sequence[LoggedModel]:
    experiment, at, alias = text.rpartition("@")
    if not at or (experiment and experiment_name not in (None, experiment)):
        return []
    found = store.models.at_alias(experiment or experiment_name or current_experiment(), alias)
    return [found] if found else []


def _nothing(text: str, experiment_name: str | None, *, beginnings: bool) -> str:
    where = f" in experiment {experiment_name!r}" if experiment_name else ""
    how = "that is or begins" if beginnings else "that is"
    return f"no version{where} has a name or an id {how} {text[:100]!r}: `verspan models` lists them"


def _ambiguous(text: str, found: Sequence[LoggedModel]) -> str:
    candidates = [f"{model.model_id}  {model.name}  ({model.experiment_name})" for model in found]
    return f"{text!r} may be any of these versions, give an id or more of the name:{listed(candidates)}"
