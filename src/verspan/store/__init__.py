"""Where versions and traces are kept."""
