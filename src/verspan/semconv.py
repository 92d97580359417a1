"""Attribute, metric, event and environment variable names: the one place that spells them.

``gen_ai.*`` and ``openai.*`` are OpenTelemetry's GenAI semantic conventions, whose Python constants are deprecated in
``opentelemetry-semantic-conventions`` since the text moved to a repository of its own. ``session.*``, ``user.*``,
``server.*``, ``error.*`` and ``exception.*`` are OpenTelemetry's core conventions. ``logged_model.*`` and ``verspan.*``
are ours: no convention exists for a version of an application.
"""

from __future__ import annotations

from typing import Final

# -- ours: the version ---------------------------------------------------------------------------------------------
LOGGED_MODEL_ID: Final = "logged_model.id"
LOGGED_MODEL_NAME: Final = "logged_model.name"
LOGGED_MODEL_CALLER_ID: Final = "logged_model.caller.id"

# -- ours: the span that tells of a version's record; see verspan.telemetry.registered -------------------------------
SPAN_REGISTERED: Final = "logged_model.registered"
LOGGED_MODEL_EXPERIMENT_NAME: Final = "logged_model.experiment.name"
LOGGED_MODEL_STATUS: Final = "logged_model.status"
LOGGED_MODEL_CREATION_TIMESTAMP: Final = "logged_model.creation_timestamp"
LOGGED_MODEL_LAST_UPDATED_TIMESTAMP: Final = "logged_model.last_updated_timestamp"
LOGGED_MODEL_FINGERPRINT: Final = "logged_model.fingerprint"
LOGGED_MODEL_GIT_DIRTY: Final = "logged_model.git.dirty"
LOGGED_MODEL_PARAM_PREFIX: Final = "logged_model.param."
LOGGED_MODEL_TAG_PREFIX: Final = "logged_model.tag."

# -- ours: spans by hand and traces --------------------------------------------------------------------------------
VERSPAN_SPAN_TYPE: Final = "verspan.span.type"
VERSPAN_INPUTS: Final = "verspan.inputs"
VERSPAN_OUTPUTS: Final = "verspan.outputs"
VERSPAN_GUARDRAIL_TRIGGERED: Final = "verspan.guardrail.triggered"
VERSPAN_TAG_PREFIX: Final = "verspan.tag."
VERSPAN_METADATA_PREFIX: Final = "verspan.metadata."
VERSPAN_ORIGINAL_PREFIX: Final = "verspan.original."
"""Before a present name whose value another dialect gave in another form: what came."""
VERSPAN_EVALUATION_RUN: Final = "verspan.metadata.evaluation_run"
VERSPAN_EVALUATION_ROW: Final = "verspan.metadata.evaluation_row"
VERSPAN_COST_USD: Final = "verspan.cost.usd"
VERSPAN_COST_PRICE_VERSION: Final = "verspan.cost.price_version"
VERSPAN_COST_REPORTED_USD: Final = "verspan.cost.reported_usd"
"""What the provider itself says that a call cost, in US dollars."""

# -- core conventions ----------------------------------------------------------------------------------------------
SERVER_ADDRESS: Final = "server.address"
SERVER_PORT: Final = "server.port"
CLIENT_ADDRESS: Final = "client.address"
CLIENT_PORT: Final = "client.port"
NETWORK_TRANSPORT: Final = "network.transport"
NETWORK_PROTOCOL_NAME: Final = "network.protocol.name"
NETWORK_PROTOCOL_VERSION: Final = "network.protocol.version"
JSONRPC_REQUEST_ID: Final = "jsonrpc.request.id"
RPC_RESPONSE_STATUS_CODE: Final = "rpc.response.status_code"
URL_FULL: Final = "url.full"
RPC_SERVICE: Final = "rpc.service"
HTTP_REQUEST_METHOD: Final = "http.request.method"
HTTP_RESPONSE_STATUS_CODE: Final = "http.response.status_code"
HTTP_ROUTE: Final = "http.route"
HTTP_URL: Final = "http.url"
"""The name of ``url.full`` before the HTTP conventions were stable; OpenTelemetry's instrumentations still have it."""
NET_PEER_NAME: Final = "net.peer.name"
"""Likewise of ``server.address``."""
ERROR_TYPE: Final = "error.type"
EXCEPTION_EVENT: Final = "exception"
EXCEPTION_TYPE: Final = "exception.type"
EXCEPTION_MESSAGE: Final = "exception.message"
EXCEPTION_STACKTRACE: Final = "exception.stacktrace"
SESSION_ID: Final = "session.id"
USER_ID: Final = "user.id"
SERVICE_NAME: Final = "service.name"
SERVICE_VERSION: Final = "service.version"
DEPLOYMENT_ENVIRONMENT_NAME: Final = "deployment.environment.name"
DEPLOYMENT_ENVIRONMENT: Final = "deployment.environment"  # its name until version 1.27 of the conventions
VCS_REF_HEAD_REVISION: Final = "vcs.ref.head.revision"
VCS_REF_HEAD_NAME: Final = "vcs.ref.head.name"
VCS_REPOSITORY_URL_FULL: Final = "vcs.repository.url.full"
CODE_FUNCTION_NAME: Final = "code.function.name"

