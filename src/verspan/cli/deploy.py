"""``verspan deploy``, ``verspan undeploy`` and ``verspan rollback``."""

from __future__ import annotations

import shlex

import click

from verspan.cli.completing import complete_models
from verspan.cli.deployment_options import at_option, environment_option, note_option
from verspan.cli.opening import required_store
from verspan.cli.options import experiment_option, json_option, store_option
from verspan.cli.quantities import local_time
from verspan.cli.terminal import hint, one_line, print_json
from verspan.deployments.model import Deployment

_NS_PER_MS = 1_000_000


@click.command()
@click.argument("version", shell_complete=complete_models)
@environment_option
@at_option
@note_option
@click.option("--alongside", is_flag=True, help="Leave those live that are, as for a canary.")
@store_option
@experiment_option
@json_option
def deploy(  # noqa: PLR0913 - a parameter for each option
    *,
    version: str,
    environment: str,
    at: int | None,
    note: str | None,
    alongside: bool,
    store_place: str | None,
    experiment_name: str | None,
    as_json: bool,
) -> None:
    """Write down that a version is live in an environment; it replaces those that were.

    VERSION is a version's name, its id, or a beginning of either that no other version has. NAME is best the word that
    your application's telemetry has as deployment.environment.name, so that the ledger and the traffic can be compared:
    OTEL_RESOURCE_ATTRIBUTES=deployment.environment.name=production. Deploying what is live already changes nothing.

    \b
    Examples:
      verspan deploy customer_support_agent-1a2b3c4d --env production
      verspan deploy m-4f1c --env production --alongside --note "5 % canary"
      verspan deploy v12 --env staging --at 2026-11-01T12:00Z
      verspan live --env production

    \b
    JSON: {environment, model_id, model_name, start_timestamp (ms),
      start_time (ISO), end_timestamp, end_time, deployed_by, ended_by,
      replaced_by, rollback, note}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.deployments.ledger import deploy_version
    from verspan.versions.resolving import resolve_model

    with required_store(store_place) as store:
        model_id = resolve_model(store, version, experiment_name).model_id
        done = deploy_version(store.deployments, model_id, environment, at=at, note=note, alongside=alongside)
    _say_live(done, as_json=as_json)


@click.command()
@click.argument("version", required=False, shell_complete=complete_models)
@environment_option
@at_option
@note_option
@store_option
@experiment_option
@json_option
def undeploy(  # noqa: PLR0913 - a parameter for each option
    *,
    version: str | None,
    environment: str,
    at: int | None,
    note: str | None,
    store_place: str | None,
    experiment_name: str | None,
    as_json: bool,
) -> None:
    """Write down that a version, or without one everything, is no longer live in an environment.

    \b
    Examples:
      verspan undeploy customer_support_agent-1a2b3c4d --env production
      verspan undeploy --env staging

    \b
    JSON: {"deployments": [those that ended, as `verspan deploy --json` has them]}
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.deployments.ledger import undeploy_version
    from verspan.versions.resolving import resolve_model

    with required_store(store_place) as store:
        model_id = None if version is None else resolve_model(store, version, experiment_name).model_id
        ended = undeploy_version(store.deployments, environment, model_id, at=at, note=note)
    if as_json:
        print_json({"deployments": ended})
        return
    for each in ended:
        until = local_time((each.end_timestamp or 0) * _NS_PER_MS)
        click.echo(f"{one_line(each.model_name)} is no longer live in {one_line(each.environment)} since {until}")


@click.command()
@environment_option
@at_option
@note_option
@store_option
@json_option
def rollback(*, environment: str, at: int | None, note: str | None, store_place: str | None, as_json: bool) -> None:
    """Write down that the version is live again that was before the present one; done twice, the one before that.

    \b
    Examples:
      verspan rollback --env production --note "answers in the wrong language"

    \b
    JSON: as `verspan deploy --json`.
    """  # noqa: D301 - \b tells click to keep the lines below it
    from verspan.deployments.ledger import roll_back

    with required_store(store_place) as store:
        done = roll_back(store.deployments, environment, at=at, note=note)
    _say_live(done, as_json=as_json)


def _say_live(deployment: Deployment, *, as_json: bool) -> None:
    if as_json:
        print_json(deployment)
        return
    since = local_time(deployment.start_timestamp * _NS_PER_MS)
    click.echo(f"{one_line(deployment.model_name)} is live in {one_line(deployment.environment)} since {since}")
    hint(f"what was live when: verspan deployments --env {shlex.quote(deployment.environment)}")
