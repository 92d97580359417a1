"""Verspan: which version of a GenAI application produced every span, and what changed between two versions.

Every name here is loaded when it is first used, so that ``import verspan`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from verspan.propagation.loading import load_propagators

if TYPE_CHECKING:
    from verspan import datasets as datasets
    from verspan import openai as openai
    from verspan import scorers as scorers
    from verspan.agreement.asking import measure_agreement as measure_agreement
    from verspan.artifacts.log import log_artifact as log_artifact
    from verspan.artifacts.log import log_artifacts as log_artifacts
    from verspan.artifacts.model import Artifact as Artifact
    from verspan.artifacts.reading import download_artifacts as download_artifacts
    from verspan.artifacts.reading import list_artifacts as list_artifacts
    from verspan.artifacts.values import log_dict as log_dict
    from verspan.artifacts.values import log_figure as log_figure
    from verspan.artifacts.values import log_table as log_table
    from verspan.artifacts.values import log_text as log_text
    from verspan.assessments.api import delete_assessment as delete_assessment
    from verspan.assessments.api import get_assessment as get_assessment
    from verspan.assessments.api import log_expectation as log_expectation
    from verspan.assessments.api import log_feedback as log_feedback
    from verspan.assessments.api import override_feedback as override_feedback
    from verspan.assessments.api import search_assessments as search_assessments
    from verspan.assessments.model import AssessmentError as AssessmentError
    from verspan.assessments.model import AssessmentSource as AssessmentSource
    from verspan.assessments.model import AssessmentSourceType as AssessmentSourceType
    from verspan.assessments.model import Expectation as Expectation
    from verspan.assessments.model import Feedback as Feedback
    from verspan.audit.log import audit_log as audit_log
    from verspan.audit.log import verify_audit_log as verify_audit_log
    from verspan.bisecting.api import bisect as bisect
    from verspan.comparison.asking import compare as compare
    from verspan.configuring import configure as configure
    from verspan.deployments.api import deploy as deploy
    from verspan.deployments.api import deployment_history as deployment_history
    from verspan.deployments.api import live as live
    from verspan.deployments.api import rollback as rollback
    from verspan.deployments.api import undeploy as undeploy
    from verspan.diffing.asking import diff as diff
    from verspan.errors import VerspanError as VerspanError
    from verspan.evaluation.running import evaluate as evaluate
    from verspan.gating.asking import gate as gate
    from verspan.gating.testing import eval as eval  # noqa: A004 - verspan.eval is its name
    from verspan.members import autolog as autolog
    from verspan.mlflow_import.calls import import_from_mlflow as import_from_mlflow
    from verspan.packaging.loading import load_model as load_model
    from verspan.packaging.making import package as package
    from verspan.prompts.comparing import diff_prompts as diff_prompts
    from verspan.prompts.loading import load_prompt as load_prompt
    from verspan.prompts.model import Prompt as Prompt
    from verspan.prompts.model import PromptVariable as PromptVariable
    from verspan.prompts.model import PromptVersion as PromptVersion
    from verspan.prompts.registry import delete_prompt_alias as delete_prompt_alias
    from verspan.prompts.registry import delete_prompt_tag as delete_prompt_tag
    from verspan.prompts.registry import delete_prompt_version_tag as delete_prompt_version_tag
    from verspan.prompts.registry import get_prompt_tags as get_prompt_tags
    from verspan.prompts.registry import register_prompt as register_prompt
    from verspan.prompts.registry import search_prompt_versions as search_prompt_versions
    from verspan.prompts.registry import search_prompts as search_prompts
    from verspan.prompts.registry import set_prompt_alias as set_prompt_alias
    from verspan.prompts.registry import set_prompt_tag as set_prompt_tag
    from verspan.prompts.registry import set_prompt_version_tag as set_prompt_version_tag
    from verspan.recreating.api import checkout as checkout
    from verspan.recreating.model import Checkout as Checkout
    from verspan.runtime import flush as flush
    from verspan.scorers.decorator import scorer as scorer
    from verspan.settings import ContentMode as ContentMode
    from verspan.settings import MetricDialect as MetricDialect
    from verspan.tracing.by_hand import get_current_active_span as get_current_active_span
    from verspan.tracing.by_hand import get_last_active_trace_id as get_last_active_trace_id
    from verspan.tracing.by_hand import start_span as start_span
    from verspan.tracing.by_hand import update_current_trace as update_current_trace
    from verspan.tracing.decorator import trace as trace
    from verspan.tracing.live import LiveSpan as LiveSpan
    from verspan.tracing.reading import get_trace as get_trace
    from verspan.tracing.reading import search_traces as search_traces
    from verspan.transfer.calls import export_models as export_models
    from verspan.transfer.calls import import_models as import_models
    from verspan.trends.api import trend as trend
    from verspan.versions.active import active_model as active_model
    from verspan.versions.active import clear_active_model as clear_active_model
    from verspan.versions.active import get_active_model_id as get_active_model_id
    from verspan.versions.active import set_active_model as set_active_model
    from verspan.versions.active import set_experiment as set_experiment
    from verspan.versions.aliases import delete_logged_model_alias as delete_logged_model_alias
    from verspan.versions.aliases import get_logged_model_alias_history as get_logged_model_alias_history
    from verspan.versions.aliases import get_logged_model_by_alias as get_logged_model_by_alias
    from verspan.versions.aliases import set_logged_model_alias as set_logged_model_alias
    from verspan.versions.annotating import delete_logged_model_tag as delete_logged_model_tag
    from verspan.versions.annotating import log_metric as log_metric
    from verspan.versions.annotating import log_metrics as log_metrics
    from verspan.versions.annotating import log_model_params as log_model_params
    from verspan.versions.annotating import set_logged_model_baseline as set_logged_model_baseline
    from verspan.versions.annotating import set_logged_model_note as set_logged_model_note
    from verspan.versions.annotating import set_logged_model_parent as set_logged_model_parent
    from verspan.versions.annotating import set_logged_model_tags as set_logged_model_tags
    from verspan.versions.behaviour import BehaviourState as BehaviourState
    from verspan.versions.git_versioning import GitModelVersioning as GitModelVersioning
    from verspan.versions.git_versioning import disable_git_model_versioning as disable_git_model_versioning
    from verspan.versions.git_versioning import enable_git_model_versioning as enable_git_model_versioning
    from verspan.versions.life import create_external_model as create_external_model
    from verspan.versions.life import delete_logged_model as delete_logged_model
    from verspan.versions.life import finalize_logged_model as finalize_logged_model
    from verspan.versions.life import get_logged_model as get_logged_model
    from verspan.versions.life import initialize_logged_model as initialize_logged_model
    from verspan.versions.life import last_logged_model as last_logged_model
    from verspan.versions.life import restore_logged_model as restore_logged_model
    from verspan.versions.model import LoggedModel as LoggedModel
    from verspan.versions.model import LoggedModelStatus as LoggedModelStatus
    from verspan.versions.searching import search_logged_models as search_logged_models
    from verspan.versions.seen import seen_states as seen_states
    from verspan.watching.api import watch as watch

_HOMES = {
    "Artifact": "verspan.artifacts.model",
    "AssessmentError": "verspan.assessments.model",
    "AssessmentSource": "verspan.assessments.model",
    "AssessmentSourceType": "verspan.assessments.model",
    "BehaviourState": "verspan.versions.behaviour",
    "Checkout": "verspan.recreating.model",
    "ContentMode": "verspan.settings",
    "Expectation": "verspan.assessments.model",
    "Feedback": "verspan.assessments.model",
    "GitModelVersioning": "verspan.versions.git_versioning",
    "LiveSpan": "verspan.tracing.live",
    "LoggedModel": "verspan.versions.model",
    "LoggedModelStatus": "verspan.versions.model",
    "MetricDialect": "verspan.settings",
    "Prompt": "verspan.prompts.model",
    "PromptVariable": "verspan.prompts.model",
    "PromptVersion": "verspan.prompts.model",
    "VerspanError": "verspan.errors",
    "active_model": "verspan.versions.active",
    "audit_log": "verspan.audit.log",
    "autolog": "verspan.members",
    "bisect": "verspan.bisecting.api",
    "checkout": "verspan.recreating.api",
    "clear_active_model": "verspan.versions.active",
    "compare": "verspan.comparison.asking",
    "configure": "verspan.configuring",
    "create_external_model": "verspan.versions.life",
    "datasets": "verspan.datasets",
    "delete_assessment": "verspan.assessments.api",
    "delete_logged_model": "verspan.versions.life",
    "delete_logged_model_alias": "verspan.versions.aliases",
    "delete_logged_model_tag": "verspan.versions.annotating",
    "delete_prompt_alias": "verspan.prompts.registry",
    "delete_prompt_tag": "verspan.prompts.registry",
    "delete_prompt_version_tag": "verspan.prompts.registry",
    "deploy": "verspan.deployments.api",
    "deployment_history": "verspan.deployments.api",
    "diff": "verspan.diffing.asking",
    "diff_prompts": "verspan.prompts.comparing",
    "disable_git_model_versioning": "verspan.versions.git_versioning",
    "download_artifacts": "verspan.artifacts.reading",
    "enable_git_model_versioning": "verspan.versions.git_versioning",
    "eval": "verspan.gating.testing",
    "evaluate": "verspan.evaluation.running",
    "export_models": "verspan.transfer.calls",
    "finalize_logged_model": "verspan.versions.life",
    "flush": "verspan.runtime",
    "gate": "verspan.gating.asking",
    "get_active_model_id": "verspan.versions.active",
    "get_assessment": "verspan.assessments.api",
    "get_current_active_span": "verspan.tracing.by_hand",
    "get_last_active_trace_id": "verspan.tracing.by_hand",
    "get_logged_model": "verspan.versions.life",
    "get_logged_model_alias_history": "verspan.versions.aliases",
    "get_logged_model_by_alias": "verspan.versions.aliases",
    "get_prompt_tags": "verspan.prompts.registry",
    "get_trace": "verspan.tracing.reading",
    "import_from_mlflow": "verspan.mlflow_import.calls",
    "import_models": "verspan.transfer.calls",
    "initialize_logged_model": "verspan.versions.life",
    "last_logged_model": "verspan.versions.life",
    "list_artifacts": "verspan.artifacts.reading",
    "live": "verspan.deployments.api",
    "load_model": "verspan.packaging.loading",
    "load_prompt": "verspan.prompts.loading",
    "log_artifact": "verspan.artifacts.log",
    "log_artifacts": "verspan.artifacts.log",
    "log_dict": "verspan.artifacts.values",
    "log_expectation": "verspan.assessments.api",
    "log_feedback": "verspan.assessments.api",
    "log_figure": "verspan.artifacts.values",
    "log_metric": "verspan.versions.annotating",
    "log_metrics": "verspan.versions.annotating",
    "log_model_params": "verspan.versions.annotating",
    "log_table": "verspan.artifacts.values",
    "log_text": "verspan.artifacts.values",
    "measure_agreement": "verspan.agreement.asking",
    "openai": "verspan.openai",
    "override_feedback": "verspan.assessments.api",
    "package": "verspan.packaging.making",
    "register_prompt": "verspan.prompts.registry",
    "restore_logged_model": "verspan.versions.life",
    "rollback": "verspan.deployments.api",
    "search_assessments": "verspan.assessments.api",
    "scorer": "verspan.scorers.decorator",
    "scorers": "verspan.scorers",
    "search_logged_models": "verspan.versions.searching",
    "search_prompt_versions": "verspan.prompts.registry",
    "search_prompts": "verspan.prompts.registry",
    "search_traces": "verspan.tracing.reading",
    "seen_states": "verspan.versions.seen",
    "set_active_model": "verspan.versions.active",
    "set_experiment": "verspan.versions.active",
    "set_logged_model_alias": "verspan.versions.aliases",
    "set_logged_model_baseline": "verspan.versions.annotating",
    "set_logged_model_note": "verspan.versions.annotating",
    "set_logged_model_parent": "verspan.versions.annotating",
    "set_logged_model_tags": "verspan.versions.annotating",
    "set_prompt_alias": "verspan.prompts.registry",
    "set_prompt_tag": "verspan.prompts.registry",
    "set_prompt_version_tag": "verspan.prompts.registry",
    "start_span": "verspan.tracing.by_hand",
    "trace": "verspan.tracing.decorator",
    "trend": "verspan.trends.api",
    "undeploy": "verspan.deployments.api",
    "update_current_trace": "verspan.tracing.by_hand",
    "verify_audit_log": "verspan.audit.log",
    "watch": "verspan.watching.api",
}
_FACADES = frozenset({"datasets", "openai", "scorers"})

__all__ = [
    "Artifact",
    "AssessmentError",
    "AssessmentSource",
    "AssessmentSourceType",
    "BehaviourState",
    "Checkout",
    "ContentMode",
    "Expectation",
    "Feedback",
    "GitModelVersioning",
    "LiveSpan",
    "LoggedModel",
    "LoggedModelStatus",
    "MetricDialect",
    "Prompt",
    "PromptVariable",
    "PromptVersion",
    "VerspanError",
    "__version__",
    "active_model",
    "audit_log",
    "autolog",
    "bisect",
    "checkout",
    "clear_active_model",
    "compare",
    "configure",
    "create_external_model",
    "datasets",
    "delete_assessment",
    "delete_logged_model",
    "delete_logged_model_alias",
    "delete_logged_model_tag",
    "delete_prompt_alias",
    "delete_prompt_tag",
    "delete_prompt_version_tag",
    "deploy",
    "deployment_history",
    "diff",
    "diff_prompts",
    "disable_git_model_versioning",
    "download_artifacts",
    "enable_git_model_versioning",
    "eval",
    "evaluate",
    "export_models",
    "finalize_logged_model",
    "flush",
    "gate",
    "get_active_model_id",
    "get_assessment",
    "get_current_active_span",
    "get_last_active_trace_id",
    "get_logged_model",
    "get_logged_model_alias_history",
    "get_logged_model_by_alias",
    "get_prompt_tags",
    "get_trace",
    "import_from_mlflow",
    "import_models",
    "initialize_logged_model",
    "last_logged_model",
    "list_artifacts",
    "live",
    "load_model",
    "load_prompt",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_expectation",
    "log_feedback",
    "log_figure",
    "log_metric",
    "log_metrics",
    "log_model_params",
    "log_table",
    "log_text",
    "measure_agreement",
    "openai",
    "override_feedback",
    "package",
    "register_prompt",
    "restore_logged_model",
    "rollback",
    "scorer",
    "scorers",
    "search_assessments",
    "search_logged_models",
    "search_prompt_versions",
    "search_prompts",
    "search_traces",
    "seen_states",
    "set_active_model",
    "set_experiment",
    "set_logged_model_alias",
    "set_logged_model_baseline",
    "set_logged_model_note",
    "set_logged_model_parent",
    "set_logged_model_tags",
    "set_prompt_alias",
    "set_prompt_tag",
    "set_prompt_version_tag",
    "start_span",
    "trace",
    "trend",
    "undeploy",
    "update_current_trace",
    "verify_audit_log",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("verspan")
    home = _HOMES.get(name)
    found = _client(name) if home is None else _from_home(name, home)
    globals()[name] = found
    return found


def _from_home(name: str, home: str) -> Any:
    try:
        module = import_module(home)
    except ModuleNotFoundError as error:
        from verspan.missing import missing_distribution

        missing = missing_distribution(error, f"verspan.{name}")
        if missing is None:
            raise
        raise missing from error
    return module if name in _FACADES else getattr(module, name)


def _client(name: str) -> Any:
    """Whatever instrumentor is installed or could be: ``verspan.anthropic`` needs no line in this file."""
    if not name.startswith("_"):
        from verspan.members import client_named

        found = client_named(name)
        if found is not None:
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__


load_propagators()  # before any other module of Verspan's needs OpenTelemetry
