"""A comparison as files for others: Markdown for a pull request, JUnit and JSON for programs, a page for people.

They are written by small functions over strings. A template language would be one more dependency of everybody who
compares, for four documents whose every value has to be escaped in its own way.
"""
