"""A version with all that is known of it goes into one file, and from there into another store.

The other store is another folder here, and the same on another machine: `verspan import agent.verspan` there.
"""

from __future__ import annotations

import verspan

with verspan.active_model(name="tea_agent-1a2b3c4d"), verspan.start_span("answer") as span:
    span.set_inputs({"question": "Which tea for the evening?"})
    span.set_outputs("Rooibos: it has no caffeine.")

exported = verspan.export_models("tea_agent-1a2b3c4d", "agent.verspan")
print(f"exported: {exported.spans} span")

verspan.configure(store="elsewhere/store.db")
imported = verspan.import_models("agent.verspan")
print(f"new elsewhere: {imported.new_spans} span")

again = verspan.import_models("agent.verspan")
print(f"new the second time: {again.new_spans} spans")

(trace,) = verspan.search_traces()
print(f"{trace.model_name}: {trace.request_preview} {trace.response_preview}")
