"""Logging values as artifacts: objects, texts, tables and figures, each written as a file of the kind its name says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

import orjson

from verspan.artifacts.contents import Content
from verspan.artifacts.log import Candidate, log_all, media_type_of
from verspan.artifacts.model import Artifact
from verspan.artifacts.paths import checked_path
from verspan.errors import InvalidArgumentError

_JSON_OPTIONS = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE


def log_text(text: str, artifact_file: str, model_id: str | None = None) -> Artifact:
    """Log a text as an artifact, in UTF-8.

    Args:
        text: the text.
        artifact_file: its path in the version, such as ``"prompts/system.txt"``.
        model_id: the version; the active one where it is None.

    Raises:
        InvalidArgumentError: the path cannot be used, or there is no version.
        NotFoundError: the store has no such version.
        StoreError: the store or the artifact root cannot be used.
    """
    return _log_bytes(text.encode("utf-8", "surrogatepass"), artifact_file, model_id)


def log_dict(
    dictionary: Mapping[str, Any] | Sequence[Any], artifact_file: str, model_id: str | None = None
) -> Artifact:
    """Log an object as an artifact, in JSON, which is YAML as well.

    Args:
        dictionary: what JSON has values for; dataclasses, dates and NumPy's arrays are among it.
        artifact_file: its path in the version, such as ``"config.json"``.
        model_id: the version; the active one where it is None.

    Raises:
        InvalidArgumentError: JSON has no value for something in it, the path cannot be used, or there is no version.
        NotFoundError: the store has no such version.
        StoreError: the store or the artifact root cannot be used.
    """
    return _log_bytes(_json(dictionary, artifact_file), artifact_file, model_id)


def log_table(data: Mapping[str, Any] | Any, artifact_file: str, model_id: str | None = None) -> Artifact:
    """Log a table as an artifact: as JSON ``{"columns": […], "data": [[…], …]}``, or as CSV.

    Args:
        data: columns by name, each a sequence or one value; or a pandas DataFrame.
        artifact_file: its path in the version, which ends in ``.json`` or ``.csv``.
        model_id: the version; the active one where it is None.

    Raises:
        InvalidArgumentError: the columns are not of one length, the path cannot be used, or there is no version.
        NotFoundError: the store has no such version.
        StoreError: the store or the artifact root cannot be used.
    """
    columns = _columns(data, artifact_file)
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    suffix = PurePosixPath(artifact_file).suffix.lower()
    if suffix == ".csv":
        return _log_bytes(_csv([list(columns), *rows]), artifact_file, model_id)
    if suffix == ".json":
        return _log_bytes(_json({"columns": list(columns), "data": rows}, artifact_file), artifact_file, model_id)
    raise InvalidArgumentError(f"artifact_file={artifact_file!r}: a table is logged as a .json or a .csv file")


def log_figure(
    figure: Any, artifact_file: str, *, save_kwargs: Mapping[str, Any] | None = None, model_id: str | None = None
) -> Artifact:
    """Log a figure as an artifact: Matplotlib's in any of its formats, Plotly's as HTML or, with kaleido, an image.

    Args:
        figure: the figure.
        artifact_file: its path in the version; its suffix says the format, such as ``"latency.png"``.
        save_kwargs: further arguments of the figure's own method.
        model_id: the version; the active one where it is None.

    Raises:
        InvalidArgumentError: it is no figure of either, the path cannot be used, or there is no version.
        NotFoundError: the store has no such version.
        StoreError: the store or the artifact root cannot be used.
    """
    suffix = PurePosixPath(artifact_file).suffix.lower().lstrip(".")
    return _log_bytes(_drawn(figure, suffix, save_kwargs or {}), artifact_file, model_id)


def _log_bytes(content: bytes, artifact_file: str, model_id: str | None) -> Artifact:
    path = checked_path(artifact_file)
    source = Content(repr(path), lambda: io.BytesIO(content))
    (artifact,) = log_all([Candidate(path, source, len(content), media_type_of(path))], model_id)
    return artifact


def _json(value: Any, name: str) -> bytes:
    try:
        return orjson.dumps(value, option=_JSON_OPTIONS)
    except TypeError as error:
        raise InvalidArgumentError(f"{name!r} cannot be written as JSON: {error}") from error


def _csv(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


def _columns(data: Any, name: str) -> dict[str, Sequence[Any]]:
    frame: Callable[..., Mapping[str, Any]] | None = getattr(data, "to_dict", None)
    columns = dict(frame(orient="list") if frame is not None else data)
    columns = {key: value if _is_column(value) else [value] for key, value in columns.items()}
    lengths = {key: len(value) for key, value in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidArgumentError(f"the columns of {name!r} are not of one length: {lengths}")
    return columns


def _is_column(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes, Mapping))


def _drawn(figure: Any, suffix: str, options: Mapping[str, Any]) -> bytes:
    if hasattr(figure, "savefig"):  # Matplotlib's
        drawn = io.BytesIO()
        figure.savefig(drawn, format=suffix or None, **options)
        return drawn.getvalue()
    if hasattr(figure, "to_html") and suffix == "html":  # Plotly's
        return bytes(figure.to_html(**options), "utf-8")
    if hasattr(figure, "to_image"):
        return bytes(figure.to_image(format=suffix or None, **options))
    raise InvalidArgumentError(
        f"a {type(figure).__name__} is no figure of Matplotlib or Plotly: write it to a file and log that with"
        " verspan.log_artifact"
    )
