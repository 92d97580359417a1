"""The demo: a small support agent in two versions, and the local API server that answers it."""
