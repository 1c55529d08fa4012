"""The nodes that share the hub's store."""

from litestar import Controller, get

from holdfast.inbox.model import Page
from holdfast.web.api.parts import READ, Services, refuses
from holdfast.web.services import NodeView


class NodesController(Controller):
    path = "/nodes"
    tags = ("Nodes",)

    @get(
        opt=READ,
        operation_id="listNodes",
        summary="The nodes of this hub seen within a day, and which of them keeps the watch",
        responses=refuses(),
    )
    async def nodes(self, services: Services) -> Page[NodeView]:
        return Page(list(await services.nodes()))
