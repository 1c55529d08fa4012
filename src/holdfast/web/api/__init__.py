"""The HTTP interface under /api/v1."""

from holdfast.web.api.app import build_api

__all__ = ["build_api"]
