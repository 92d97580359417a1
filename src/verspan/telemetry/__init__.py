"""What Verspan says over OpenTelemetry beside the spans of calls: versions, where their code came from, their cost."""
