"""Direct over HTTP and WebSocket, as docs/direct-protocol.md says: for pages, the widget and programs."""

from holdfast.web.direct.router import Answer, Call, Route, Router

__all__ = ["Answer", "Call", "Route", "Router"]
