"""What the shop publishes in the platform's own app."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from holdfast_simulators.control.answers import json_of, not_found, read_input, refuse
from holdfast_simulators.control.context import Context
from holdfast_simulators.control.inputs import PostChangeInput, PostInput
from holdfast_simulators.post_book import Post, PostBookFull

PLATFORM = "instagram"


class PostHandlers:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._world = context.world

    async def list(self, request: Request) -> Response:
        del request
        return json_of({"posts": [post.shown() for post in self._world.posts.newest()]})

    async def publish(self, request: Request) -> Response:
        given = await read_input(request, PostInput)
        account = self._context.account(PLATFORM, given.account)
        try:
            post = self._world.posts.publish(
                account=account.key,
                kind=given.kind,
                text=given.text,
                pictures=given.pictures,
                at_ms=self._world.clock.now_ms(),
            )
        except PostBookFull as full:
            raise refuse(str(full)) from full
        return json_of(post.shown(), HTTPStatus.CREATED)

    async def change(self, request: Request) -> Response:
        post = self._post(request)
        post.text = (await read_input(request, PostChangeInput)).text
        return json_of(post.shown())

    async def delete(self, request: Request) -> Response:
        post = self._post(request)
        self._world.posts.delete(post.id)
        return json_of(post.shown())

    def _post(self, request: Request) -> Post:
        post = self._world.posts.get(request.path_params["post_id"])
        if post is None:
            raise not_found("post with this id")
        return post
