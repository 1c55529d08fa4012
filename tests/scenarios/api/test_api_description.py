"""The interface does what its own description says, and hostile requests never break it."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

ROOT = Path(__file__).parents[3]
EXAMPLES = 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
LEFT_OUT = {"addChannel", "putPlaybook"}
"""They change what the hub is made of; their own tests are elsewhere."""


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_keeps_to_the_description(
    tmp_path: Path, make_hub: Any, mode: GenerationMode
) -> None:
    with asyncio.Runner() as runner:
        entering = make_hub(tmp_path)
        hub = runner.run(entering.__aenter__())
        try:
            description = runner.run(hub.client.get("/api/v1/openapi.json")).json()
            known = runner.run(known_ids(hub))
            for operation in operations(description):
                try_operation(operation, hub, runner, mode, known)
        finally:
            runner.run(entering.__aexit__(None, None, None))


async def test_every_operation_stands_in_the_document(tmp_path: Path, make_hub: Any) -> None:
    blank = re.compile(r"\{\w+\}|direct:web")
    document = blank.sub("{}", (ROOT / "docs" / "api.md").read_text("utf-8"))
    async with make_hub(tmp_path) as hub:
        description = (await hub.client.get("/api/v1/openapi.json")).json()
    missing = [
        f"{method.upper()} {path}"
        for path, methods in description["paths"].items()
        for method in methods
        if not re.search(
            rf"\b{method.upper()} {re.escape(blank.sub('{}', path.removeprefix('/api/v1')))}[`? ]", document
        )
    ]
    assert missing == []


def operations(description: dict[str, Any]) -> Iterator[Any]:
    for result in schemathesis.openapi.from_dict(description).get_all_operations():
        operation: Any = cast("Any", result).ok()
        if operation.definition.raw.get("operationId") not in LEFT_OUT:
            yield operation


async def known_ids(hub: Any) -> dict[str, str]:
    """Things that are there, so that success is tried as well as absence."""
    conversation = await hub.first_conversation()
    sent = await hub.send("POST", f"/conversations/{conversation}/messages", {"text": "Yes"})
    contact = (await hub.get(f"/conversations/{conversation}")).json()["contact"]
    return {
        "conversation_id": conversation,
        "message_id": sent.json()["id"],
        "contact_id": contact["id"],
        "address_id": contact["addresses"][0]["id"],
        "channel_id": "direct:web",
    }


def try_operation(
    operation: Any, hub: Any, runner: asyncio.Runner, mode: GenerationMode, known: dict[str, str]
) -> None:
    @seed(7)
    @given(operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def attempt(case: Case[Any]) -> None:
        if isinstance(case.query, dict):
            case.query.pop("wait", None)  # a poll that waits is tested with the events
        if mode is GenerationMode.POSITIVE and isinstance(case.path_parameters, dict):
            case.path_parameters.update((key, known[key]) for key in case.path_parameters if key in known)
        sent = case.as_transport_kwargs(base_url="http://hub.test", headers=hub.with_scope("admin"))
        sent.pop("cookies", None)
        if isinstance(sent.get("data"), bytes):
            sent["content"] = sent.pop("data")
        case.validate_response(runner.run(hub.client.request(**sent)), checks=CHECKS)

    with suppress(Unsatisfiable):  # an operation that takes nothing cannot be asked wrongly
        attempt()


HOSTILE_BODIES = (
    b"",
    b"null",
    b"[]",
    b"{",
    b"\xff\xfe\x00",
    b"[" * 10_000 + b"]" * 10_000,
    b'{"text":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"text":"\\ud800"}',
    b'{"text":"a\\u0000b","channel":"\\u0000"}',
    b'{"text":' + b"9" * 5_000 + b"}",
    b'{"text":1e999}',
    b'{"text":{"a":[]},"name":[],"email":{},"status":7}',
    b'{"name":"' + b"x" * 100_000 + b'"}',
)


async def test_hostile_bodies_are_refused_in_peace(hub: Any) -> None:
    conversation = await hub.first_conversation()
    targets = (
        ("POST", f"/conversations/{conversation}/messages"),
        ("PATCH", f"/conversations/{conversation}"),
        ("POST", "/messages"),
        ("POST", "/contacts"),
        ("PUT", "/playbook"),
        ("POST", "/channels"),
        ("POST", "/auth/sign-in"),
        ("POST", "/incidents/inc_x/updates"),
    )
    for method, path in targets:
        for body in HOSTILE_BODIES:
            answer = await hub.client.request(
                method, f"/api/v1{path}", content=body, headers=hub.with_scope("admin")
            )
            # A NUL is taken out of a text, so that one of these bodies may be a message after all.
            assert answer.status_code < 500, (method, path, body[:40], answer.text)
            if answer.status_code >= 400:
                assert set(answer.json()["error"]) == {"code", "message", "field"}


async def test_hostile_addresses_are_refused_in_peace(hub: Any) -> None:
    await hub.first_conversation()
    for path in (
        "/conversations/%00",
        "/conversations/%ED%A0%80",
        "/conversations/..%2f..%2fetc",
        f"/conversations/{'x' * 5_000}",
        "/conversations?before=1.%00",
        "/conversations?before=99999999999999999999999.a",
        "/conversations?query=%00%FF%ED%A0%80",
        "/conversations?query=" + "%25" * 200,
        "/conversations?limit=1e9",
        "/conversations?limit=-1",
        "/conversations?limit=99999999999999999999",
        "/messages?since=99999999999999999999",
        "/events?cursor=99999999999999999999",
        "/events?cursor=-1",
        "/events?cursor=%D9%A4",
        "/unreadable?before=x",
        "/export?conversation=%00",
        "/incidents?state=%00",
        "/%2e%2e/%2e%2e",
    ):
        answer = await hub.client.get(f"/api/v1{path}", headers=hub.with_scope("read"))
        assert answer.status_code < 500, (path, answer.text)
        assert answer.headers["content-type"].startswith(("application/json", "application/x-ndjson"))


async def test_what_the_framework_refuses_has_the_same_shape(hub: Any) -> None:
    for method, path, status in (
        ("GET", "/nothing/here", 404),
        ("DELETE", "/me", 405),
        ("POST", "/conversations", 405),
        ("GET", "/auth/sign-in", 405),
    ):
        answer = await hub.send(method, path)
        assert answer.status_code == status
        assert set(answer.json()["error"]) == {"code", "message", "field"}
    large = await hub.client.post(
        "/api/v1/contacts", content=b"x" * (1024 * 1024 + 1), headers=hub.with_scope("admin")
    )
    assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")
