"""What the business publishes: posts, mirrored ones among them, and its profile."""

from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import Controller, Response, delete, get, patch, post, put
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import UNSET, Meta, UnsetType

from holdfast.inbox.cursor import decode_cursor, encode_cursor
from holdfast.inbox.model import PAGE_DEFAULT, Page
from holdfast.posts import Picture, Post, PostState, Profile, open_at, opening_words
from holdfast.posts.desk import PostDesk, Writing, path_of
from holdfast.posts.hours import Opening
from holdfast.posts.model import (
    ALT_CHARACTERS_MAX,
    LINK_CHARACTERS_MAX,
    PICTURES_MAX,
    PLACE_CHARACTERS_MAX,
    TEXT_CHARACTERS_MAX,
    TITLE_CHARACTERS_MAX,
    PostRefusedError,
)
from holdfast.posts.pictures import type_of_name
from holdfast.web.api.parts import (
    ADMIN,
    READ,
    TIME_MS_MAX,
    WRITE,
    Asker,
    Before,
    Limit,
    Services,
    plain,
    refuses,
)
from holdfast.web.errors import ApiError, not_found

PICTURE_NAME_CHARACTERS_MAX: Final = 50
PICTURE_SECONDS_KEPT: Final = 86_400

PostId = Annotated[str, PathParameter(max_length=100)]
At = Annotated[int, Meta(ge=0, le=TIME_MS_MAX)]
Title = Annotated[str, Meta(max_length=TITLE_CHARACTERS_MAX)]
Words = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
Address = Annotated[str, Meta(max_length=LINK_CHARACTERS_MAX)]
Place = Annotated[str, Meta(max_length=PLACE_CHARACTERS_MAX)]
Stage = Literal["draft", "scheduled", "published", "hidden"]


class PostPicture(msgspec.Struct, frozen=True, kw_only=True):
    """``file`` is the id of an upload, or the name of a picture that is there; ``alt`` says what is to be seen."""

    file: Annotated[str, Meta(max_length=PICTURE_NAME_CHARACTERS_MAX)]
    alt: Annotated[str, Meta(max_length=ALT_CHARACTERS_MAX)] = ""


class PictureView(msgspec.Struct, frozen=True, kw_only=True):
    """``kind``: picture or video; of a video ``url`` is the picture that stands for it."""

    file: str
    kind: str
    alt: str
    link: str
    url: str


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """``state``: draft, scheduled, published or hidden. ``at``: when it is or was published; ``source``: the channel
    that it is mirrored from, empty for our own. Times in ms.
    """

    id: str
    state: str
    at: int
    title: str
    text: str
    link: str
    source: str
    pinned: bool
    starts_at: int | None
    ends_at: int | None
    place: str
    pictures: list[PictureView]
    url: str
    created_at: int
    created_by: str
    updated_at: int


class NewPost(msgspec.Struct, frozen=True, kw_only=True):
    """``at``: when a scheduled post is to appear; ``starts_at`` puts it into the calendar."""

    title: Title = ""
    text: Words = ""
    link: Address = ""
    state: Literal["draft", "scheduled", "published"] = "published"
    at: At | UnsetType = UNSET
    pinned: bool = False
    starts_at: At | None = None
    ends_at: At | None = None
    place: Place = ""
    pictures: Annotated[list[PostPicture], Meta(max_length=PICTURES_MAX)] = []


class PostChange(msgspec.Struct, frozen=True, kw_only=True):
    """Only what is named changes. A mirrored post can be hidden, shown and pinned."""

    title: Title | UnsetType = UNSET
    text: Words | UnsetType = UNSET
    link: Address | UnsetType = UNSET
    state: Stage | UnsetType = UNSET
    at: At | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    starts_at: At | UnsetType | None = UNSET
    ends_at: At | UnsetType | None = UNSET
    place: Place | UnsetType = UNSET
    pictures: Annotated[list[PostPicture], Meta(max_length=PICTURES_MAX)] | UnsetType = UNSET


class ProfileView(msgspec.Struct, frozen=True, kw_only=True):
    """``opening`` is how it is now, ``opening_text`` that in words; ``url`` is the public page."""

    profile: Profile
    opening: Opening
    opening_text: str
    url: str


