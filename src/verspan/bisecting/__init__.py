"""Finding the commit that made a metric worse, between two versions of which one is good and the other bad."""
