"""What the shop publishes, as a client of the Graph API reads it."""

from typing import Any
from urllib.parse import urlsplit

FIELDS = "id,caption,media_type,media_url,thumbnail_url,permalink,timestamp,children{id,media_type,media_url}"


async def publish(bench: Any, text: str, **more: Any) -> str:
    made = await bench.control("POST", "/posts", json={"text": text, **more})
    await bench.clock.advance(1)
    return str(made["id"])


async def listed(bench: Any, query: str = "") -> dict[str, Any]:
    answer = await bench.instagram("GET", f"/me/media?fields={FIELDS}{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_posts_are_listed_newest_first_with_what_was_asked_for(bench: Any) -> None:
    await publish(bench, "First")
    newest = await publish(bench, "Second")

    found = (await listed(bench))["data"]
    assert [post["caption"] for post in found] == ["Second", "First"]
    assert found[0]["id"] == newest
    assert found[0]["media_type"] == "IMAGE"
    assert found[0]["permalink"].startswith("https://www.instagram.com/p/")
    assert found[0]["timestamp"].endswith("+0000")
    only = await bench.instagram("GET", "/me/media")
    assert [list(post) for post in only.json()["data"]] == [["id"], ["id"]]


async def test_pictures_are_there_behind_addresses_that_change(bench: Any) -> None:
    await publish(bench, "One")
    first, again = [(await listed(bench))["data"][0]["media_url"] for _ in range(2)]
    assert first != again

    picture = await bench.call("instagram", "GET", urlsplit(first).path)
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")


async def test_a_carousel_has_children_and_a_video_a_picture(bench: Any) -> None:
    await publish(bench, "Many", kind="carousel", pictures=4)
    await publish(bench, "Film", kind="video")

    film, many = (await listed(bench))["data"]
    assert (film["media_type"], film["thumbnail_url"].split("?")[0][-4:]) == ("VIDEO", ".png")
    assert many["media_type"] == "CAROUSEL_ALBUM"
    assert "media_url" not in many
    assert len({child["id"] for child in many["children"]["data"]}) == 4


async def test_pages_follow_each_other_by_cursor(bench: Any) -> None:
    for number in range(5):
        await publish(bench, f"Post {number}")

    first = await listed(bench, "&limit=2")
    after = first["paging"]["cursors"]["after"]
    second = await listed(bench, f"&limit=2&after={after}")
    last = await listed(bench, f"&limit=2&after={second['paging']['cursors']['after']}")
    captions = [post["caption"] for page in (first, second, last) for post in page["data"]]
    assert captions == ["Post 4", "Post 3", "Post 2", "Post 1", "Post 0"]
    assert "paging" not in last


async def test_a_post_is_changed_and_deleted(bench: Any) -> None:
    post = await publish(bench, "Typo")
    await bench.control("POST", f"/posts/{post}", json={"text": "Better"})
    assert [each["caption"] for each in (await listed(bench))["data"]] == ["Better"]

    await bench.control("DELETE", f"/posts/{post}")
    assert (await listed(bench))["data"] == []
    assert "error" in await bench.control("DELETE", f"/posts/{post}")


async def test_another_account_sees_its_own_only_and_faults_strike_here_too(bench: Any) -> None:
    await publish(bench, "Mine")
    answer = await bench.call("instagram", "GET", "/v26.0/me/media?access_token=IG-other-token")
    assert answer.json()["data"] == []

    await bench.fault("server_error")
    answer = await bench.instagram("GET", "/me/media")
    assert answer.status_code >= 500
