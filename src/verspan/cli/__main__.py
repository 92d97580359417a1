"""``python -m verspan.cli``: the command line where its script is not on the path."""

from verspan.cli.main import main

main()