class PostsController(Controller):
    path = "/posts"
    tags = ("Profile and posts",)

    @get(
        opt=READ,
        operation_id="listPosts",
        summary="Posts, the latest first",
        responses=refuses(),
    )
    async def list_posts(
        self,
        services: Services,
        stage: Annotated[
            Literal["", "draft", "scheduled", "published", "hidden"],
            QueryParameter(name="state", description="Only those of a state."),
        ] = "",
        limit: Limit = PAGE_DEFAULT,
        before: Before = None,
    ) -> Page[PostView]:
        wanted = PostState(stage) if stage else None
        found = await _desk(services).page(wanted, decode_cursor(before), limit)
        following = encode_cursor(found[-1].at, found[-1].id) if len(found) == limit else None
        return Page([_view(each, services) for each in found], following)

    @get("/{post_id:str}", opt=READ, operation_id="getPost", summary="One post", responses=refuses(404))
    async def get_one(self, services: Services, post_id: PostId) -> PostView:
        try:
            return _view(await _desk(services).get(plain(post_id)), services)
        except LookupError as error:
            raise not_found("post", post_id) from error

    @post(
        opt=WRITE,
        operation_id="createPost",
        summary="Publish a post now, schedule one, or keep a draft",
        responses=refuses(422),
    )
    async def create(self, services: Services, principal: Asker, data: JSONBody[NewPost]) -> PostView:
        try:
            return _view(await _desk(services).add(_writing(data), principal.author), services)
        except PostRefusedError as error:
            raise _refused(error) from error

    @patch(
        "/{post_id:str}",
        opt=WRITE,
        operation_id="changePost",
        summary="Change, publish, schedule, pin or hide a post",
        responses=refuses(404, 422),
    )
    async def change(
        self, services: Services, principal: Asker, post_id: PostId, data: JSONBody[PostChange]
    ) -> PostView:
        try:
            return _view(
                await _desk(services).change(plain(post_id), _writing(data), principal.author), services
            )
        except LookupError as error:
            raise not_found("post", post_id) from error
        except PostRefusedError as error:
            raise _refused(error) from error

    @delete(
        "/{post_id:str}",
        opt=WRITE,
        operation_id="deletePost",
        summary="Delete a post of our own",
        responses=refuses(404, 422),
    )
    async def remove(self, services: Services, principal: Asker, post_id: PostId) -> None:
        try:
            await _desk(services).delete(plain(post_id), principal.author)
        except LookupError as error:
            raise not_found("post", post_id) from error
        except PostRefusedError as error:
            raise _refused(error) from error

    @get(
        "/pictures/{name:str}",
        opt=READ,
        operation_id="getPostPicture",
        summary="A picture of a post or of the profile",
        responses={
            200: ResponseSpec(bytes, media_type="image/*", description="The picture."),
            **refuses(404),
        },
    )
    async def picture(self, services: Services, name: PostId) -> Response[bytes]:
        found = await _desk(services).picture(name) if type_of_name(name) else None
        if found is None:
            raise not_found("picture", name)
        content_type, body = found
        headers = {
            "cache-control": f"private, max-age={PICTURE_SECONDS_KEPT}, immutable",
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
        }
        return Response(body, media_type=content_type, headers=headers)


class ProfileController(Controller):
    path = "/profile"
    tags = ("Profile and posts",)

    @get(
        opt=READ,
        operation_id="getProfile",
        summary="What the business says of itself, and whether it is open now",
        responses=refuses(),
    )
    async def get_profile(self, services: Services) -> ProfileView:
        return _profile_view(await _desk(services).profile(), services)

    @put(
        opt=ADMIN,
        operation_id="putProfile",
        summary="Say anew what the business says of itself",
        description="`picture` is the id of an upload, the name that it had before, or empty.",
        responses=refuses(422),
    )
    async def put_profile(self, services: Services, principal: Asker, data: JSONBody[Profile]) -> ProfileView:
        try:
            cleaned = msgspec.convert(_without_nul(msgspec.to_builtins(data)), Profile)
            return _profile_view(await _desk(services).put_profile(cleaned, principal.author), services)
        except PostRefusedError as error:
            raise _refused(error) from error


def _desk(services: Services) -> PostDesk:
    if services.posts is None:
        raise ApiError(404, "not_found", "This hub publishes nothing.")
    return services.posts


def _writing(data: NewPost | PostChange) -> Writing:
    values = {name: getattr(data, name) for name in data.__struct_fields__}
    told: dict[str, Any] = {
        name: plain(value) if isinstance(value, str) else value
        for name, value in values.items()
        if value is not UNSET
    }
    if "state" in told:
        told["state"] = PostState(told["state"])
    if "pictures" in told:
        told["pictures"] = tuple(Picture(file=each.file, alt=plain(each.alt)) for each in told["pictures"])
    return Writing(**told)


def _refused(error: PostRefusedError) -> ApiError:
    return ApiError(422, "refused", str(error), field=error.field)


def _view(each: Post, services: Services) -> PostView:
    same = {name: getattr(each, name) for name in PostView.__struct_fields__ if name not in _MADE}
    return PostView(
        **same,
        state=each.state.value,
        pictures=[_picture(picture) for picture in each.pictures],
        url=f"{services.settings.status_url}{path_of(each)}",
    )


_MADE: Final = frozenset({"state", "pictures", "url"})


def _picture(picture: Picture) -> PictureView:
    return PictureView(
        file=picture.file,
        kind=picture.kind.value,
        alt=picture.alt,
        link=picture.link,
        url=f"/api/v1/posts/pictures/{picture.file}",
    )


def _profile_view(profile: Profile, services: Services) -> ProfileView:
    now = services.clock.now_ms()
    return ProfileView(
        profile=profile,
        opening=open_at(profile.hours, now),
        opening_text=opening_words(profile.hours, now),
        url=f"{services.settings.status_url}/profile",
    )


def _without_nul(value: object) -> object:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {name: _without_nul(each) for name, each in value.items()}
    return [_without_nul(each) for each in value] if isinstance(value, list | tuple) else value
