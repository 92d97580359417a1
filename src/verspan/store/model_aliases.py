"""Aliases of versions: names that an experiment gives one of its versions, and later another."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from verspan.audit.model import Change
from verspan.errors import InvalidArgumentError, NotFoundError
from verspan.store import tables
from verspan.store.audit import note_change
from verspan.store.audit_log import actors_of
from verspan.store.keys import known_keys, next_key
from verspan.store.model_changes import known_model, model_key, now_ms, present_model
from verspan.store.model_reading import read_models, selected_models
from verspan.store.model_tables import model_alias_moves, model_aliases
from verspan.versions.model import AliasMove, LoggedModel

_MODELS = tables.logged_models.c
_EXPERIMENTS = tables.experiments.c
_ALIASES = model_aliases.c
_MOVES = model_alias_moves.c


def set_alias(connection: Connection, model_id: str, alias: str) -> LoggedModel:
    """Have an alias of the version's experiment stand for this version."""
    model = present_model(connection, model_id)
    if not model.experiment_id:
        raise InvalidArgumentError(
            f"the version {model.name} is known from its spans alone, so that its experiment is not known, and an "
            "alias belongs to an experiment: have its record written, as with verspan.create_external_model"
        )
    before = at_alias(connection, model.experiment_name, alias)
    if before is None or before.model_id != model_id:
        _move(connection, model, alias, before, model)
    return known_model(connection, model_id)


def delete_alias(connection: Connection, model_id: str, alias: str) -> LoggedModel:
    """Take an alias away from the version."""
    model = known_model(connection, model_id)
    if alias not in model.aliases:
        raise NotFoundError(f"the version {model.name} does not have the alias {alias!r}")
    _move(connection, model, alias, model, None)
    return known_model(connection, model_id)


def at_alias(connection: Connection, experiment_name: str, alias: str) -> LoggedModel | None:
    """The version that an alias of an experiment stands for, or None."""
    meant = (
        select(_ALIASES.model_key)
        .join(tables.experiments, _EXPERIMENTS.experiment_key == _ALIASES.experiment_key)
        .where(_EXPERIMENTS.name == experiment_name, _ALIASES.alias == alias)
    )
    found = read_models(connection, selected_models().where(_MODELS.model_key.in_(meant)))
    return found[0] if found else None


def alias_moves(connection: Connection, experiment_name: str, alias: str | None) -> Sequence[AliasMove]:
    """Where an alias of an experiment has been, or all of them, the latest move first."""
    origin, goal = tables.logged_models.alias(), tables.logged_models.alias()
    statement = (
        select(
            _EXPERIMENTS.name.label("experiment_name"),
            _MOVES.alias,
            origin.c.model_id.label("from_model_id"),
            goal.c.model_id.label("to_model_id"),
            _MOVES.moved_ms.label("timestamp"),
            _MOVES.sequence,
        )
        .join(tables.experiments, _EXPERIMENTS.experiment_key == _MOVES.experiment_key)
        .outerjoin(origin, origin.c.model_key == _MOVES.from_model_key)
        .outerjoin(goal, goal.c.model_key == _MOVES.to_model_key)
        .where(_EXPERIMENTS.name == experiment_name)
        .order_by(_MOVES.move_key.desc())
    )
    if alias is not None:
        statement = statement.where(_MOVES.alias == alias)
    rows = connection.execute(statement).all()
    actors = actors_of(connection, [row.sequence for row in rows])
    return [AliasMove(*row[:-1], actors.get(row.sequence)) for row in rows]


def _move(
    connection: Connection, experiment: LoggedModel, alias: str, origin: LoggedModel | None, goal: LoggedModel | None
) -> None:
    """Have an alias of the experiment of a version go from one version to another, where there are such."""
    ids = [None if each is None else each.model_id for each in (origin, goal)]
    keys = [None if each is None else model_key(connection, each) for each in ids]
    place = {"experiment_key": _experiment_key(connection, experiment), "alias": alias}
    connection.execute(delete(model_aliases).where(*(_ALIASES[name] == value for name, value in place.items())))
    if goal is not None:
        connection.execute(insert(model_aliases), {**place, "model_key": keys[1]})
    before, after = (None if each is None else {"model_id": each} for each in ids)
    verb = "delete" if goal is None else "move"
    change = Change(f"alias.{verb}", "alias", f"{experiment.experiment_name}@{alias}", before, after)
    move = {
        "move_key": next_key(connection, _MOVES.move_key),
        "from_model_key": keys[0],
        "to_model_key": keys[1],
        "moved_ms": now_ms(),
        "sequence": note_change(connection, change),
    }
    connection.execute(insert(model_alias_moves), {**place, **move})


def _experiment_key(connection: Connection, model: LoggedModel) -> int:
    return known_keys(connection, _EXPERIMENTS.experiment_id, _EXPERIMENTS.experiment_key, [model.experiment_id])[
        model.experiment_id
    ]
