"""Spans and traces by hand."""
