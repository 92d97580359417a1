"""The attributes of other instrumentors by the names of the present GenAI conventions: a table for each dialect."""
