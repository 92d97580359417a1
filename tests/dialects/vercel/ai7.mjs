// The same calls through version 7, whose spans come from a package of their own in the GenAI conventions.
import { OpenTelemetry } from "@ai-sdk/otel";
import { embed, generateText, registerTelemetry, stepCountIs, streamText, tool } from "ai7";
import { createOpenAI } from "openai7";

import { answersOf, provider, weather } from "./sending.mjs";

const [url, name, file] = process.argv.slice(2);
const { request } = answersOf(file, name);
const openai = createOpenAI({ apiKey: "sk-synthetic", baseURL: `${url}/v1` });
const tracing = provider(url);
registerTelemetry(new OpenTelemetry({ tracer: tracing.getTracer("ai") }));
const asked = { model: openai.chat(request.model), maxRetries: 0, telemetry: { functionId: "travel-desk" } };

if (name === "embeddings") {
  await embed({ ...asked, model: openai.embedding(request.model), value: request.input });
} else if (name === "stream") {
  for await (const _part of streamText({ ...asked, messages: request.messages, allowSystemInMessages: true }).textStream);
} else if (name === "agent") {
  await generateText({ ...asked, messages: request.messages, tools: { get_weather: tool(weather) }, stopWhen: stepCountIs(3) });
} else {
  const options = { temperature: request.temperature, maxOutputTokens: request.max_tokens, topP: request.top_p };
  await generateText({ ...asked, ...options, messages: request.messages, allowSystemInMessages: true }).catch((e) => { if (name !== "error") throw e; });
}
await tracing.shutdown();
