// Calls of one case through version 6 of the AI SDK, which makes spans itself where a call asks for them.
import { createOpenAI } from "@ai-sdk/openai";
import { embed, generateText, stepCountIs, streamText, tool } from "ai";

import { answersOf, provider, weather } from "./sending.mjs";

const [url, name, file] = process.argv.slice(2);
const { request } = answersOf(file, name);
const openai = createOpenAI({ apiKey: "sk-synthetic", baseURL: `${url}/v1` });
const tracing = provider(url);
const telemetry = {
  isEnabled: true,
  functionId: "travel-desk",
  metadata: { sessionId: "session-1", userId: "ada" },
  tracer: tracing.getTracer("ai"),
};
const asked = { model: openai.chat(request.model), maxRetries: 0, experimental_telemetry: telemetry };

if (name === "embeddings") {
  await embed({ ...asked, model: openai.embedding(request.model), value: request.input });
} else if (name === "stream") {
  for await (const _part of streamText({ ...asked, messages: request.messages }).textStream);
} else if (name === "agent") {
  await generateText({ ...asked, messages: request.messages, tools: { get_weather: tool(weather) }, stopWhen: stepCountIs(3) });
} else {
  const options = { temperature: request.temperature, maxOutputTokens: request.max_tokens, topP: request.top_p };
  await generateText({ ...asked, ...options, messages: request.messages }).catch(() => {});
}
await tracing.shutdown();
