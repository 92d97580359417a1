"""A package over HTTP: an ASGI application, and uvicorn around it."""
