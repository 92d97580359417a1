"""Spans on disk between the moment they end and the moment their destination has them.

A span that has ended is appended to a file before ``span.end()`` returns, so that it survives the process. A thread
reads the files and gives what is in them to a :class:`~verspan.spool.delivery.Delivery`; what a dead process left is
adopted by the next one.
"""
