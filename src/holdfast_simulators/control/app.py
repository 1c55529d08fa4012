"""The control API's routes."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from holdfast_simulators.control.answers import Handler, guarded
from holdfast_simulators.control.context import Context
from holdfast_simulators.control.developers import DeveloperHandlers
from holdfast_simulators.control.events import EventStream
from holdfast_simulators.control.faults import FaultHandlers
from holdfast_simulators.control.overview import OverviewHandlers
from holdfast_simulators.control.pages import page_routes
from holdfast_simulators.control.people import PeopleHandlers
from holdfast_simulators.control.posts import PostHandlers
from holdfast_simulators.control.webhooks import WebhookHandlers

PERSON = "/control/people/{person_id}"


def build_control(context: Context) -> Starlette:
    """The control API, the phone pages and the status feeds, as one application."""
    routes: list[BaseRoute] = [
        *_routes(context),
        WebSocketRoute("/control/events", EventStream(context.world).serve),
        Mount("/feeds", context.fakes.apps["feeds"]),
        *page_routes(),
    ]
    return Starlette(routes=routes, exception_handlers={404: _no_such_page, 405: _no_such_page})


def _routes(context: Context) -> list[BaseRoute]:
    faults, people = FaultHandlers(context), PeopleHandlers(context)
    overview, webhooks = OverviewHandlers(context), WebhookHandlers(context)
    posts, developers = PostHandlers(context), DeveloperHandlers(context)
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/control/state", overview.state),
        ("GET", "/control/messages", overview.messages),
        ("GET", "/control/requests", overview.requests),
        ("POST", "/control/accounts/{platform}/{account}", overview.adjust_account),
        ("GET", "/control/faults", faults.list),
        ("POST", "/control/faults", faults.start),
        ("DELETE", "/control/faults", faults.end_all),
        ("DELETE", "/control/faults/{fault_id}", faults.end),
        ("GET", "/control/feeds", faults.feeds),
        ("POST", "/control/feeds", faults.announce),
        ("GET", "/control/people", people.list),
        ("POST", "/control/people", people.add),
        ("GET", PERSON, people.get),
        ("GET", f"{PERSON}/messages", people.thread),
        ("POST", f"{PERSON}/messages", people.write),
        ("POST", f"{PERSON}/seen", people.see),
        ("POST", f"{PERSON}/unsend", people.unsend),
        ("POST", f"{PERSON}/edit", people.edit),
        ("POST", f"{PERSON}/react", people.react),
        ("GET", "/control/posts", posts.list),
        ("POST", "/control/posts", posts.publish),
        ("POST", "/control/posts/{post_id}", posts.change),
        ("DELETE", "/control/posts/{post_id}", posts.delete),
        ("GET", "/control/developers", developers.accounts),
        ("POST", "/control/developers/{platform}/{account}/callback", developers.save_callback),
        ("POST", "/control/developers/{platform}/{account}/test", developers.test),
        ("POST", "/control/webhooks/raw", webhooks.send_raw),
        ("POST", "/control/webhooks/verify", webhooks.verify),
    ]
    token = context.world.settings.control_token
    return [Route(path, guarded(handler, token), methods=[method]) for method, path, handler in table]


async def _no_such_page(request: Request, problem: Exception) -> Response:
    status = getattr(problem, "status_code", 404)
    message = f"There is nothing at {request.url.path}, or not with {request.method}."
    return JSONResponse({"error": {"message": message, "field": None}}, status_code=status)
