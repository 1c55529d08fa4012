"""Programs that make or take load, each a process of its own and as cheap as it can be.

Each takes one JSON argument and prints one JSON line. Times are seconds of the machine's monotonic clock,
which all processes share.
"""
