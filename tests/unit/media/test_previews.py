"""What the hub asks of pages that messages name: little, of outside addresses only, and not again and again."""

from typing import Any, Final

import pytest
from tests.unit.media import samples

from holdfast.channels.transport import HttpAnswer, HttpRequest, NotConnectedError
from holdfast.media import Media, Previews, Shelf
from holdfast.media.previews import KEPT_MS, forget_previews
from holdfast.storage import SqliteDatabase

PAGE: Final = "https://kelp.example/mug"
HTML: Final = (
    b"<title>A mug</title><meta name=description content='Blue.'><meta property=og:image content=/mug.jpg>"
)


class Web:
    """Pages by their address."""

    def __init__(self) -> None:
        self.pages: dict[str, HttpAnswer] = {}
        self.asked: list[str] = []

    def put(self, url: str, body: bytes, kind: str = "text/html", status: int = 200, **headers: str) -> None:
        self.pages[url] = HttpAnswer(status, {"content-type": kind, **headers}, body)

    async def request(self, request: HttpRequest) -> HttpAnswer:
        self.asked.append(request.url)
        assert not request.body
        if request.url not in self.pages:
            raise NotConnectedError("its name cannot be found")
        return self.pages[request.url]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def previews(database: SqliteDatabase, clock: Any, media: Media, web: Web) -> Previews:
    return Previews(database=database, clock=clock, media=media, transport=web, inside_allowed=False)


async def test_a_page_with_a_picture(previews: Previews, web: Web, shelf: Shelf) -> None:
    web.put(PAGE, HTML)
    web.put("https://kelp.example/mug.jpg", samples.picture(), "image/jpeg")
    found = await previews.look(PAGE)
    assert found is not None
    assert (found.url, found.title, found.text) == (PAGE, "A mug", "Blue.")
    assert found.picture == f"/media/{found.picture_id}/-/thumb.webp"
    path = shelf.find(found.picture_id, "thumb")
    assert path is not None
    assert samples.MAKER.encode() not in path.read_bytes()


async def test_a_page_is_asked_once_a_day_and_one_that_says_nothing_once_an_hour(
    previews: Previews, web: Web, clock: Any
) -> None:
    web.put(PAGE, HTML)
    nothing = "https://kelp.example/nothing"
    for _ in range(3):
        assert await previews.look(PAGE) is not None
        assert await previews.look(nothing) is None
    assert web.asked.count(PAGE) == web.asked.count(nothing) == 1
    clock.seconds += 3_700
    await previews.look(PAGE)
    await previews.look(nothing)
    assert (web.asked.count(PAGE), web.asked.count(nothing)) == (1, 2)
    clock.seconds += 90_000
    await previews.look(PAGE)
    assert web.asked.count(PAGE) == 2


async def test_an_unsafe_address_is_asked_in_its_safe_form(previews: Previews, web: Web) -> None:
    web.put(PAGE, HTML)
    found = await previews.look(PAGE.replace("https", "http"))
    assert found is not None
    assert web.asked[0] == PAGE


@pytest.mark.parametrize(
    "inside",
    [
        "https://localhost/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/admin",
        "https://169.254.169.254/latest/meta-data",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://printer.local/",
        "https://name:secret@kelp.example/",
        "file:///etc/passwd",
        "gopher://kelp.example/",
        "",
        "//",
    ],
)
async def test_no_inside_address_is_asked_neither_first_nor_when_sent_on(
    previews: Previews, web: Web, inside: str
) -> None:
    web.put(inside, HTML)
    assert await previews.look(inside) is None
    assert web.asked == []
    web.put(PAGE, b"", status=302, location=inside)
    assert await previews.look(PAGE) is None
    assert set(web.asked) == {PAGE}


async def test_a_picture_inside_is_not_fetched(previews: Previews, web: Web) -> None:
    web.put(PAGE, b"<title>x</title><meta property=og:image content=https://10.0.0.1/camera.jpg>")
    found = await previews.look(PAGE)
    assert found is not None
    assert (found.picture, web.asked) == ("", [PAGE])


async def test_it_is_sent_on_a_few_times_only(previews: Previews, web: Web) -> None:
    for number in range(10):
        web.put(f"https://kelp.example/{number}", b"", status=301, location=f"/{number + 1}")
    assert await previews.look("https://kelp.example/0") is None
    assert len(web.asked) == 4
    web.put(PAGE, HTML)
    web.put("https://kelp.example/once", b"", status=307, location="mug#part")
    found = await previews.look("https://kelp.example/once")
    assert found is not None
    assert found.title == "A mug"


@pytest.mark.parametrize(
    ("kind", "status"),
    [("application/pdf", 200), ("text/plain", 200), ("image/svg+xml", 200), ("text/html", 404)],
)
async def test_only_pages_are_read(previews: Previews, web: Web, kind: str, status: int) -> None:
    web.put(PAGE, HTML, kind, status)
    assert await previews.look(PAGE) is None


@pytest.mark.parametrize(
    "picture", [b"<svg onload=alert(1)>", b"GIF89a nonsense", b"", bytes(7 * 1024 * 1024)]
)
async def test_a_picture_that_is_none_is_left_out(previews: Previews, web: Web, picture: bytes) -> None:
    web.put(PAGE, HTML)
    web.put("https://kelp.example/mug.jpg", picture, "image/jpeg")
    found = await previews.look(PAGE)
    assert found is not None
    assert (found.title, found.picture) == ("A mug", "")


async def test_what_pages_said_is_forgotten_with_its_pictures(
    previews: Previews, web: Web, media: Media, database: SqliteDatabase, clock: Any, shelf: Shelf
) -> None:
    web.put(PAGE, HTML)
    web.put("https://kelp.example/mug.jpg", samples.picture(), "image/jpeg")
    found = await previews.look(PAGE)
    assert found is not None
    clock.seconds += KEPT_MS / 1000 + 1
    assert await media.sweep() == 0
    assert await database.write(forget_previews, clock.now_ms() - KEPT_MS, 10) == 1
    assert await media.sweep() == 1
    assert shelf.find(found.picture_id) is None


async def test_the_hub_does_not_ask_itself(
    database: SqliteDatabase, clock: Any, media: Media, web: Web
) -> None:
    own = "https://hub.example"
    previews = Previews(
        database=database, clock=clock, media=media, transport=web, inside_allowed=False, own=own
    )
    assert await previews.look(f"{own}/chat/web?c=private") is None
    assert web.asked == []
