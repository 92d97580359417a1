"""The difference of two versions as people read it: in a terminal, as Markdown and as a page of HTML."""
