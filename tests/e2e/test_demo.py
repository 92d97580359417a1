"""What `make jaeger-demo` prints, and that it leaves nothing running."""

from __future__ import annotations

import re
import sys
import urllib.error

import pytest
from tests.e2e.servers import read
from tests.processes import run
from tests.readme import ROOT

from verspan.versions.identity import model_id_for

AGENT = model_id_for("kettle-and-leaf", "customer_support_agent-v1")


def test_demo(programs: None) -> None:
    """It shows Jaeger's answer for each version as trees, with the address of the search, and stops both servers."""
    ended = run(sys.executable, "-m", "tests.e2e.demo", folder=ROOT, COLUMNS="200")
    assert (ended.code, ended.log) == (0, "")
    page, agent = ended.output.split("\nAn agent with tools: ")
    assert page.count("chat gpt-4o-mini") == 5
    lines = agent.splitlines()
    assert lines[0] == f"Jaeger's answer for logged_model.id={AGENT}"
    names = [re.findall(r"(?:[├└]─ |^\w{8}  )([\w-]+)", line) for line in lines]
    tree = [name for (name,) in filter(None, names)]
    assert tree[:4] == ["answer", "chat", "find_order", "chat"]
    assert len(tree) == 14
    (address,) = re.findall(r"^http://\S+", agent, re.MULTILINE)
    assert f"service=kettle-and-leaf&tags=%7B%22logged_model.id%22%3A+%22{AGENT}%22%7D" in address
    with pytest.raises(urllib.error.URLError):
        read(address)
