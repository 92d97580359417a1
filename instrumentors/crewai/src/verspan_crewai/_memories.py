"""What agents remember, and what they look up in their knowledge."""

from __future__ import annotations

from typing import Any

from verspan import semconv
from verspan.instrumentation.operations import Operation, OperationRun
from verspan.instrumentation.steps import Invocation, OperationReader
from verspan_crewai._saying import documents, plain


class SearchReader(OperationReader):
    """Reads ``Memory.recall``."""

    def operation(self, call: Invocation) -> Operation:  # noqa: ARG002 - every memory is the same
        """The search."""
        return Operation("search_memory")

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What is looked for."""
        run.say(semconv.GEN_AI_MEMORY_QUERY_TEXT, call.argument(0, "query"))

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What was found."""
        run.set_attributes({semconv.GEN_AI_MEMORY_RECORD_COUNT: len(output)})
        run.say(semconv.GEN_AI_MEMORY_RECORDS, [_record(found.record, found.score) for found in output])


class SaveReader(OperationReader):
    """Reads ``Memory.remember``, and what ``remember_many`` does on a thread."""

    def operation(self, call: Invocation) -> Operation:  # noqa: ARG002 - likewise
        """The writing."""
        return Operation("create_memory")

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What is to be remembered."""
        content = call.argument(0, "content") or call.argument(0, "contents")
        texts = [content] if isinstance(content, str) else list(content or ())
        run.say(semconv.GEN_AI_MEMORY_RECORDS, [{"content": text} for text in texts])

    def read_output(self, run: OperationRun, output: Any) -> None:
        """How many records there are of it, and which where it is one."""
        records = output if isinstance(output, list) else [output]
        one = str(records[0].id) if len(records) == 1 else None
        run.set_attributes({semconv.GEN_AI_MEMORY_RECORD_COUNT: len(records), semconv.GEN_AI_MEMORY_RECORD_ID: one})


class UpdateReader(OperationReader):
    """Reads ``Memory.update``."""

    def operation(self, call: Invocation) -> Operation:
        """The record that is changed."""
        record_id = call.argument(0, "record_id")
        attributes = {semconv.GEN_AI_MEMORY_RECORD_ID: record_id} if isinstance(record_id, str) else {}
        return Operation("update_memory", attributes=attributes)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What it is to say."""
        run.say(semconv.GEN_AI_MEMORY_RECORDS, [{"content": call.argument(1, "content")}])


class ForgetReader(OperationReader):
    """Reads ``Memory.forget``."""

    def operation(self, call: Invocation) -> Operation:  # noqa: ARG002 - as above
        """The deletion."""
        return Operation("delete_memory")

    def read_output(self, run: OperationRun, output: Any) -> None:
        """How many records are gone."""
        if isinstance(output, int):
            run.set_attributes({semconv.GEN_AI_MEMORY_RECORD_COUNT: output})


class KnowledgeReader(OperationReader):
    """Reads ``Knowledge.query`` and ``Knowledge.aquery``."""

    def operation(self, call: Invocation) -> Operation:
        """The collection that is asked, and for how much."""
        knowledge = call.instance
        collection = knowledge.collection_name or getattr(knowledge.storage, "collection_name", None)
        limit = call.argument(1, "results_limit")
        attributes = {semconv.GEN_AI_RETRIEVAL_TOP_K: limit} if isinstance(limit, int) else {}
        return Operation("retrieval", collection if isinstance(collection, str) else None, attributes)

    def read_input(self, run: OperationRun, call: Invocation) -> None:
        """What is asked."""
        query = call.argument(0, "query")
        run.say(semconv.GEN_AI_RETRIEVAL_QUERY_TEXT, " ".join(query) if isinstance(query, list) else query)

    def read_output(self, run: OperationRun, output: Any) -> None:
        """What was found."""
        run.say(semconv.GEN_AI_RETRIEVAL_DOCUMENTS, documents(output))


def _record(record: Any, score: Any) -> dict[str, Any]:
    return {"content": plain(record.content), "id": str(record.id), "score": score}
