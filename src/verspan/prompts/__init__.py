"""The prompt registry: templates with numbered versions, what they are used by, and how two of them differ."""
