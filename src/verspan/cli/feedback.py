"""``verspan feedback``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from verspan.assessments.model import Assessment, AssessmentSource, AssessmentSourceType, Feedback
from verspan.assessments.records import AssessmentQuery
from verspan.cli.feedback_view import assessment_columns, shown_value
from verspan.cli.opening import required_store
from verspan.cli.options import json_option, store_option
from verspan.cli.resolve import resolve_trace_id
from verspan.cli.terminal import hint, one_line, print_json, print_table
from verspan.errors import InvalidArgumentError

if TYPE_CHECKING:
    from verspan.store.interface import Store

_ID_DIGITS = 32


@click.command()
@click.argument("trace_id", metavar="TRACE")
@click.argument("name", required=False)
@click.argument("value", required=False)
@click.option("--rationale", metavar="TEXT", help="Why.")
@click.option("--as", "who", metavar="WHO", help="Who judges; else VERSPAN_ACTOR or the user that you are.")
@click.option("--expectation", is_flag=True, help="VALUE is what should have been answered.")
@store_option
@json_option
def feedback(  # noqa: PLR0913 - a parameter for each option
    *,
    trace_id: str,
    name: str | None,
    value: str | None,
    rationale: str | None,
    who: str | None,
    expectation: bool,
    store_place: str | None,
    as_json: bool,
) -> None:
    """Say what you find of a trace; without NAME, list what was found of it, corrections and all.

    TRACE is a trace's id or its first digits. NAME is what is judged, such as helpful; VALUE is true, false, a number,
    JSON, or else a text. Whoever judges the same NAME of a trace again corrects what they said before, which stays in
    the history.

    \b
    Examples:
      verspan feedback 5b8aa5a2 helpful true --rationale "names the order"
      verspan feedback 5b8aa5a2 helpful false --as ann
      verspan feedback 5b8aa5a2 expected_response "It ships today." --expectation
      verspan feedback 5b8aa5a2
      verspan feedback 5b8aa5a2 --json | jq '.assessments[] | {name, value}'

    \b
    JSON: {"assessments": [{assessment_id, trace_id, span_id, name, value,
      source: {source_type, source_id}, metadata, create_time_ms, overrides,
      valid}]}; those of feedback have rationale, run_id and
      error: {error_code, error_message} or null besides.
    """  # noqa: D301 - \b tells click to keep the lines below it
    with required_store(store_place) as store:
        whole_id = _trace_id(store, trace_id)
        if name is None:
            _list(store.assessments.find(_everything(whole_id)), as_json=as_json)
            return
        given = _given(whole_id, name, value, rationale, who, expectation=expectation)
        (kept,) = store.assessments.add([replace(given, overrides=_earlier(store, given))])
    _say_kept(kept, as_json=as_json)


def _trace_id(store: Store, text: str) -> str:
    """A trace's whole id, which may be of one that is still on its way; or the one that begins so."""
    from verspan.assessments.checking import checked_trace_id

    return checked_trace_id(text) if len(text.strip()) == _ID_DIGITS else resolve_trace_id(store, text)


def _everything(trace_id: str) -> AssessmentQuery:
    return AssessmentQuery(trace_ids=[trace_id], include_overridden=True)


def _given(  # noqa: PLR0913 - what was typed
    trace_id: str, name: str, value: str | None, rationale: str | None, who: str | None, *, expectation: bool
) -> Assessment:
    from verspan.assessments.making import new_expectation, new_feedback, this_person

    if value is None:
        raise click.UsageError(f"say the VALUE too: verspan feedback {trace_id[:8]} {name} true")
    source = AssessmentSource(AssessmentSourceType.HUMAN, who) if who else this_person()
    if not expectation:
        return new_feedback(trace_id, name, typed_value(value), source, rationale=rationale)
    if rationale is not None:
        raise click.UsageError("an expectation has no rationale: leave out --rationale or --expectation")
    return new_expectation(trace_id, name, typed_value(value), source)


def typed_value(text: str) -> Any:
    """A value as somebody types it: JSON, or a text where it is none.

    Raises:
        InvalidArgumentError: it is null, which is no value.
    """
    import orjson

    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    if value is None:
        raise InvalidArgumentError("null is no value: `verspan feedback --help` says what is one")
    return value


def _earlier(store: Store, given: Assessment) -> str | None:
    """What the same person said of the same thing, which is corrected now."""
    query = AssessmentQuery(
        trace_ids=[str(given.trace_id)],
        name=given.name,
        source_type=given.source.source_type,
        source_id=given.source.source_id,
    )
    said = [each for each in store.assessments.find(query) if type(each) is type(given) and each.span_id is None]
    return said[-1].assessment_id if said else None


def _list(found: Sequence[Assessment], *, as_json: bool) -> None:
    if as_json:
        print_json({"assessments": found})
    elif found:
        print_table(assessment_columns(found))
    else:
        hint("nothing was found of this trace yet: verspan feedback TRACE NAME VALUE")


def _say_kept(kept: Assessment, *, as_json: bool) -> None:
    if as_json:
        print_json({"assessments": [kept]})
        return
    verb = "is" if isinstance(kept, Feedback) else "should be"
    corrected = "" if kept.overrides is None else ", which corrects what was said before"
    who = one_line(kept.source.source_id)
    click.echo(f"{one_line(kept.name)} {verb} {one_line(shown_value(kept))} by {who}{corrected}")
    hint(f"all that was found of the trace: verspan feedback {str(kept.trace_id)[:8]}")