# -- GenAI: what the call is ---------------------------------------------------------------------------------------
GEN_AI_OPERATION_NAME: Final = "gen_ai.operation.name"
GEN_AI_PROVIDER_NAME: Final = "gen_ai.provider.name"
GEN_AI_CONVERSATION_ID: Final = "gen_ai.conversation.id"
GEN_AI_CONVERSATION_COMPACTED: Final = "gen_ai.conversation.compacted"
GEN_AI_OUTPUT_TYPE: Final = "gen_ai.output.type"
GEN_AI_AGENT_ID: Final = "gen_ai.agent.id"
GEN_AI_AGENT_NAME: Final = "gen_ai.agent.name"
GEN_AI_AGENT_DESCRIPTION: Final = "gen_ai.agent.description"
GEN_AI_AGENT_VERSION: Final = "gen_ai.agent.version"
GEN_AI_WORKFLOW_NAME: Final = "gen_ai.workflow.name"
GEN_AI_TOOL_NAME: Final = "gen_ai.tool.name"
GEN_AI_TOOL_TYPE: Final = "gen_ai.tool.type"
GEN_AI_TOOL_DESCRIPTION: Final = "gen_ai.tool.description"
GEN_AI_TOOL_CALL_ID: Final = "gen_ai.tool.call.id"
AWS_BEDROCK_GUARDRAIL_ID: Final = "aws.bedrock.guardrail.id"
AWS_BEDROCK_KNOWLEDGE_BASE_ID: Final = "aws.bedrock.knowledge_base.id"
GEN_AI_DATA_SOURCE_ID: Final = "gen_ai.data_source.id"
GEN_AI_RETRIEVAL_TOP_K: Final = "gen_ai.retrieval.top_k"
GEN_AI_MEMORY_STORE_ID: Final = "gen_ai.memory.store.id"
GEN_AI_MEMORY_RECORD_ID: Final = "gen_ai.memory.record.id"
GEN_AI_MEMORY_RECORD_COUNT: Final = "gen_ai.memory.record.count"
GEN_AI_PROMPT_NAME: Final = "gen_ai.prompt.name"
GEN_AI_PROMPT_VERSION: Final = "gen_ai.prompt.version"
GEN_AI_PROMPT_VARIABLE_PREFIX: Final = "gen_ai.prompt.variable."

# -- GenAI: the request --------------------------------------------------------------------------------------------
GEN_AI_REQUEST_MODEL: Final = "gen_ai.request.model"
GEN_AI_REQUEST_STREAM: Final = "gen_ai.request.stream"
GEN_AI_REQUEST_CHOICE_COUNT: Final = "gen_ai.request.choice.count"
GEN_AI_REQUEST_SEED: Final = "gen_ai.request.seed"
GEN_AI_REQUEST_TOP_K: Final = "gen_ai.request.top_k"
GEN_AI_REQUEST_MAX_TOKENS: Final = "gen_ai.request.max_tokens"
GEN_AI_REQUEST_TEMPERATURE: Final = "gen_ai.request.temperature"
GEN_AI_REQUEST_TOP_P: Final = "gen_ai.request.top_p"
GEN_AI_REQUEST_FREQUENCY_PENALTY: Final = "gen_ai.request.frequency_penalty"
GEN_AI_REQUEST_PRESENCE_PENALTY: Final = "gen_ai.request.presence_penalty"
GEN_AI_REQUEST_STOP_SEQUENCES: Final = "gen_ai.request.stop_sequences"
GEN_AI_REQUEST_REASONING_LEVEL: Final = "gen_ai.request.reasoning.level"
GEN_AI_REQUEST_ENCODING_FORMATS: Final = "gen_ai.request.encoding_formats"
GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID: Final = "gen_ai.request.previous_response.id"
GEN_AI_REQUEST_STREAM_CURSOR: Final = "gen_ai.request.stream_cursor"
GEN_AI_EMBEDDINGS_DIMENSION_COUNT: Final = "gen_ai.embeddings.dimension.count"

