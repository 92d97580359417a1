"""Reading JSON in the shapes of Anthropic's API, which other hosts of its models speak too."""
