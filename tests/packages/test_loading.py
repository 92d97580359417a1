"""A package called: with the answers that its code gives, whatever else is in the process."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.processes import run

import verspan
from verspan.errors import InvalidArgumentError, NotFoundError, VerspanError
from verspan.packaging.bundle import write_package
from verspan.packaging.loaded import LoadedModel
from verspan.packaging.model import Package, PackageManifest
from verspan.packaging.sources import collect
from verspan.versions import registry

from .conftest import EXPERIMENT, FILES, GIT, Make, model, write

Fetch = Callable[[Package], Path]

ASK = """
import json, sys
import verspan

loaded = verspan.load_model(sys.argv[1], trust=sys.argv[2])
print(json.dumps([loaded("why?"), loaded.predict(question="how?")]))
"""

_ADVICE = "what it answers may differ. verspan serve runs it in an environment made from its lock."


def loaded(package: Package) -> LoadedModel:
    """The package, agreed to."""
    return verspan.load_model(package.manifest.model_id, trust=package.digest)


def test_answers(make: Make) -> None:
    """The entry point is called with its configuration, its modules and its data."""
    answer = loaded(make(config={"times": 2}))
    assert answer("why?") == answer.predict(question="why?") == "Hello: WHY?WHY?!!"
    assert answer("why?", config={"times": 1}) == "Hello: WHY?!!"
    assert (answer.config, answer.model_id) == ({"times": 2}, model("v1").model_id)
    assert repr(answer) == f"<shop.agent:answer of v1 ({model('v1').model_id})>"


@pytest.mark.parametrize("by", ["id", "address", "name", "alias", "path"])
def test_elsewhere(make: Make, package_file: Fetch, store_file: Path, tmp_path: Path, by: str) -> None:
    """In another process and another folder it gives the same answers, by whatever it is called."""
    made = make(config={"times": 3})
    here = [loaded(made)("why?"), loaded(made)("how?")]
    verspan.set_logged_model_alias(made.manifest.model_id, "champion")
    names = {
        "id": made.manifest.model_id,
        "address": f"models:/{made.manifest.model_id}",
        "name": "v1",
        "alias": "shop@champion",
    }
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    reference = names.get(by) or str(package_file(made))
    place = folder / "other.db" if by == "path" else store_file
    ended = run(sys.executable, "-c", ASK, reference, made.digest, folder=folder, VERSPAN_STORE=str(place))
    assert (ended.code, ended.log) == (0, "")
    assert json.loads(ended.output) == here == ["Hello: WHY?WHY?WHY?!!", "Hello: HOW?HOW?HOW?!!"]


def test_recorded(make: Make, package_file: Fetch, tmp_path: Path) -> None:
    """Where a package is loaded from a file, the store there gets to know its version."""
    path = package_file(make(config={"times": 1}))
    registry.configure_recording(f"sqlite:///{tmp_path / 'elsewhere' / 'other.db'}")
    verspan.load_model(path, trust=True)
    kept = verspan.get_logged_model(model("v1").model_id)
    assert (kept.name, kept.experiment_name, kept.git) == ("v1", EXPERIMENT, GIT)


def test_side_by_side(make: Make) -> None:
    """Two versions of the same modules are in one process at once, each with its own code, data and state."""
    changed = {
        **FILES,
        "shop/words.py": "def emphasis(text):\n    return text.lower()\n\ndef closing():\n    return '?'\n",
        "shop/greeting.txt": "Bye: ",
    }
    first, second = loaded(make(config={"times": 1})), loaded(make(changed, version="v2", config={"times": 1}))
    assert (first("Why"), second("Why"), first("Why")) == ("Hello: WHY!!", "Bye: why??", "Hello: WHY!!")
    assert "shop" not in sys.modules
    assert (first.model_id, second.model_id) == (model("v1").model_id, model("v2").model_id)


def test_once(make: Make) -> None:
    """The same package loaded again is the same, with the state that it has."""
    made = make({"shop.py": "seen = []\ndef answer(x):\n    seen.append(x)\n    return len(seen)\n"}, "shop:answer")
    assert [loaded(made)("a"), loaded(made)("b")] == [1, 2]
    assert loaded(made) is loaded(made)


def test_once_for_many(make: Make) -> None:
    """Of many threads that load a package at once all get the same, and its code runs once."""
    made = make(
        {"shop.py": "import verspan\nruns = []\nruns.append(1)\ndef answer():\n    return len(runs)\n"}, "shop:answer"
    )
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: loaded(made), range(8)))
    assert len(set(map(id, found))) == 1
    assert found[0]() == 1


def test_imports(make: Make) -> None:
    """Every form of the import statement finds the package's own modules first, and others where it has none."""
    files = {
        "shop/__init__.py": "name = 'shop'\n",
        "shop/deep/leaf.py": "value = 'leaf'\n",
        "json/__init__.py": "def dumps(value):\n    return 'not the one of Python'\n",
        "agent.py": """
import shop.deep.leaf
import shop.deep.leaf as leaf
import shop, math
from shop import *
from shop.deep import leaf as other
from shop import deep
import json
from email import message
import importlib.util

def answer():
    import shop.deep.leaf as late
    same = shop.deep.leaf is leaf is other is deep.leaf is late
    return [same, shop.name, name, json.dumps(1), math.floor(1.5), message.__name__, eval("__import__('shop').name")]
""",
    }
    answered = loaded(make(files, "agent:answer"))()
    assert answered == [True, "shop", "shop", "not the one of Python", 1, "email.message", "shop"]
    assert json.dumps(1) == "1"