# -- GenAI: the response -------------------------------------------------------------------------------------------
GEN_AI_RESPONSE_ID: Final = "gen_ai.response.id"
GEN_AI_RESPONSE_MODEL: Final = "gen_ai.response.model"
GEN_AI_RESPONSE_FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
GEN_AI_RESPONSE_STATUS: Final = "gen_ai.response.status"
GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.response.time_to_first_chunk"

# -- GenAI: usage; cached and reasoning tokens are subsets of input and output -------------------------------------
GEN_AI_USAGE_INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
GEN_AI_USAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.cache_read.input_tokens"
GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS: Final = "gen_ai.usage.cache_write.input_tokens"
GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: Final = "gen_ai.usage.reasoning.output_tokens"
GEN_AI_USAGE_TEXT_INPUT_TOKENS: Final = "gen_ai.usage.text.input_tokens"
GEN_AI_USAGE_TEXT_OUTPUT_TOKENS: Final = "gen_ai.usage.text.output_tokens"
GEN_AI_USAGE_TEXT_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.text.cache_read.input_tokens"
GEN_AI_USAGE_IMAGE_INPUT_TOKENS: Final = "gen_ai.usage.image.input_tokens"
GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS: Final = "gen_ai.usage.image.output_tokens"
GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.image.cache_read.input_tokens"
GEN_AI_USAGE_AUDIO_INPUT_TOKENS: Final = "gen_ai.usage.audio.input_tokens"
GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS: Final = "gen_ai.usage.audio.output_tokens"
GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.usage.audio.cache_read.input_tokens"

# -- GenAI: content ------------------------------------------------------------------------------------------------
GEN_AI_INPUT_MESSAGES: Final = "gen_ai.input.messages"
GEN_AI_OUTPUT_MESSAGES: Final = "gen_ai.output.messages"
GEN_AI_SYSTEM_INSTRUCTIONS: Final = "gen_ai.system_instructions"
GEN_AI_TOOL_DEFINITIONS: Final = "gen_ai.tool.definitions"
GEN_AI_TOOL_CALL_ARGUMENTS: Final = "gen_ai.tool.call.arguments"
GEN_AI_TOOL_CALL_RESULT: Final = "gen_ai.tool.call.result"
GEN_AI_RETRIEVAL_QUERY_TEXT: Final = "gen_ai.retrieval.query.text"
GEN_AI_RETRIEVAL_DOCUMENTS: Final = "gen_ai.retrieval.documents"
GEN_AI_MEMORY_QUERY_TEXT: Final = "gen_ai.memory.query.text"
GEN_AI_MEMORY_RECORDS: Final = "gen_ai.memory.records"

CONTENT_ATTRIBUTES: Final = frozenset(
    {
        GEN_AI_INPUT_MESSAGES,
        GEN_AI_OUTPUT_MESSAGES,
        GEN_AI_SYSTEM_INSTRUCTIONS,
        GEN_AI_TOOL_DEFINITIONS,
        GEN_AI_TOOL_CALL_ARGUMENTS,
        GEN_AI_TOOL_CALL_RESULT,
        GEN_AI_RETRIEVAL_QUERY_TEXT,
        GEN_AI_RETRIEVAL_DOCUMENTS,
        GEN_AI_MEMORY_QUERY_TEXT,
        GEN_AI_MEMORY_RECORDS,
        VERSPAN_INPUTS,
        VERSPAN_OUTPUTS,
    }
)
"""Attributes that hold what people and models said; the content policy decides where they may go."""

# -- OpenAI --------------------------------------------------------------------------------------------------------
OPENAI_API_TYPE: Final = "openai.api.type"
OPENAI_REQUEST_SERVICE_TIER: Final = "openai.request.service_tier"
OPENAI_RESPONSE_SERVICE_TIER: Final = "openai.response.service_tier"
OPENAI_RESPONSE_SYSTEM_FINGERPRINT: Final = "openai.response.system_fingerprint"

