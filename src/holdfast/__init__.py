"""Holdfast: a messaging hub that keeps a business reachable when its platforms fail."""
