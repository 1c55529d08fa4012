"""Files from a browser to the disk and back, over HTTP."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.scenarios.api.conftest import Asker
from tests.unit.media import samples

MIB = 1024 * 1024


async def guest(hub: Asker) -> dict[str, str]:
    answer = await hub.client.post("/direct/v1/guests", json={"name": "Vi"})
    assert answer.status_code == 201, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


async def upload(hub: Asker, headers: dict[str, str], body: bytes, name: str = "x") -> httpx.Response:
    return await hub.client.post("/direct/v1/uploads", params={"name": name}, content=body, headers=headers)


async def test_a_picture_goes_up_and_comes_back_clean(hub: Asker) -> None:
    headers = await guest(hub)
    answer = await upload(hub, headers, samples.picture(), "IMG 1.jpg")
    assert answer.status_code == 201, answer.text
    sent = answer.json()
    assert (sent["kind"], sent["type"], sent["name"]) == ("picture", "image/jpeg", "IMG 1.jpg")
    assert (sent["width"], sent["height"]) == (48, 64)
    shown = await hub.client.get(sent["url"])
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/jpeg"
    assert len(shown.content) == sent["bytes"]
    assert samples.MAKER.encode() not in shown.content
    assert (await hub.client.get(sent["thumb"])).headers["content-type"] == "image/webp"


async def test_a_profile_shows_the_square_of_ones_own_upload(hub: Asker) -> None:
    headers, other = await guest(hub), await guest(hub)
    sent = (await upload(hub, headers, samples.picture())).json()
    refused = await hub.client.patch("/direct/v1/me", json={"picture": sent["id"]}, headers=other)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_attachment")
    answer = await hub.client.patch("/direct/v1/me", json={"picture": sent["id"]}, headers=headers)
    path = answer.json()["picture"]
    assert path.endswith("/square.webp")
    assert (await hub.client.get(path)).status_code == 200


async def test_a_page_can_only_be_saved(hub: Asker) -> None:
    sent = (await upload(hub, await guest(hub), b"<!doctype html><script>alert(1)</script>", "a.html")).json()
    shown = await hub.client.get(sent["url"])
    assert shown.headers["content-type"] == "application/octet-stream"
    assert shown.headers["content-disposition"] == "attachment; filename*=UTF-8''a.html"


async def test_strangers_upload_nothing(hub: Asker) -> None:
    for headers in ({}, {"authorization": "Bearer nonsense"}):
        answer = await upload(hub, headers, b"x")
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    answer = await hub.client.post("/api/v1/uploads", content=b"x")
    assert answer.status_code == 401
    answer = await hub.client.post("/api/v1/uploads", content=b"x", headers=hub.with_scope("read"))
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "empty"),
        (b"GIF89a" + bytes(100), 422, "refused"),
        (samples.picture()[:200], 422, "refused"),
        (bytes(51 * MIB), 413, "too_large"),
    ],
)
async def test_what_is_not_taken_is_refused_in_words(hub: Asker, body: bytes, status: int, code: str) -> None:
    answer = await upload(hub, await guest(hub), body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"].endswith(".")


async def test_what_is_far_too_large_is_refused_before_it_is_read(hub: Asker) -> None:
    headers = {**await guest(hub), "content-length": str(10**12)}
    read: list[int] = []

    async def body() -> Any:
        read.append(1)
        yield bytes(1000)

    answer = await hub.client.post("/direct/v1/uploads", content=body(), headers=headers)
    assert answer.status_code == 413


async def test_an_agent_uploads_by_the_interface(hub: Asker) -> None:
    answer = await hub.client.post(
        "/api/v1/uploads",
        params={"name": "menu.pdf"},
        content=b"%PDF-1.7 fish",
        headers=hub.with_scope("write"),
    )
    assert answer.status_code == 201, answer.text
    assert (answer.json()["kind"], answer.json()["type"]) == ("file", "application/pdf")


async def test_limits_are_told(hub: Asker) -> None:
    limits = (await hub.client.get("/direct/v1/info")).json()["limits"]
    assert (limits["picture_bytes"], limits["video_bytes"]) == (20 * MIB, 100 * MIB)


async def test_a_flood_of_pictures_holds_nobody_up(hub: Asker) -> None:
    """Many at once wait for their turn; other requests do not wait for them."""
    guests = [await guest(hub) for _ in range(6)]
    uploads = [asyncio.create_task(upload(hub, each, samples.picture(size=(900, 600)))) for each in guests]
    answered = await hub.client.get("/direct/v1/info")
    assert answered.status_code == 200
    assert not all(task.done() for task in uploads)
    assert [each.status_code for each in await asyncio.gather(*uploads)] == [201] * 6


async def test_an_owner_removes_what_must_not_be_there(hub: Asker) -> None:
    sent = (await upload(hub, await guest(hub), samples.picture())).json()
    refused = await hub.send("DELETE", f"/uploads/{sent['id']}", scope="write")
    assert refused.status_code == 403
    assert (await hub.send("DELETE", f"/uploads/{sent['id']}")).status_code == 204
    assert (await hub.client.get(sent["url"])).status_code == 404
    assert (await hub.send("DELETE", f"/uploads/{sent['id']}")).status_code == 404
    [entry] = [each for each in (await hub.get("/audit")).json()["items"] if each["action"] == "file.removed"]
    assert entry["subject"] == sent["id"]
