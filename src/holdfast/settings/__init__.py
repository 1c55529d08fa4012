"""Configuration: one TOML file and environment variables, checked whole before anything starts."""

from holdfast.settings.secret import Secret, resolve_secret

__all__ = ["Secret", "resolve_secret"]
