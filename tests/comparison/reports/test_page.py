"""The report as a page of HTML."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest
from tests.comparison.reports.told import HOSTILE, comparison, parsed_xml, report

from verspan.comparison.reports.page import html_report
from verspan.comparison.reports.page_rows import MOST_ROWS
from verspan.comparison.reports.plots import latency_plot
from verspan.comparison.reports.saying import Report

_VOID = {"meta", "input", "br"}
_REFERENCES = {"src", "href", "action", "data", "poster", "srcset", "style"}


class _Page(HTMLParser):
    """What a page is made of, and whether its elements close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += attrs
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("gated", [True, False])
def test_hostile_texts(gated: bool) -> None:  # noqa: FBT001 - pytest's parameters
    """What models and users wrote is text and nothing else: no element, attribute or reference comes of it."""
    page = _Page(html_report(report(gated=gated)))
    assert page.elements.isdisjoint({"script", "img", "link", "iframe", "object", "form"})
    assert {name for name, _ in page.attributes if name.startswith("on")} == set()
    references = {value for name, value in page.attributes if name in _REFERENCES}
    assert all(value is not None and value.startswith("#") for value in references)
    assert HOSTILE.replace("\x1b", "␛") in page.text


def test_content_policy() -> None:
    """The page's own policy lets nothing load or run but the one style sheet, which it names by its digest."""
    page = html_report(report())
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = b64encode(sha256(styles[0].encode()).digest()).decode()
    assert len(styles) == 1
    assert f"content=\"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\"" in page
    assert "url(" not in styles[0]


def test_same_bytes() -> None:
    """The same comparison makes the same page."""
    assert html_report(report()) == html_report(report())


def test_plots() -> None:
    """Every difference has a plot that says in words what it shows, and latencies have one of both versions."""
    page = html_report(report())
    plots = [parsed_xml(svg) for svg in re.findall(r"<svg class=\"interval.*?</svg>", page)]
    assert len(plots) == sum(metric.difference is not None for metric in comparison().metrics)
    assert plots[0].get("aria-label") == "correctness: -0.12 (-0.18 to -0.06), worse"
    latency = parsed_xml(latency_plot(comparison()))
    sides = [group.get("class") for group in latency if group.tag == "g"]
    assert sides == ["baseline", "candidate"]
    points = [len((group.find("polyline") or group[0]).attrib["points"].split()) for group in latency.iter("g")]
    assert points == [23, 22]  # a row failed, and of one there is only the candidate's answer


def test_latency_of_traffic() -> None:
    """Where there are no rows, the quantiles that were compared are plotted."""
    traffic = replace(comparison(), rows=())
    latency = parsed_xml(latency_plot(traffic))
    assert [len(group.findall("circle")) for group in latency.iter("g")] == [3, 3]
    assert latency_plot(replace(traffic, metrics=traffic.metrics[:2])) == ""


def test_rows_can_be_chosen() -> None:
    """There is a choice for each verdict that a row has, without a script."""
    page = html_report(report())
    assert re.findall(r'id="show-([a-z-]+)"', page) == [
        "all",
        "error",
        "regressed",
        "improved",
        "unchanged",
        "not-comparable",
    ]
    assert re.findall(r'<details class="row ([a-z-]+)">', page)[:3] == ["error", "regressed", "regressed"]


def test_many_rows() -> None:
    """Of very many rows the worst are shown, and how many are left out is said."""
    found = comparison()
    many = replace(found, rows=[*found.rows, *[found.rows[5]] * MOST_ROWS])
    page = html_report(Report(many))
    assert page.count('<details class="row ') == MOST_ROWS
    assert "24 more rows are left out; they are no worse than these." in page
