"""Instrumenting clients that Speakeasy generates (mistralai, the newer resources of google-genai)."""
