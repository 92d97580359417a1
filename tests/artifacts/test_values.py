"""Objects, texts, tables and figures as artifacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import verspan
from verspan.errors import InvalidArgumentError


def logged(path: str, model_id: str) -> bytes:
    """What was logged under a path."""
    return Path(verspan.download_artifacts(model_id=model_id, artifact_path=path)).read_bytes()


@dataclass(frozen=True)
class Settings:
    temperature: float
    since: date


class Frame:
    """Gives its columns as pandas' DataFrame does."""

    def to_dict(self, orient: str) -> dict[str, list[int]]:
        assert orient == "list"
        return {"a": [1, 2]}


class Figure:
    """Draws as Matplotlib's figures do."""

    def savefig(self, file: Any, format: str | None = None, dpi: int = 72) -> None:  # noqa: A002 - Matplotlib's name
        file.write(f"{format} at {dpi}".encode())


class Chart:
    """Writes itself as Plotly's figures do."""

    def to_html(self) -> str:
        return "<html>chart</html>"

    def to_image(self, format: str | None = None) -> bytes:  # noqa: A002 - Plotly's name
        return f"image {format}".encode()


def test_text(model_id: str) -> None:
    """A text is written in UTF-8, and its kind is that of its name."""
    artifact = verspan.log_text("Grüße\r\n", "prompts/system.txt", model_id=model_id)
    assert (artifact.media_type, artifact.size) == ("text/plain", 9)
    assert logged("prompts/system.txt", model_id) == "Grüße\r\n".encode()


def test_dict(model_id: str) -> None:
    """An object is written as JSON, dataclasses and dates in it included."""
    verspan.log_dict({"settings": Settings(0.7, date(2026, 1, 2)), "3": [None]}, "config.json", model_id=model_id)
    assert logged("config.json", model_id) == (
        b'{\n  "settings": {\n    "temperature": 0.7,\n    "since": "2026-01-02"\n  },\n  "3": [\n    null\n  ]\n}\n'
    )


def test_not_json(model_id: str) -> None:
    """What JSON has no value for is refused by the artifact's name."""
    with pytest.raises(InvalidArgumentError, match=r"'config.json' cannot be written as JSON"):
        verspan.log_dict({"what": object()}, "config.json", model_id=model_id)


@pytest.mark.parametrize(
    ("data", "name", "content"),
    [
        ({"q": ["a", 'b"'], "n": [1, 2]}, "rows.csv", b'q,n\na,1\n"b""",2\n'),
        ({"q": "one", "n": 1}, "rows.csv", b"q,n\none,1\n"),
        (Frame(), "rows.csv", b"a\n1\n2\n"),
        (
            {"q": ["a"], "n": [1]},
            "rows.json",
            b'{\n  "columns": [\n    "q",\n    "n"\n  ],\n  "data": [\n    [\n      "a",\n      1\n    ]\n  ]\n}\n',
        ),
    ],
)
def test_table(model_id: str, data: object, name: str, content: bytes) -> None:
    """A table of columns, of one row or of a frame is written as its name says."""
    verspan.log_table(data, name, model_id=model_id)
    assert logged(name, model_id) == content


def test_no_table(model_id: str) -> None:
    """Columns of different lengths, and kinds of files that have no tables, are refused."""
    with pytest.raises(InvalidArgumentError, match=r"not of one length: \{'a': 1, 'b': 2\}"):
        verspan.log_table({"a": [1], "b": [1, 2]}, "rows.csv", model_id=model_id)
    with pytest.raises(InvalidArgumentError, match=r"a \.json or a \.csv file"):
        verspan.log_table({"a": [1]}, "rows.parquet", model_id=model_id)


@pytest.mark.parametrize(
    ("figure", "name", "content"),
    [
        (Figure(), "latency.PNG", b"png at 150"),
        (Chart(), "latency.html", b"<html>chart</html>"),
        (Chart(), "latency.svg", b"image svg"),
    ],
)
def test_figure(model_id: str, figure: object, name: str, content: bytes) -> None:
    """A figure draws itself in the format that the name says."""
    options = {"dpi": 150} if isinstance(figure, Figure) else None
    verspan.log_figure(figure, name, save_kwargs=options, model_id=model_id)
    assert logged(name, model_id) == content


def test_no_figure(model_id: str) -> None:
    """What cannot draw itself is refused with another way."""
    with pytest.raises(InvalidArgumentError, match="a int is no figure"):
        verspan.log_figure(1, "latency.png", model_id=model_id)
