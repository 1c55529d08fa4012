"""Fake messaging platforms that speak the wire, with people, latency and faults."""
