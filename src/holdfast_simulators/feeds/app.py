"""The status pages as files on one host."""

import re
from http import HTTPStatus

from holdfast_simulators.faults import Fault
from holdfast_simulators.feed_book import FeedBook
from holdfast_simulators.feeds import metastatus, statuspage
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

OUTAGES = re.compile(r"/data/outages/([a-z-]+?)(\.history)?\.json")
RSS = re.compile(r"/outage-events-feed-([a-z-]+)\.rss")
STATUSPAGE = {
    "/api/v2/summary.json": statuspage.summary,
    "/api/v2/status.json": statuspage.status,
    "/api/v2/components.json": statuspage.components,
    "/api/v2/incidents/unresolved.json": statuspage.incidents,
}
SHELL = b'<!DOCTYPE html><html><head><title>Status</title></head><body><div id="app"></div></body></html>'


class Feeds:
    name = "feeds"

    def __init__(self, world: World, book: FeedBook) -> None:
        self._world = world
        self._book = book

    def recognise(self, call: Call) -> None:
        call.capability = "other"

    async def answer(self, call: Call) -> Answer:
        now_ms = self._world.clock.now_ms()
        path = call.path.removeprefix("/feeds")
        if path in STATUSPAGE:
            return json_answer(STATUSPAGE[path](self._book, now_ms))
        if path == "/data/orgs.json":
            return json_answer(metastatus.orgs(self._book, now_ms))
        outages, rss = OUTAGES.fullmatch(path), RSS.fullmatch(path)
        if outages and outages[1] in metastatus.ORGS:
            shown = metastatus.outages(outages[1], self._book, now_ms, history=bool(outages[2]))
            return json_answer(shown)
        if rss and rss[1] in metastatus.ORGS:
            feed = metastatus.rss(rss[1], self._book, now_ms)
            return Answer(body=feed.encode(), content_type="application/rss+xml")
        # The real site answers every unknown path with its page and status 200.
        return Answer(body=SHELL, content_type="text/html; charset=utf-8")

    def fault_answer(self, fault: Fault, call: Call) -> Answer:
        del fault, call
        return Answer(status=HTTPStatus.SERVICE_UNAVAILABLE, body=b"unavailable", content_type="text/plain")
