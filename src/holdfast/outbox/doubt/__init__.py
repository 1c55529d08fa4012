"""Sends whose fate is not known: what is remembered of them, what proves it, and what a person is told."""