# -- Anthropic, by the names that its own client has for them ------------------------------------------------------
ANTHROPIC_REQUEST_SERVICE_TIER: Final = "anthropic.request.service_tier"
ANTHROPIC_RESPONSE_SERVICE_TIER: Final = "anthropic.response.service_tier"
ANTHROPIC_THINKING_TYPE: Final = "anthropic.thinking.type"
ANTHROPIC_THINKING_BUDGET_TOKENS: Final = "anthropic.thinking.budget_tokens"
ANTHROPIC_USAGE_COMPACTION_INPUT_TOKENS: Final = "anthropic.usage.compaction.input_tokens"
ANTHROPIC_USAGE_COMPACTION_OUTPUT_TOKENS: Final = "anthropic.usage.compaction.output_tokens"

# -- Model Context Protocol ----------------------------------------------------------------------------------------
MCP_METHOD_NAME: Final = "mcp.method.name"
MCP_PROTOCOL_VERSION: Final = "mcp.protocol.version"
MCP_RESOURCE_URI: Final = "mcp.resource.uri"
MCP_SESSION_ID: Final = "mcp.session.id"
METRIC_MCP_CLIENT_OPERATION_DURATION: Final = "mcp.client.operation.duration"
METRIC_MCP_SERVER_OPERATION_DURATION: Final = "mcp.server.operation.duration"
METRIC_MCP_CLIENT_SESSION_DURATION: Final = "mcp.client.session.duration"
METRIC_MCP_SERVER_SESSION_DURATION: Final = "mcp.server.session.duration"
MCP_DURATION_BUCKETS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
"""Bucket boundaries of these, in seconds."""

# -- CrewAI --------------------------------------------------------------------------------------------------------
CREWAI_TASK_NAME: Final = "crewai.task.name"

# -- events (log records) ------------------------------------------------------------------------------------------
EVENT_INFERENCE_DETAILS: Final = "gen_ai.client.inference.operation.details"
EVENT_OPERATION_EXCEPTION: Final = "gen_ai.client.operation.exception"
EVENT_EVALUATION_RESULT: Final = "gen_ai.evaluation.result"

# -- GenAI: an evaluation's result ---------------------------------------------------------------------------------
GEN_AI_EVALUATION_NAME: Final = "gen_ai.evaluation.name"
GEN_AI_EVALUATION_SCORE_VALUE: Final = "gen_ai.evaluation.score.value"
GEN_AI_EVALUATION_SCORE_LABEL: Final = "gen_ai.evaluation.score.label"
GEN_AI_EVALUATION_EXPLANATION: Final = "gen_ai.evaluation.explanation"

# -- metrics: names that shipped with convention 1.41 --------------------------------------------------------------
METRIC_OPERATION_DURATION: Final = "gen_ai.client.operation.duration"
METRIC_TOKEN_USAGE: Final = "gen_ai.client.token.usage"
METRIC_OPERATION_TIME_TO_FIRST_CHUNK: Final = "gen_ai.client.operation.time_to_first_chunk"
METRIC_OPERATION_TIME_PER_OUTPUT_CHUNK: Final = "gen_ai.client.operation.time_per_output_chunk"
GEN_AI_TOKEN_TYPE: Final = "gen_ai.token.type"

# -- metrics: names of the development text after 1.41 -------------------------------------------------------------
METRIC_INFERENCE_DURATION: Final = "gen_ai.client.inference.duration"
METRIC_INFERENCE_TIME_TO_FIRST_CHUNK: Final = "gen_ai.client.inference.time_to_first_chunk"
METRIC_INFERENCE_TIME_PER_OUTPUT_CHUNK: Final = "gen_ai.client.inference.time_per_output_chunk"
METRIC_INFERENCE_INPUT_TOKENS: Final = "gen_ai.client.inference.usage.input_tokens"
METRIC_INFERENCE_OUTPUT_TOKENS: Final = "gen_ai.client.inference.usage.output_tokens"
METRIC_INFERENCE_CACHE_READ_INPUT_TOKENS: Final = "gen_ai.client.inference.usage.cache_read.input_tokens"
METRIC_INFERENCE_CACHE_WRITE_INPUT_TOKENS: Final = "gen_ai.client.inference.usage.cache_write.input_tokens"
METRIC_INFERENCE_REASONING_OUTPUT_TOKENS: Final = "gen_ai.client.inference.usage.reasoning.output_tokens"
METRIC_INFERENCE_OPERATION_INPUT_TOKENS: Final = "gen_ai.client.inference.operation.input_tokens"
METRIC_INFERENCE_OPERATION_OUTPUT_TOKENS: Final = "gen_ai.client.inference.operation.output_tokens"
GEN_AI_TOKEN_MODALITY: Final = "gen_ai.token.modality"

