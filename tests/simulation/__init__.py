"""A whole hub and the simulated platforms in one process, on virtual time, driven by one seed."""
