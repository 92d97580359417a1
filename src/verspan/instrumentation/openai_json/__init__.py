"""Reading JSON in the shapes of OpenAI's API, which other providers and clients speak too."""
