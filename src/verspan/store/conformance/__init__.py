"""What every store must do, as tests that a store's own test module runs.

A test module gives a fixture ``store`` with an empty store, and inherits the classes it runs::

    from verspan.store.conformance import FigureConformance, ModelConformance, SpanConformance, TraceConformance

    class TestTraces(TraceConformance): ...
"""

from __future__ import annotations

from verspan.store.conformance.aliases import AliasConformance as AliasConformance
from verspan.store.conformance.artifacts import ArtifactConformance as ArtifactConformance
from verspan.store.conformance.assessments import AssessmentConformance as AssessmentConformance
from verspan.store.conformance.audit import AuditConformance as AuditConformance
from verspan.store.conformance.counting import CountingConformance as CountingConformance
from verspan.store.conformance.datasets import DatasetConformance as DatasetConformance
from verspan.store.conformance.deployments import DeploymentConformance as DeploymentConformance
from verspan.store.conformance.evaluations import EvaluationConformance as EvaluationConformance
from verspan.store.conformance.figures import FigureConformance as FigureConformance
from verspan.store.conformance.life import LifeConformance as LifeConformance
from verspan.store.conformance.model_search import ModelSearchConformance as ModelSearchConformance
from verspan.store.conformance.models import ModelConformance as ModelConformance
from verspan.store.conformance.prompts import PromptConformance as PromptConformance
from verspan.store.conformance.span_pages import SpanPageConformance as SpanPageConformance
from verspan.store.conformance.spans import SpanConformance as SpanConformance
from verspan.store.conformance.traces import TraceConformance as TraceConformance
