"""What a destination has to survive: processes that end in every way there is, disks that fill, files that break.

:func:`~verspan.spool.conformance.table.put_through` runs one fault with an exporter that is found by its name and set
up by the environment, delivers what was left behind, and compares what ended with what arrived. The tests of each
exporter run every fault; ``bench/faults.py`` prints the table.
"""