def test_relative(make: Make) -> None:
    """Relative imports stay in the package, and one that leads out of it is an error."""
    files = {
        "shop/__init__.py": "",
        "shop/a.py": "from .b import b\nfrom . import b as again\n",
        "shop/b.py": "b = 1\n",
    }
    files["shop/agent.py"] = "from .a import b\ndef answer():\n    from ... import other\n"
    answer = loaded(make(files, "shop.agent:answer"))
    with pytest.raises(ImportError):
        answer()


KINDS = """
import asyncio
import verspan

def plain(n): return [verspan.get_active_model_id()] * n

async def coroutine(n):
    await asyncio.sleep(0)
    return plain(n)

def generator(n):
    for _ in range(n):
        yield verspan.get_active_model_id()

async def async_generator(n):
    for _ in range(n):
        await asyncio.sleep(0)
        yield verspan.get_active_model_id()

class Agent:
    def __init__(self, config): self.times = config["times"]
    def __call__(self, n): return plain(n) * self.times

class Model:
    def predict(self, n): return plain(n)

class Late:
    async def __call__(self, n): return plain(n)
"""


@pytest.mark.parametrize(
    "kind", ["plain", "coroutine", "generator", "async_generator", "Agent", "Model", "Late", "Model.predict"]
)
def test_kinds(make: Make, kind: str) -> None:
    """Functions of every kind and objects are called as what they are, and each step is under the version."""
    if kind == "Model.predict":
        kind, source = "bound", KINDS + "\nbound = Model().predict\n"
    else:
        source = KINDS
    made = make({"agent.py": source}, f"agent:{kind}", config={"times": 1})
    answer = loaded(made)

    async def awaited() -> list[str]:
        if kind == "async_generator":
            return [item async for item in answer(2)]
        return list(await answer(2))

    with verspan.active_model(model_id=model("v2").model_id):
        given = asyncio.run(awaited()) if kind in ("coroutine", "async_generator", "Late") else list(answer(2))
        outside = verspan.get_active_model_id()
    assert given == [model("v1").model_id] * 2
    assert outside == model("v2").model_id


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import nothing_of_the_kind\nanswer = 1\n", "could not be imported: ModuleNotFoundError.*made from the lock"),
        ("raise ValueError('no key')\nanswer = 1\n", "could not be imported: ValueError: no key"),
        ("answer = 1\n", "has no 'agent:answer' that can be called"),
        ("if False:\n    answer = 1\n", "has no 'agent:answer' that can be called"),
        ("class answer:\n    def __init__(self):\n        raise KeyError('x')\n", "could not be set up: KeyError"),
    ],
)
def test_broken(make: Make, source: str, said: str) -> None:
    """Code that cannot be imported, or has nothing to call, is one error that names the entry point and the version."""
    made = make({"agent.py": source}, "agent:answer")
    with pytest.raises(VerspanError, match=said) as raised:
        loaded(made)
    assert "v1" in str(raised.value)


def test_raising(make: Make) -> None:
    """What the entry point raises is the caller's as it is."""
    answer = loaded(make({"agent.py": "def answer():\n    raise LookupError('nothing')\n"}, "agent:answer"))
    with pytest.raises(LookupError, match="nothing"):
        answer()


def test_no_package(make: Make, tmp_path: Path) -> None:
    """A version without a package, a version that is not there and a file that is not there say what to do."""
    make()
    with pytest.raises(NotFoundError, match=r"has no package: make one with verspan\.package"):
        verspan.load_model(model("v2").model_id, trust=True)
    with pytest.raises(NotFoundError):
        verspan.load_model("nobody", trust=True)
    with pytest.raises(NotFoundError, match=r"there is no package at .*nothing\.zip"):
        verspan.load_model(tmp_path / "nothing.zip", trust=True)
    (tmp_path / "other.zip").write_bytes(b"other")
    with pytest.raises(InvalidArgumentError, match="is no package that can be read"):
        verspan.load_model(tmp_path / "other.zip", trust=True)


def test_other_surroundings(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Another Python and other packages than it was made with are said, the packages by name."""
    write(tmp_path, {"shop.py": "def answer():\n    return 42\n"})
    lock = "".join(f"{name}==1.0 --hash=sha256:{'ab' * 32}\n" for name in ("click", "not-installed"))
    manifest = PackageManifest(model("v1").model_id, "v1", "shop", None, "shop:answer", "3.1", ())
    sources = collect([tmp_path / "shop.py"])
    write_package(tmp_path / "package.zip", manifest, sources, {"requirements.txt": lock.encode()})
    with caplog.at_level(logging.WARNING, "verspan.packaging"):
        assert verspan.load_model(tmp_path / "package.zip", trust=True)() == 42
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    differing = f"click {version('click')} for 1.0"
    assert caplog.messages == [
        f"The package of v1 was made with Python 3.1 and is loaded into {python}: what it answers may differ.",
        f"The package of v1 is loaded beside other packages than it was locked with ({differing}): {_ADVICE}",
    ]
