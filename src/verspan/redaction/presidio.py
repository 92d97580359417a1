"""Personal data as Microsoft Presidio recognises it, where it is installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from verspan.errors import InvalidArgumentError, MissingPackageError
from verspan.redaction.rules import BuiltIn


class Presidio(BuiltIn):
    """A redaction by an ``AnalyzerEngine`` of the package ``presidio-analyzer``.

    The rule ``"presidio"`` makes one with Presidio's own defaults; give an engine of your own for another language, a
    smaller model or recognisers of your own.
    """

    name = "presidio"

    def __init__(
        self, analyzer: Any = None, language: str = "en", entities: Sequence[str] | None = None, threshold: float = 0.5
    ) -> None:
        """Make a redaction.

        Args:
            analyzer: an ``AnalyzerEngine``; None for Presidio's default, which loads a language model.
            language: the language of the texts.
            entities: which kinds to take out, such as ``["PERSON"]``; all that the engine knows where it is None.
            threshold: how sure, from 0 to 1, Presidio has to be.

        Raises:
            MissingPackageError: no engine is given, and the package is not installed.
            InvalidArgumentError: the default engine cannot be set up; the message says why.
        """
        self._analyzer = _default_analyzer() if analyzer is None else analyzer
        self._language = language
        self._entities = None if entities is None else list(entities)
        self._threshold = threshold

    def __call__(self, text: str) -> str:
        """The text with whatever was recognised replaced by its kind, as in ``[person]``."""
        if not any(map(str.isalnum, text)):
            return text
        found = self._analyzer.analyze(
            text=text, language=self._language, entities=self._entities, score_threshold=self._threshold
        )
        pieces, end = [], 0
        for result in sorted(found, key=lambda result: (result.start, -result.end)):
            if result.end <= end:
                continue
            if result.start >= end:
                pieces += [text[end : result.start], f"[{result.entity_type.lower()}]"]
            end = result.end
        return "".join((*pieces, text[end:]))


@cache  # it takes seconds, and the settings may be put in force more than once
def _default_analyzer() -> Any:
    try:
        from presidio_analyzer import AnalyzerEngine  # type: ignore[import-not-found,unused-ignore]  # an optional package
    except ImportError as error:
        raise MissingPackageError("redact: 'presidio' is not installed: pip install presidio-analyzer") from error
    try:
        return AnalyzerEngine()
    except (Exception, SystemExit) as error:  # it ends the process where it cannot download the model
        raise InvalidArgumentError(
            f"redact: Presidio cannot be set up ({type(error).__name__}: {error}); give an engine that can be, as in "
            "verspan.redaction.presidio.Presidio(analyzer)"
        ) from error


RULES: dict[str, Callable[[], Presidio]] = {"presidio": Presidio}
