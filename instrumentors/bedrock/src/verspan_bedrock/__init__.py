"""Every call of Amazon Bedrock through boto3 as one OpenTelemetry span, by the GenAI conventions."""

from __future__ import annotations

from verspan_bedrock._instrumentor import BedrockInstrumentor

__all__ = ["BedrockInstrumentor"]
