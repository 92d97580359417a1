"""A difference as a page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from inline_snapshot import snapshot

from verspan.diffing.model import VersionDiff
from verspan.diffing.rendering.html import rendered_html

pytestmark = pytest.mark.usefixtures("utc")

VOID = {"meta", "link", "br", "img", "input", "hr"}


class _Page(HTMLParser):
    """The elements of a page; each that is opened must be closed in its order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.text += data


def test_page(whole: VersionDiff) -> None:
    """The page is well formed, has a language, a title, and a heading for each part that its list links to."""
    page = _Page(rendered_html(whole))
    assert page.open == []
    assert page.elements[0] == ("html", {"lang": "en"})
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert links == [f"#{attributes['id']}" for tag, attributes in page.elements if tag == "section"]
    assert links == ["#untold", "#code", "#params", "#calls", "#prompts", "#dependencies", "#environment"]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_nothing_from_elsewhere(whole: VersionDiff) -> None:
    """The page loads nothing, runs nothing, and says so to the browser."""
    written = rendered_html(whole)
    page = _Page(written)
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.elements}
    assert not {"src", "onclick", "style"} & {name for _, attributes in page.elements for name in attributes}
    assert "url(" not in written
    assert "default-src 'none'; style-src 'unsafe-inline'" in written


def test_content_is_text(whole: VersionDiff) -> None:
    """Markup and control characters in names, code and prompts are text that is seen."""
    page = _Page(rendered_html(whole))
    for text in ("<b>bold</b>", "Ann <script>", "bad␛[31m|name`.md", "```␇", "{{ limit }}"):
        assert text in page.text
    assert re.search(r"[\x00-\x08\x0b-\x1f\x7f]", page.text) is None


def test_words_of_prompts(whole: VersionDiff) -> None:
    """The words of a prompt that changed are marked as deleted and inserted."""
    written = rendered_html(whole)
    prompt = written[written.index('<section id="prompts"') : written.index('<section id="dependencies"')]
    assert re.findall(r"<tr.*?</tr>", prompt) == snapshot(
        [
            '<tr class="kept"><td data-number="1"></td><td data-number="1"></td><td> You answer customers of a tea shop.</td></tr>',  # noqa: E501 - as it is written
            '<tr class="gone"><td data-number="2"></td><td data-number=""></td><td>-Be kind and <del>short</del>.</td></tr>',  # noqa: E501 - as it is written
            '<tr class="come"><td data-number=""></td><td data-number="2"></td><td>+Be kind and <ins>exact</ins>.</td></tr>',  # noqa: E501 - as it is written
            '<tr class="kept"><td data-number="3"></td><td data-number="3"></td><td> Never promise more than {{ limit }}.</td></tr>',  # noqa: E501 - as it is written
            '<tr class="come"><td data-number=""></td><td data-number="4"></td><td>+Ask first.</td></tr>',
        ]
    )


def test_code_lines(whole: VersionDiff) -> None:
    """Lines of code have the numbers of either version, a sign, and words by what they are."""
    written = rendered_html(whole)
    code = written[written.index('<section id="code"') : written.index('<section id="params"')]
    assert re.findall(r"<tr.*?</tr>", code, re.DOTALL)[:3] == snapshot(
        [
            '<tr class="kept"><td data-number="1"></td><td data-number="1"></td><td> <span class="keyword">def</span> <span class="name">answer</span>():</td></tr>',  # noqa: E501 - as it is written
            '<tr class="gone"><td data-number="2"></td><td data-number=""></td><td>-    <span class="keyword">return</span> <span class="string">&quot;x&quot;</span></td></tr>',  # noqa: E501 - as it is written
            '<tr class="come"><td data-number=""></td><td data-number="2"></td><td>+    <span class="keyword">return</span> <span class="string">&quot;y&quot;</span>  <span class="comment"># a\tb</span></td></tr>',  # noqa: E501 - as it is written
        ]
    )