# -- metrics: steps of agents and workflows, in either dialect -------------------------------------------------------
METRIC_INVOKE_AGENT_DURATION: Final = "gen_ai.invoke_agent.duration"
METRIC_EXECUTE_TOOL_DURATION: Final = "gen_ai.execute_tool.duration"
METRIC_INVOKE_WORKFLOW_DURATION: Final = "gen_ai.invoke_workflow.duration"
AGENT_DURATION_BUCKETS: Final = tuple(0.1 * 2**power for power in range(13))
"""Bucket boundaries of the duration of agents, in seconds."""
WORKFLOW_DURATION_BUCKETS: Final = (1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200)
"""Likewise of workflows."""

DURATION_BUCKETS: Final = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
"""Bucket boundaries of the duration histograms, in seconds."""
TOKEN_BUCKETS: Final = tuple(4**power for power in range(14))
"""Bucket boundaries of the token histograms."""

# -- metrics: ours, in either dialect ------------------------------------------------------------------------------
METRIC_OPERATION_COST: Final = "verspan.client.operation.cost"
OTEL_METRIC_OVERFLOW: Final = "otel.metric.overflow"

# -- metrics about sending spans -----------------------------------------------------------------------------------
METRIC_SDK_SPAN_EXPORTED: Final = "otel.sdk.exporter.span.exported"
METRIC_SDK_SPAN_INFLIGHT: Final = "otel.sdk.exporter.span.inflight"
METRIC_SDK_SPAN_PROCESSED: Final = "otel.sdk.processor.span.processed"
METRIC_SDK_SPAN_QUEUE_SIZE: Final = "otel.sdk.processor.span.queue.size"
OTEL_COMPONENT_NAME: Final = "otel.component.name"
OTEL_COMPONENT_TYPE: Final = "otel.component.type"

# -- environment variables -----------------------------------------------------------------------------------------
ENV_ACTIVE_MODEL: Final = "VERSPAN_ACTIVE_MODEL"
ENV_ACTOR: Final = "VERSPAN_ACTOR"
ENV_EXPERIMENT_NAME: Final = "VERSPAN_EXPERIMENT_NAME"
ENV_CAPTURE: Final = "VERSPAN_CAPTURE"
ENV_CAPTURE_ENVIRONMENT: Final = "VERSPAN_CAPTURE_ENVIRONMENT"
ENV_CAPTURE_MAX_BYTES: Final = "VERSPAN_CAPTURE_MAX_BYTES"
ENV_STORE: Final = "VERSPAN_STORE"
ENV_SPOOL: Final = "VERSPAN_SPOOL"
ENV_ARTIFACTS: Final = "VERSPAN_ARTIFACTS"
ENV_EXPORTERS: Final = "VERSPAN_EXPORTERS"
ENV_TAIL_SAMPLING: Final = "VERSPAN_TAIL_SAMPLING"
ENV_PROPAGATE_TO: Final = "VERSPAN_PROPAGATE_TO"
ENV_TRUST_BAGGAGE: Final = "VERSPAN_TRUST_BAGGAGE"
ENV_MCP_PROPAGATE: Final = "VERSPAN_MCP_PROPAGATE"
ENV_REDACT: Final = "VERSPAN_REDACT"
ENV_JUDGE_MODEL: Final = "VERSPAN_JUDGE_MODEL"
ENV_STREAM_USAGE: Final = "VERSPAN_STREAM_USAGE"
ENV_WEBHOOK_URL: Final = "VERSPAN_WEBHOOK_URL"
ENV_WEBHOOK_SECRET: Final = "VERSPAN_WEBHOOK_SECRET"
ENV_RAISE_INTERNAL_ERRORS: Final = "VERSPAN_RAISE_INTERNAL_ERRORS"
ENV_DEBUG: Final = "VERSPAN_DEBUG"
ENV_MLFLOW_TRACKING_TOKEN: Final = "MLFLOW_TRACKING_TOKEN"
ENV_MLFLOW_TRACKING_USERNAME: Final = "MLFLOW_TRACKING_USERNAME"
ENV_MLFLOW_TRACKING_PASSWORD: Final = "MLFLOW_TRACKING_PASSWORD"
ENV_CAPTURE_CONTENT: Final = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
ENV_STABILITY_OPT_IN: Final = "OTEL_SEMCONV_STABILITY_OPT_IN"
