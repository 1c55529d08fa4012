"""The roll of nodes, for people."""

from collections.abc import Sequence

from holdfast.app import store
from holdfast.app.hub import Hub
from holdfast.web.services import NodeView


async def node_views(hub: Hub) -> Sequence[NodeView]:
    """Every node seen within a day; a hub with a store of its own is its own only node."""
    now = hub.clock.now_ms()
    rows = await hub.database.read(store.all_nodes, now)
    return [
        NodeView(
            name=row["name"],
            url=row["url"],
            started_at=row["started_at"],
            seen_at=row["seen_at"],
            watches=bool(row["watches"]),
            lanes=row["lanes"],
        )
        for row in rows
    ]
