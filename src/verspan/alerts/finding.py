"""What a rule finds in the traffic of a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from verspan.alerts.model import Finding, Rule, State
from verspan.comparison.comparing import Design, Evidence, Metric, compare_evidence
from verspan.comparison.samples import Sample
from verspan.errors import NotFoundError
from verspan.gating.judging import judged
from verspan.gating.model import GateResult, Verdict
from verspan.gating.policy import Policy
from verspan.sources.model import Window
from verspan.store.interface import ModelQuery, Store
from verspan.trends.gathering import Key
from verspan.trends.question import TrendQuery
from verspan.trends.reading import OF_TRACES, observed_of, said_of
from verspan.versions.resolving import resolve_model

_NS = 1_000_000_000
_MOST_VERSIONS = 10_000
_STATES = {Verdict.PASS: State.QUIET, Verdict.FAIL: State.FIRING, Verdict.INCONCLUSIVE: State.UNKNOWN}
_EMPTY = Sample.of([])


def finding_of(store: Store, rule: Rule, now_ns: int) -> Finding:
    """What a rule finds now.

    Args:
        store: where the traffic is.
        rule: what is demanded.
        now_ns: the time, in nanoseconds since the epoch.

    Raises:
        InvalidArgumentError: a bound is in another unit than its metric, or feedback is wanted of one environment.
        StoreError: the store cannot be read.
    """
    window = Window(now_ns - int(rule.window_s * _NS), now_ns, rule.environment)
    try:
        ids = _versions(store, rule.version)
        if rule.policy is None or rule.metric is None:
            return _of_silence(store, rule, ids, window)
        metric, candidate = _sample(store, rule.metric, ids, window)
        baseline = _baseline(store, rule, ids, window) if _compares(rule) else candidate
    except NotFoundError as error:
        return Finding(rule, State.UNKNOWN, str(error))
    evidence = Evidence(metric, baseline, candidate)
    design = Design(rule.policy.alpha)
    patient = replace(rule.policy, on_inconclusive=Verdict.INCONCLUSIVE)
    return _of_gate(rule, judged(patient, compare_evidence("before", "now", [evidence], design)), rule.policy)


def _of_gate(rule: Rule, found: GateResult, policy: Policy) -> Finding:
    deciding = [check for check in found.checks if check.verdict is found.verdict] or found.checks
    said = "; ".join(f"{check.metric}, {check.demand}: {check.found}" for check in deciding)
    verdict = policy.on_inconclusive if found.verdict is Verdict.INCONCLUSIVE else found.verdict
    return Finding(rule, _STATES[verdict], said)


def _of_silence(store: Store, rule: Rule, ids: Sequence[str], window: Window) -> Finding:
    for model_id in ids:
        if rule.metric is None or rule.metric in OF_TRACES:
            if next(iter(store.observations.observed(model_id, window)), None) is not None:
                return Finding(rule, State.QUIET, "there are traces")
        elif len(_sample(store, rule.metric, [model_id], window)[1]):
            return Finding(rule, State.QUIET, f"there is {rule.metric}")
    return Finding(rule, State.FIRING, f"no {rule.metric or 'trace'} in {rule.window_s:g} s")


def _compares(rule: Rule) -> bool:
    return rule.against_s is not None or rule.against_version is not None


def _baseline(store: Store, rule: Rule, ids: Sequence[str], window: Window) -> Sample:
    """What is compared with: the same versions earlier, or another one at the same time."""
    metric = rule.metric or ""
    if rule.against_version is not None:
        return _sample(store, metric, _versions(store, rule.against_version), window)[1]
    ago_ns = int((rule.against_s or 0.0) * _NS)
    earlier = replace(window, since_ns=(window.since_ns or 0) - ago_ns, until_ns=(window.until_ns or 0) - ago_ns)
    return _sample(store, metric, ids, earlier)[1]


def _versions(store: Store, named: str | None) -> Sequence[str]:
    if named is not None:
        return [resolve_model(store, named).model_id]
    return [model.model_id for model in store.find_models(ModelQuery(limit=_MOST_VERSIONS))]


def _sample(store: Store, metric: str, ids: Sequence[str], window: Window) -> tuple[Metric, Sample]:
    measured = OF_TRACES.get(metric)
    if measured is None:
        found = said_of(store, metric, ids, window, _all)
    else:
        found = observed_of(store, measured, ids, TrendQuery(metric, window=window), _all)
    gathered = found.of.get(0)
    return found.metric, _EMPTY if gathered is None else gathered.sample()


def _all(_model_id: str, _time_ns: int) -> Key:
    """Everything belongs together."""
    return 0
