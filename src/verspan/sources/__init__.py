"""Where traces are: in a store, or in a Jaeger that a team has anyway."""
