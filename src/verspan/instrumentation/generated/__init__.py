"""Instrumenting clients whose generated methods make a request each, as Speakeasy and Fern write them."""
