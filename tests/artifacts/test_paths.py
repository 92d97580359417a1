"""Paths of artifacts: what can be used, and what cannot."""

from __future__ import annotations

import pytest

from verspan.artifacts.paths import check_apart, checked_path
from verspan.errors import InvalidArgumentError


@pytest.mark.parametrize("path", ["a", "a/b.json", "größe/ü.txt", "..a/b..", "a b/c'd", "x" * 1000])
def test_usable(path: str) -> None:
    """A relative path of printable characters is used as it is."""
    assert checked_path(path) == path


def test_composed() -> None:
    """Two ways to write one letter are one path."""
    assert checked_path("u\u0308.txt") == checked_path("ü.txt") == "ü.txt"


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("", "does not have 1 to 1000 characters"),
        ("x" * 1001, "does not have 1 to 1000 characters"),
        ("/etc/passwd", "is absolute"),
        ("C:/windows", "is absolute"),
        ("c:file", "is absolute"),
        ("a\\b", "has a backslash"),
        ("a\nb", "cannot be printed"),
        ("a\0b", "cannot be printed"),
        ("a\ud800", "cannot be printed"),
        ("../a", "'.' or '..'"),
        ("a/../../b", "'.' or '..'"),
        ("./a", "'.' or '..'"),
        ("a//b", "part that is empty"),
        ("a/", "part that is empty"),
    ],
)
def test_refused(path: str, problem: str) -> None:
    """A path that leads elsewhere, or that some system cannot have, is refused with what is wrong and an example."""
    with pytest.raises(InvalidArgumentError, match="give a relative path such as") as raised:
        checked_path(path)
    assert problem in str(raised.value)


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["a", "b", "a"], "the path 'a' stands there twice"),
        (["Read.me", "READ.ME"], "the path 'READ.ME' and 'Read.me' are one file where case is not told apart"),
        (["a/b", "a"], "'a' is a file, and cannot be the folder of 'a/b' too"),
        (["A", "a/b/c"], "'A' is a file, and cannot be the folder of 'a/b/c' too"),
    ],
)
def test_apart(paths: list[str], said: str) -> None:
    """Paths that would be one file on some system are refused, and both are named."""
    check_apart(["a", "b/c", "b/d"])
    with pytest.raises(InvalidArgumentError, match="rename one") as raised:
        check_apart(paths)
    assert said in str(raised.value)
