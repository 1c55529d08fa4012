"""Bugs made on purpose: each breaks a promise, and the simulation has to say so within a few seeds."""
