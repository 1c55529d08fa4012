"""The HTTP interface as one application: operations, guards, errors, its description."""

import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response, Router, get
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, Reference, SecurityScheme, Server

from holdfast.inbox import Principal
from holdfast.inbox.access import Buckets
from holdfast.web.api.account import AccountController
from holdfast.web.api.acts import ActsController
from holdfast.web.api.agents import AgentsController
from holdfast.web.api.attending import AttendingController
from holdfast.web.api.channels import ChannelsController, PlatformsController
from holdfast.web.api.configuration import ConfigurationController
from holdfast.web.api.contacts import ContactsController
from holdfast.web.api.conversations import ConversationsController
from holdfast.web.api.erasing import ErasingController
from holdfast.web.api.events import EventsController
from holdfast.web.api.figures import FiguresController
from holdfast.web.api.first_run import FirstRunController
from holdfast.web.api.gate import principal_of, require_scope
from holdfast.web.api.incidents import IncidentsController
from holdfast.web.api.incidents_by_hand import IncidentsByHandController
from holdfast.web.api.kept import ExportController, KeptController, PlaybookController
from holdfast.web.api.messages import MessagesController
from holdfast.web.api.nodes import NodesController
from holdfast.web.api.outage import OutageController
from holdfast.web.api.parts import OPEN, asgi_scope
from holdfast.web.api.people import ContactSetupController, PeopleController
from holdfast.web.api.posts import PostsController, ProfileController
from holdfast.web.api.public_word import MaintenancesController, SubscribersController
from holdfast.web.api.reachability import ReachabilityController
from holdfast.web.api.reports import ReportsController
from holdfast.web.api.rules import RulesController
from holdfast.web.api.safety import SafetyController
from holdfast.web.api.search import SEARCHES, SearchController
from holdfast.web.api.targets import TargetsController
from holdfast.web.api.tokens import TokensController
from holdfast.web.api.uploads import UploadsController
from holdfast.web.api.widgets import WidgetsController
from holdfast.web.api.work import WorkController
from holdfast.web.api.writing import WritingController
from holdfast.web.attendance import Attendance
from holdfast.web.errors import answer_exception
from holdfast.web.feed import Feed
from holdfast.web.identify import COOKIE
from holdfast.web.refusals import RefusalCounter
from holdfast.web.services import WebServices

PREFIX: Final = "/api/v1"
DESCRIPTION_PATH: Final = "/openapi.json"

_GENERATED_NAME: Final = re.compile(rb"Page_[\w.]*?(\w+)_(?=\")")
"""The framework names a page of a kind after the kind's module."""

CONTROLLERS: Final = (
    AccountController,
    TokensController,
    FirstRunController,
    ConfigurationController,
    ChannelsController,
    PlatformsController,
    ConversationsController,
    SearchController,
    AttendingController,
    MessagesController,
    ActsController,
    ContactsController,
    PeopleController,
    ContactSetupController,
    ErasingController,
    ReachabilityController,
    IncidentsController,
    IncidentsByHandController,
    OutageController,
    FiguresController,
    EventsController,
    KeptController,
    ExportController,
    PlaybookController,
    NodesController,
    ReportsController,
    MaintenancesController,
    SubscribersController,
    UploadsController,
    WorkController,
    TargetsController,
    AgentsController,
    WritingController,
    RulesController,
    PostsController,
    ProfileController,
    WidgetsController,
    SafetyController,
)


def build_api(
    services: WebServices, feed: Feed, refusals: RefusalCounter, attendance: Attendance
) -> Litestar:
    router = Router(
        path=PREFIX,
        route_handlers=[*CONTROLLERS, describe],
        guards=[require_scope],
        dependencies={
            "services": _given(services),
            "feed": _given(feed),
            "counter": _given(refusals),
            "attendance": _given(attendance),
            "searches": _given(Buckets(services.clock, SEARCHES)),
            "principal": Provide(_principal, sync_to_thread=False),
        },
    )
    return Litestar(
        route_handlers=[router],
        exception_handlers={Exception: answer_exception},
        openapi_config=_openapi(services),
        logging_config=None,
        debug=False,
    )


@get(DESCRIPTION_PATH, opt=OPEN, include_in_schema=False)
async def describe(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Describe the HTTP interface, for machines."""
    text = msgspec.json.encode(request.app.openapi_schema.to_schema())
    return Response(_GENERATED_NAME.sub(rb"\1Page", text), media_type="application/json")


def _principal(request: Request[Any, Any, Any]) -> Principal:
    return principal_of(asgi_scope(request))


def _given(value: object) -> Provide:
    provide: Callable[[], object] = lambda: value  # noqa: E731 - a name makes it no clearer
    return Provide(provide, sync_to_thread=False)


def _openapi(services: WebServices) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Holdfast",
        version=_version(),
        description=(
            "A messaging hub that keeps a business reachable when its messaging platforms fail. "
            "Times are milliseconds since the epoch. Every refusal has the shape of ErrorBody. "
            f"Events are streamed by the WebSocket `{PREFIX}/stream?cursor=`."
        ),
        servers=[Server(url=services.settings.public_url)],
        components=Components(security_schemes=_security_schemes()),
        security=[{"token": []}, {"session": [], "csrf": []}],
        # The framework's own pages stay out: it would answer unknown addresses below them in its own words.
        path="/description",
        render_plugins=[JsonRenderPlugin()],
    )


def _version() -> str:
    try:
        return version("holdfast")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0"


def _security_schemes() -> dict[str, SecurityScheme | Reference]:
    return {
        "token": SecurityScheme(
            type="http", scheme="bearer", description="A token of `holdfast token create`: `hf_…`."
        ),
        "session": SecurityScheme(
            type="apiKey", security_scheme_in="cookie", name=COOKIE, description="The console's session."
        ),
        "csrf": SecurityScheme(
            type="apiKey",
            security_scheme_in="header",
            name="X-CSRF-Token",
            description="Needed beside the session for everything but GET; `GET /me` tells it.",
        ),
    }
