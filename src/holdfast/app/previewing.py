"""Link previews of a hub, wired together."""

from collections.abc import Mapping
from functools import partial

from holdfast.app.hub import Hub
from holdfast.app.loops import Loop
from holdfast.channels.outside import OutsideResolver
from holdfast.channels.transport import HttpTransport
from holdfast.media import Previews
from holdfast.portal.previews import LinkPreviews


class Previewing:
    """Looks at pages on one node of the hub at a time, where the settings let it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        inside = hub.settings.media.previews_inside
        self._transport = HttpTransport() if inside else HttpTransport(resolver=OutsideResolver())
        self._previews = Previews(
            database=hub.database,
            clock=hub.clock,
            media=hub.media,
            transport=self._transport,
            inside_allowed=inside,
            own=hub.settings.public_url,
        )
        self._links = LinkPreviews(
            database=hub.database,
            events=hub.events,
            clock=hub.clock,
            previews=self._previews,
            channels=lambda: [name for name in hub.channels.adapters() if name.startswith("direct:")],
        )

    def loops(self) -> Mapping[str, Loop]:
        if not self._hub.settings.media.link_previews:
            return {}
        once = {"previews": self._links.run, "old_previews": self._previews.run}
        if self._hub.nodes is None:
            return once
        return {"previews": partial(self._hub.nodes.while_watching, once)}

    async def close(self) -> None:
        await self._transport.close()
