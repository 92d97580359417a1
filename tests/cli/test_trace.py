"""`verspan trace`."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version

import pytest
from click.testing import Result
from inline_snapshot import snapshot

from verspan import semconv
from verspan.store.interface import Store
from verspan.traces.model import SpanRecord

PRICES = f"genai-prices {version('genai-prices')}"  # another one for Python 3.10

Run = Callable[..., Result]
MakeSpan = Callable[..., SpanRecord]
ANSWER = "5b8aa5a2d2c872e8321cf37308d69df2"
GREETING = "5b8f00000000000000000000000000aa"


@pytest.mark.usefixtures("recorded")
def test_in_a_pipe(run: Run) -> None:
    """In a pipe the tree is as wide as it needs to be, with every id whole."""
    result = run("trace", ANSWER)
    assert result.stdout == snapshot("""\
trace       5b8aa5a2d2c872e8321cf37308d69df2
name        answer
status      ok
started     2025-11-23 08:12:01
took        1.24 s
spans       6, 1 failed
tokens      1,713 in, 162 out
cost        $0.000354
version     agent-v2 (m-853a611a3c5be0df623f973a6304bade)
experiment  shop
session     s-1
user        u-17

span                        error             took  time                                         tokens       cost  span id
────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
answer                                      1.24 s  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━                        0000000000000001
├─ chat gpt-4o-mini                         468 ms  ━━━━━━━━━━━━━━━                            812 → 31   $0.00014  0000000000000002
├─ execute_tool find_order                   48 ms                 ━━                                               0000000000000003
│  └─ GET                                    45 ms                 ━                                                0000000000000004
├─ chat gpt-4o-mini         RateLimitError  265 ms                   ━━━━━━━━━                                      0000000000000005
└─ chat gpt-4o-mini                         410 ms                            ━━━━━━━━━━━━━   901 → 131  $0.000214  0000000000000006

answer  1.24 s  0000000000000001
  inputs   {"question":"Where is my order 1234?"}
  outputs  Your order 1234 was shipped on Monday.

chat gpt-4o-mini  468 ms  0000000000000002
  user       Where is my order 1234?
  assistant  Let me look.

chat gpt-4o-mini  265 ms  0000000000000005
  error  RateLimitError: 429: slow down

chat gpt-4o-mini  410 ms  0000000000000006
  user       Where is my order 1234?
  assistant  Your order 1234 was shipped on Monday.
""")  # noqa: E501 - as wide as it is printed
    assert (result.stderr, result.exit_code) == ("", 0)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("typed", ["5b8a", ANSWER.upper(), f" {ANSWER} "])
def test_narrow_window_without_content(run: Run, typed: str) -> None:
    """At 80 characters the tree fits, and --no-content leaves out what was said; an id's beginning is enough."""
    result = run("trace", typed, "--no-content", columns=80)
    assert result.stdout == snapshot("""\
trace       5b8aa5a2d2c872e8321cf37308d69df2
name        answer
status      ok
started     2025-11-23 08:12:01
took        1.24 s
spans       6, 1 failed
tokens      1,713 in, 162 out
cost        $0.000354
version     agent-v2 (m-853a611a3c5be0df623f973a6304bade)
experiment  shop
session     s-1
user        u-17

span                        error           took  time         tokens       cost
────────────────────────────────────────────────────────────────────────────────
answer                                    1.24 s  ━━━━━━━━
├─ chat gpt-4o-mini                       468 ms  ━━━        812 → 31   $0.00014
├─ execute_tool find_order                 48 ms     ━
│  └─ GET                                  45 ms     ━
├─ chat gpt-4o-mini         RateLimitEr…  265 ms     ━━
└─ chat gpt-4o-mini                       410 ms       ━━━  901 → 131  $0.000214

chat gpt-4o-mini  265 ms  0000000000000005
  error  RateLimitError
""")
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


@pytest.mark.usefixtures("recorded")
def test_json(run: Run) -> None:
    """The JSON holds the summary as `traces --json` has it, and every span whole."""
    trace = json.loads(run("trace", ANSWER, "--json").stdout)
    listed = json.loads(run("traces", "--session", "s-1", "--json").stdout)["traces"][0]
    spans = trace.pop("spans")
    assert trace == listed
    assert [span["span_id"][-1] for span in spans] == ["1", "2", "3", "4", "5", "6"]
    assert spans[1] == snapshot(
        {
            "trace_id": "5b8aa5a2d2c872e8321cf37308d69df2",
            "span_id": "0000000000000002",
            "parent_span_id": "0000000000000001",
            "name": "chat gpt-4o-mini",
            "kind": "CLIENT",
            "start_ns": 1763885521135456789,
            "start_time": "2025-11-23T08:12:01.135456Z",
            "end_ns": 1763885521603456789,
            "end_time": "2025-11-23T08:12:01.603456Z",
            "status_code": "UNSET",
            "status_message": None,
            "attributes": {
                "logged_model.id": "m-853a611a3c5be0df623f973a6304bade",
                "logged_model.name": "agent-v2",
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o-mini",
                "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
                "gen_ai.usage.input_tokens": 812,
                "gen_ai.usage.output_tokens": 31,
                "gen_ai.input.messages": [
                    {"role": "user", "parts": [{"type": "text", "content": "Where is my order 1234?"}]}
                ],
                "gen_ai.output.messages": [
                    {
                        "role": "assistant",
                        "parts": [{"type": "text", "content": "Let me look."}],
                        "finish_reason": "stop",
                    }
                ],
            },
            "events": [],
            "links": [],
            "resource": {},
            "scope_name": "",
            "scope_version": "",
            "duration_ms": 468.0,
            "cost": {"usd": 0.0001404, "price_version": PRICES},
        }
    )


