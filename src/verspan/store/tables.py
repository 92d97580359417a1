"""The tables of a store, each with a comment per table and column: the documentation of the schema is made from them.

Keys are integers of the store's own, so that rows and indexes stay small; ids that the world knows (trace, span and
version ids) are looked up once. Times are nanoseconds since the epoch unless a name ends in ``_ms``. Money is whole
picodollars (1e-12 USD): sums of integers are the same in whatever order spans arrive, sums of floats are not.

A *claim* is a column whose value several spans of a trace may give, such as its name. Beside it stands its rank: the
lowest rank wins, and among equals the lowest value, so that the row is the same in whatever order spans arrive. Ranks
are those of `trace_rows.first_rank` and `trace_rows.last_rank`.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    text,
)
from sqlalchemy.types import TypeEngine

# SQLite numbers rows by itself only where the primary key is exactly INTEGER.
_KEY: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, comment="a version of the schema that was applied"),
    Column("applied_ms", BigInteger, nullable=False, comment="when it was applied"),
    comment="Which versions of the schema were applied; the highest is the present one.",
)

experiments = Table(
    "experiments",
    metadata,
    Column("experiment_key", _KEY, primary_key=True, comment="number within this store"),
    Column("experiment_id", String, nullable=False, unique=True, comment="e- and 32 hexadecimal digits"),
    Column("name", String, nullable=False, comment="the application's name"),
    comment="Applications that versions belong to.",
)

logged_models = Table(
    "logged_models",
    metadata,
    Column("model_key", _KEY, primary_key=True, comment="number within this store"),
    Column("model_id", String, nullable=False, unique=True, comment="m- and 32 hexadecimal digits"),
    Column("name", String, comment="NULL where spans have told the id alone"),
    Column("experiment_key", _KEY, comment="its experiment; NULL until the version's record is kept"),
    Column("recorded", Boolean, nullable=False, comment="false for a version that is known only from its spans"),
    Column("status", String, nullable=False, comment="PENDING, READY or FAILED"),
    Column("git_known", Boolean, nullable=False, comment="whether it was started in a git repository"),
    Column("git_commit", String, comment="full hash of HEAD"),
    Column("git_branch", String, comment="NULL when HEAD is detached"),
    Column("git_remote_url", String, comment="without credentials"),
    Column("git_dirty", Boolean, comment="whether the working tree differs from HEAD"),
    Column("model_type", String, comment="what kind of application it is, in its owner's words"),
    Column("note", String, comment="what somebody wrote about it"),
    Column("parent_model_id", String, comment="the version that it was made from"),
    Column("baseline_model_id", String, comment="the version that it is to be compared with"),
    Column("fingerprint", String, comment="the newest state of code and parameters; NULL until one is known"),
    Column("deleted_ms", BigInteger, comment="when it was deleted; NULL unless it is"),
    Column("created_ms", BigInteger, nullable=False, comment="earliest known creation"),
    Column("updated_ms", BigInteger, nullable=False, comment="last change of the record"),
    Column("trace_count", BigInteger, nullable=False, comment="traces that belong to it, kept as spans are stored"),
    Column("first_seen_ns", BigInteger, comment="start of its earliest span"),
    Column("last_seen_ns", BigInteger, comment="end of its latest span"),
    Index("models_by_name", "name"),
    # With what lists leave out and look for, so that they need not look into rows that they do not show.
    Index("models_by_creation", "created_ms", "name", "deleted_ms"),
    Index("models_by_experiment", "experiment_key", "created_ms", "name", "deleted_ms"),
    comment="Versions: those that were recorded and those that only spans have told of.",
)

resources = Table(
    "resources",
    metadata,
    Column("resource_key", _KEY, primary_key=True, comment="number within this store"),
    Column("digest", LargeBinary, nullable=False, unique=True, comment="BLAKE2b-128 of attributes"),
    Column("attributes", LargeBinary, nullable=False, comment="JSON object, see verspan.store.encoding"),
    comment="Resources that spans came from, each once.",
)

series = Table(
    "series",
    metadata,
    Column("series_key", _KEY, primary_key=True, comment="number within this store"),
    Column(
        "digest", LargeBinary, nullable=False, unique=True, comment="BLAKE2b-128 of the row's other columns as JSON"
    ),
    Column("name", String, nullable=False, comment="the spans' name"),
    Column("kind", String, nullable=False, comment="INTERNAL, SERVER, CLIENT, PRODUCER or CONSUMER"),
    Column("scope_name", String, nullable=False, comment="the instrumentation scope that made them"),
    Column("scope_version", String, nullable=False, comment="its version, empty where it has none"),
    Column("operation", String, comment="gen_ai.operation.name"),
    Column("provider", String, comment="gen_ai.provider.name"),
    Column("request_model", String, comment="gen_ai.request.model"),
    Column("response_model", String, comment="gen_ai.response.model"),
    Column("error_type", String, comment="error.type"),
    Column("price_version", String, comment="the price list that their costs are by; NULL where no price is known"),
    comment="What many spans have in common, each combination once.",
)

bodies = Table(
    "bodies",
    metadata,
    Column("body_key", _KEY, primary_key=True, comment="number within this store"),
    Column("content", LargeBinary, nullable=False, comment="compressed, see verspan.store.compression"),
    comment="Messages, inputs and outputs, each once however many spans hold it.",
)

body_digests = Table(
    "body_digests",
    metadata,
    Column("first_key", _KEY, primary_key=True, comment="the first of some bodies that were kept together"),
    Column("digests", LargeBinary, nullable=False, comment="BLAKE2b-128 of each one's content before compression"),
    comment="What the newest bodies are found by when they are told again, see verspan.store.bodies.",
)

dictionaries = Table(
    "dictionaries",
    metadata,
    Column("dictionary_key", _KEY, primary_key=True, comment="what the first byte of compressed content says"),
    Column("content", LargeBinary, nullable=False, comment="a Zstandard dictionary"),
    comment="What small contents are compressed with; made once, from the store's own contents.",
)

traces = Table(
    "traces",
    metadata,
    Column("trace_key", _KEY, primary_key=True, comment="number within this store"),
    Column("trace_id", LargeBinary, nullable=False, unique=True, comment="16 bytes"),
    Column("status", String, nullable=False, comment="OK or ERROR as the root says; IN_PROGRESS until it is kept"),
    Column("start_ns", BigInteger, nullable=False, comment="start of the earliest span"),
    Column("end_ns", BigInteger, nullable=False, comment="end of the latest span"),
    Column("span_count", Integer, nullable=False, comment="spans kept"),
    Column("error_count", Integer, nullable=False, comment="spans whose status is ERROR"),
    Column("input_tokens", BigInteger, nullable=False, comment="sum over what counts, cached ones included"),
    Column("output_tokens", BigInteger, nullable=False, comment="sum over what counts, reasoning included"),
    Column("cost_pico", BigInteger, comment="sum over what counts and has a known price; NULL where none has"),
    Column("unpriced_calls", Integer, nullable=False, comment="spans that count, with tokens and no known price"),
    Column("series_key", _KEY, nullable=False, comment="claim: the series whose name is the trace's name"),
    Column("series_rank", BigInteger, nullable=False, comment="the root first, else whichever span starts first"),
    Column("model_key", _KEY, comment="claim: the version of the root, else of the earliest span that has one"),
    Column("model_rank", BigInteger, comment="as series_rank"),
    Column("session_id", String, comment="claim: session.id, else gen_ai.conversation.id"),
    Column("session_rank", BigInteger, comment="as series_rank"),
    Column("user_id", String, comment="claim: user.id"),
    Column("user_rank", BigInteger, comment="as series_rank"),
    Column("request_key", _KEY, comment="claim: the body to show the beginning of as what was asked"),
    Column("request_rank", BigInteger, comment="as series_rank"),
    Column("response_key", _KEY, comment="claim: the body to show the beginning of as what was answered"),
    Column("response_rank", BigInteger, comment="the root first, else whichever span ends last"),
    Index("traces_by_start", "start_ns"),
    Index("traces_by_model", "model_key", "start_ns"),
    Index("traces_by_session", "session_id", "start_ns", sqlite_where=text("session_id IS NOT NULL")),
    Index("traces_by_user", "user_id", "start_ns", sqlite_where=text("user_id IS NOT NULL")),
    Index("traces_not_ok", "status", "start_ns", sqlite_where=text("status <> 'OK'")),
    comment="One row a trace, brought up to date by every span that is kept.",
)

trace_labels = Table(
    "trace_labels",
    metadata,
    Column("trace_key", _KEY, primary_key=True, comment="the trace"),
    Column("kind", String, primary_key=True, comment="tag or metadata"),
    Column("name", String, primary_key=True, comment="the label's name"),
    Column("value", String, nullable=False, comment="claim: its value"),
    Column("rank", BigInteger, nullable=False, comment="the root first, else whichever span ends last"),
    comment="Tags and metadata of traces.",
    sqlite_with_rowid=False,
)

spans = Table(
    "spans",
    metadata,
    Column("span_key", _KEY, primary_key=True, comment="number within this store"),
    Column("trace_key", _KEY, nullable=False, comment="its trace"),
    Column("span_id", LargeBinary, nullable=False, comment="8 bytes"),
    Column("parent_span_id", LargeBinary, comment="8 bytes; NULL for a root"),
    Column(
        "series_key", _KEY, nullable=False, comment="its name, kind, scope, models and what else it shares with others"
    ),
    Column("resource_key", _KEY, nullable=False, comment="its resource"),
    Column("model_key", _KEY, comment="its version"),
    Column("start_ns", BigInteger, nullable=False, comment="when it started"),
    Column("duration_ns", BigInteger, nullable=False, comment="how long it took"),
    Column("status", SmallInteger, nullable=False, comment="UNSET 0, OK 1, ERROR 2"),
    Column("input_tokens", BigInteger, comment="gen_ai.usage.input_tokens, cached ones included"),
    Column("output_tokens", BigInteger, comment="gen_ai.usage.output_tokens, reasoning included"),
    Column("cached_tokens", BigInteger, comment="gen_ai.usage.cache_read.input_tokens"),
    Column("reasoning_tokens", BigInteger, comment="gen_ai.usage.reasoning.output_tokens"),
    Column("cost_pico", BigInteger, comment="what the call cost; NULL where the price is not known"),
    Column(
        "counted",
        SmallInteger,
        nullable=False,
        server_default=text("0"),
        comment="1 where its tokens and cost are in the sums, 2 where it is a call in them; likewise 4 and 8 where a "
        "span below reports it, see verspan.store.counting",
    ),
    Column("body", LargeBinary, nullable=False, comment="everything else, see verspan.store.span_bodies"),
    Index("spans_by_id", "trace_key", "span_id", unique=True),
    comment="Every span, with the columns that people filter and sum by.",
)

reports = Table(
    "reports",
    metadata,
    Column("trace_key", _KEY, primary_key=True, comment="the trace"),
    Column("span_id", LargeBinary, primary_key=True, comment="8 bytes: a span that others name as their parent"),
    Column("answer", BigInteger, primary_key=True, comment="2^32 + CRC-32 of gen_ai.response.id; 0 for any"),
    Column("report", SmallInteger, nullable=False, comment="1 where tokens are reported below it, 2 where a call is"),
    Column("scope", BigInteger, nullable=False, comment="CRC-32 of the name of the scope that told first; 0 for any"),
    comment="What waits to be told to a span, and which answers calls below it had: see verspan.store.counting.",
    sqlite_with_rowid=False,
)

call_figures = Table(
    "call_figures",
    metadata,
    Column("model_key", _KEY, primary_key=True, comment="the version"),
    Column("hour", Integer, primary_key=True, comment="hours since the epoch; -1 for all of time"),
    Column("operation", String, primary_key=True, comment="gen_ai.operation.name"),
    Column("calls", BigInteger, nullable=False, comment="spans that ended; of calls of a model, those that count"),
    Column("errors", BigInteger, nullable=False, comment="of these, whose status is ERROR"),
    Column("input_tokens", BigInteger, nullable=False, comment="sum over what counts, cached ones included"),
    Column("output_tokens", BigInteger, nullable=False, comment="sum over what counts, reasoning included"),
    Column("cost_pico", BigInteger, comment="sum over what counts and has a known price; NULL where none has"),
    Column("unpriced_calls", BigInteger, nullable=False, comment="spans that count, with tokens and no known price"),
    comment="Sums per version, hour and operation, kept as spans are stored: figures never read spans.",
    sqlite_with_rowid=False,
)

call_latencies = Table(
    "call_latencies",
    metadata,
    Column("model_key", _KEY, primary_key=True, comment="the version"),
    Column("hour", Integer, primary_key=True, comment="hours since the epoch; -1 for all of time"),
    Column("operation", String, primary_key=True, comment="gen_ai.operation.name"),
    Column("bucket", Integer, primary_key=True, comment="logarithm of the duration, see verspan.store.latency"),
    Column("calls", BigInteger, nullable=False, comment="spans whose duration falls into the bucket"),
    comment="Latency sketches as rows, so that many processes can add to them.",
    sqlite_with_rowid=False,
)
