"""The instrumentor of Bedrock's clients in ``boto3`` and ``botocore``, and in ``aiobotocore``."""

from __future__ import annotations

from collections.abc import Sequence

from verspan.instrumentation.adapter import CallAdapter
from verspan.instrumentation.instrumentor import Instrumentor, Method
from verspan_bedrock._agents import AgentAdapter, GenerationAdapter, RetrievalAdapter
from verspan_bedrock._converse import ConverseAdapter
from verspan_bedrock._invoke import InvokeAdapter
from verspan_bedrock._others import OtherAdapter


class BedrockInstrumentor(Instrumentor):
    """One span for every call of the runtimes of Bedrock and its agents; other services of AWS are left alone.

    All calls of all services go through one method of the client's base, with retries inside it.
    """

    distribution = "verspan-bedrock"
    methods = (
        Method("botocore.client", "BaseClient", "_make_api_call"),
        Method("aiobotocore.client", "AioBaseClient", "_make_api_call"),
    )

    def adapters(self) -> Sequence[CallAdapter]:
        """How to read the calls."""
        return [
            ConverseAdapter(),
            InvokeAdapter(),
            AgentAdapter(),
            RetrievalAdapter(),
            GenerationAdapter(),
            OtherAdapter(),
        ]
