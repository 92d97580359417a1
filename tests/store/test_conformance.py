"""SQLite does what every store must do."""

from __future__ import annotations

from verspan.store.conformance import (
    AliasConformance,
    ArtifactConformance,
    AssessmentConformance,
    AuditConformance,
    CountingConformance,
    DatasetConformance,
    DeploymentConformance,
    EvaluationConformance,
    FigureConformance,
    LifeConformance,
    ModelConformance,
    ModelSearchConformance,
    SpanConformance,
    SpanPageConformance,
    TraceConformance,
)


class TestSpans(SpanConformance):
    """Spans come back as they were given."""


class TestTraces(TraceConformance):
    """Traces are summed up and found."""


class TestCounting(CountingConformance):
    """What several spans report is counted once."""


class TestModels(ModelConformance):
    """Versions are recorded and found."""


class TestLife(LifeConformance):
    """Records of versions change as they may, and each change is noted."""


class TestAliases(AliasConformance):
    """Aliases go from one version to another."""


class TestModelSearch(ModelSearchConformance):
    """Versions are searched for."""


class TestSpanPages(SpanPageConformance):
    """The spans of a version are read page by page."""


class TestFigures(FigureConformance):
    """Figures are right."""


class TestAudit(AuditConformance):
    """Every change is noted, in one chain."""


class TestDatasets(DatasetConformance):
    """Datasets are kept by what they hold."""


class TestDeployments(DeploymentConformance):
    """What was live when is kept."""


class TestEvaluations(EvaluationConformance):
    """Runs and the results of their rows are kept."""


class TestAssessments(AssessmentConformance):
    """What was found of traces is kept, corrections and all."""


class TestArtifacts(ArtifactConformance):
    """Manifests of versions keep everything."""
