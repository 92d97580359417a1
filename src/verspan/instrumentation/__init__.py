"""What every instrumentor shares; it knows no client and no store."""