@pytest.mark.usefixtures("recorded")
def test_json_without_content(run: Run) -> None:
    """--no-content leaves what was said out of the JSON too."""
    printed = run("trace", ANSWER, "--json", "--no-content").stdout
    trace = json.loads(printed)
    assert "order 1234" not in printed
    assert trace["request_preview"] is None
    assert all(semconv.CONTENT_ATTRIBUTES.isdisjoint(span["attributes"]) for span in trace["spans"])


def test_several_versions_and_a_missing_parent(run: Run, store: Store, make_span: MakeSpan) -> None:
    """Where several versions took part each line names its own, and a parent that is not here has a line."""
    store.write_spans(
        [
            make_span(1, "gateway", version="gateway-v1", took_ms=100),
            make_span(2, "answer", version="agent-v2", parent=1, start_ms=10, took_ms=80),
            make_span(3, "late job", version="agent-v2", parent=0xFFFF, start_ms=150, took_ms=50),
        ]
    )
    assert run("trace", ANSWER).stdout == snapshot("""\
trace    5b8aa5a2d2c872e8321cf37308d69df2
name     gateway
status   ok
started  2025-11-23 08:12:01
took     200 ms
spans    3
tokens   0 in, 0 out
cost     -
version  agent-v2 (2 of 3 spans), gateway-v1 (1 of 3 spans)

span                   took  time                                      tokens  cost  version     span id
─────────────────────────────────────────────────────────────────────────────────────────────────────────────────
gateway              100 ms  ━━━━━━━━━━━━━━━━━━━━                                    gateway-v1  0000000000000001
└─ answer             80 ms    ━━━━━━━━━━━━━━━━                                      agent-v2    0000000000000002
(not recorded here)                                                                              000000000000ffff
└─ late job           50 ms                                ━━━━━━━━━━                agent-v2    0000000000000003
""")


def test_many_spans(run: Run, store: Store, make_span: MakeSpan) -> None:
    """Of 1,200 spans 500 are shown and the rest are counted; --all shows them all."""
    steps = [
        make_span(
            number, f"step {number}", parent=1, start_ms=number, error=("Timeout", "late") if number > 1198 else None
        )
        for number in range(2, 1201)
    ]
    store.write_spans([make_span(1, "root", took_ms=2_000), *steps])
    some, all_of_them = run("trace", ANSWER), run("trace", ANSWER, "--all")
    assert "step 500 " in some.stdout
    assert "step 501 " not in some.stdout
    assert some.stderr == "\n700 more spans are not shown, 2 of them failed: add --all\n"
    assert "step 1200 " in all_of_them.stdout
    assert all_of_them.stderr == ""


def test_long_content(run: Run, store: Store, make_span: MakeSpan) -> None:
    """Of a long history the last messages are shown, of a long message the beginning; --all shows everything."""
    messages = [{"role": "user", "parts": [{"type": "text", "content": f"Question {turn}"}]} for turn in range(9)]
    answer = {"role": "assistant", "parts": [{"type": "text", "content": "word " * 200}]}
    attributes = {semconv.GEN_AI_INPUT_MESSAGES: messages, semconv.GEN_AI_OUTPUT_MESSAGES: [answer]}
    store.write_spans([make_span(1, "chat gpt-4o-mini", attributes=attributes)])
    assert run("trace", ANSWER, columns=100).stdout.partition("\n\nchat ")[2] == snapshot("""\
gpt-4o-mini  10 ms  0000000000000001
  …          4 earlier messages
  user       Question 4
  user       Question 5
  user       Question 6
  user       Question 7
  user       Question 8
  assistant  word word word word word word word word word word word word word word word word word
             word word word word word word word word word word word word word word word word word
             word word word word word word word word word word word word word word word word word
             word word word word word word word word word word word word word word word word word
             word word word word word word word word word word word word… (600 more characters)
""")
    everything = run("trace", ANSWER, "--all").stdout
    assert "Question 0" in everything
    assert "word " * 199 in everything


def test_hostile_content(run: Run, store: Store, make_span: MakeSpan) -> None:
    """What would steer the terminal is shown as a picture of itself, wherever it stands."""
    hostile = "\x1b]0;owned\x07[bold]text[/bold]"
    attributes = {semconv.VERSPAN_INPUTS: hostile, semconv.ERROR_TYPE: hostile}
    store.write_spans([make_span(1, hostile, attributes=attributes, error=(hostile, hostile))])
    printed = run("trace", ANSWER).stdout
    assert "\x1b" not in printed
    assert "\x07" not in printed
    assert printed.count("␛]0;owned␇[bold]text[/bold]") == 7


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    ("typed", "line", "code"),
    [
        (
            "5b8",
            f"'5b8' begins the ids of several traces, give more of one:\n  {ANSWER}\n  {GREETING}",
            1,
        ),
        ("abc", "no trace has an id that is or begins 'abc': `verspan traces` lists them", 1),
        ("m-12", "'m-12' is no trace id, which has up to 32 hexadecimal digits", 2),
        ("", "'' is no trace id, which has up to 32 hexadecimal digits", 2),
    ],
)
def test_unknown(run: Run, typed: str, line: str, code: int) -> None:
    """An id that is unknown, ambiguous or none at all is said, with the way out."""
    result = run("trace", typed)
    assert (result.stdout, result.stderr, result.exit_code) == ("", f"verspan: {line}\n", code)


def test_no_store(run: Run) -> None:
    """Where nothing is recorded yet, asking for one trace has a negative answer that says what to type next."""
    result = run("trace", "ab")
    assert result.stderr.startswith("verspan: nothing is recorded yet at /")
    assert (result.stdout, result.exit_code) == ("", 1)
