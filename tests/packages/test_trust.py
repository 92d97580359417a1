"""No code of a package runs before its hash is agreed to."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import verspan
from verspan.errors import InvalidArgumentError, VerspanError
from verspan.packaging import trust

from .conftest import Make

FIRST, SECOND = "ab" * 32, "cd" * 32


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """A file that the package's code writes when it runs."""
    return tmp_path / "ran"


@pytest.fixture
def files(mark: Path) -> dict[str, str]:
    """Code that leaves a mark."""
    return {"shop.py": f"open({str(mark)!r}, 'w').close()\ndef answer(): return 42\n"}


def test_not_agreed(make: Make, files: dict[str, str], mark: Path) -> None:
    """Loading says how to look at the package and how to agree to it, and none of its code has run."""
    made = make(files, "shop:answer")
    with pytest.raises(VerspanError, match="may not run yet") as raised:
        verspan.load_model(made.manifest.model_id)
    assert f"verspan package trust {made.digest}" in str(raised.value)
    assert not mark.exists()


@pytest.mark.parametrize("how", ["hash", "prefixed", "true", "record"])
def test_agreed(make: Make, files: dict[str, str], mark: Path, how: str) -> None:
    """It runs for whoever agrees to the hash in the call, to whatever it is, or in the record."""
    made = make(files, "shop:answer")
    ways: dict[str, str | bool] = {"hash": made.digest, "prefixed": f"sha256:{made.digest}", "true": True}
    if how == "record":
        trust.agree(made.digest)
    assert verspan.load_model(made.manifest.model_id, trust=ways.get(how, False))() == 42
    assert mark.exists()


def test_another_hash(make: Make, files: dict[str, str], mark: Path) -> None:
    """Agreeing to another package, be it in the record too, or to a part of a hash, is not to agree to this one."""
    made = make(files, "shop:answer")
    trust.agree(made.digest)
    with pytest.raises(InvalidArgumentError, match="it is not what you agreed to"):
        verspan.load_model(made.manifest.model_id, trust=FIRST)
    with pytest.raises(InvalidArgumentError, match="has 64 hexadecimal digits"):
        verspan.load_model(made.manifest.model_id, trust=made.digest[:12])
    assert not mark.exists()


def test_newer_package(make: Make, files: dict[str, str]) -> None:
    """To have agreed to a version's package is not to have agreed to the next one of the same version."""
    first = make(files, "shop:answer")
    trust.agree(first.digest)
    make(files, "shop:answer", config={"changed": True})
    with pytest.raises(VerspanError, match="may not run yet"):
        verspan.load_model(first.manifest.model_id)


def test_loaded_already(make: Make, files: dict[str, str]) -> None:
    """That somebody else in the process has agreed is nobody's agreement but theirs."""
    made = make(files, "shop:answer")
    verspan.load_model(made.manifest.model_id, trust=True)
    with pytest.raises(VerspanError, match="may not run yet"):
        verspan.load_model(made.manifest.model_id)


def test_record(home: Path) -> None:
    """The record has a line for each decision, and the last one of a hash counts."""
    assert trust.trusted() == []
    for decide, digest in ((trust.agree, FIRST), (trust.agree, SECOND), (trust.withdraw, FIRST), (trust.agree, SECOND)):
        decide(digest)
    assert trust.trusted() == [SECOND]
    assert trust.record_path() == home / "config" / "verspan" / "trusted-packages"
    assert [line.split()[:2] for line in trust.record_path().read_text().splitlines()] == [
        [FIRST, "agreed"],
        [SECOND, "agreed"],
        [FIRST, "withdrawn"],
        [SECOND, "agreed"],
    ]


def test_at_once(home: Path) -> None:
    """Of many that agree at the same time none is lost."""
    digests = [f"{number:064x}" for number in range(50)]
    threads = [threading.Thread(target=trust.agree, args=(digest,)) for digest in digests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(trust.trusted()) == digests
    assert home.exists()


def test_broken_lines(home: Path) -> None:
    """A line that is none of ours agrees to nothing."""
    trust.agree(FIRST)
    with trust.record_path().open("a", encoding="utf-8") as record:
        record.write(f"{SECOND}\n{SECOND[:10]} agreed now\n\n{SECOND} maybe now\n")
    assert trust.trusted() == [FIRST]
    assert home.exists()


def test_unwritable(home: Path) -> None:
    """A record that cannot be read or written is named."""
    trust.record_path().mkdir(parents=True)
    with pytest.raises(VerspanError, match="trusted-packages cannot be read"):
        trust.trusted()
    with pytest.raises(VerspanError, match="trusted-packages cannot be written"):
        trust.agree(FIRST)
    assert home.exists()
