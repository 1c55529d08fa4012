"""The people, and what they do on their phones."""

from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from holdfast_simulators.control.answers import json_of, not_found, number_in_query, read_input, refuse
from holdfast_simulators.control.context import Context
from holdfast_simulators.control.inputs import (
    EditInput,
    PersonInput,
    ReactInput,
    SeenInput,
    UnsendInput,
    WritingInput,
)
from holdfast_simulators.people import AddressTaken, Message, Person
from holdfast_simulators.phone_line import NotPossible, Writing
from holdfast_simulators.population import UnknownAddress, invented_addresses, settle
from holdfast_simulators.settings import PersonSettings
from holdfast_simulators.world import WorldFull

PERSON_ID_DIGITS = 8
MESSAGES_SHOWN_DEFAULT = 1_000


class PeopleHandlers:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._world = context.world

    async def list(self, request: Request) -> Response:
        del request
        return json_of({"people": [self._shown(person) for person in self._world.people]})

    async def add(self, request: Request) -> Response:
        given = await read_input(request, PersonInput)
        person_id = given.id or "person-" + self._world.digits(PERSON_ID_DIGITS)
        addresses = given.addresses
        if addresses is None:
            addresses = invented_addresses(self._world, person_id)
        settings = PersonSettings(
            id=person_id,
            name=given.name,
            colour=given.colour,
            addresses=addresses,
            flags=given.flags,
            account=given.account,
        )
        try:
            person = settle(self._world, settings)
        except (AddressTaken, UnknownAddress) as problem:
            raise refuse(str(problem), "addresses") from problem
        return json_of(self._shown(person), HTTPStatus.CREATED)

    async def get(self, request: Request) -> Response:
        return json_of(self._shown(self._person(request)))

    async def thread(self, request: Request) -> Response:
        person = self._person(request)
        query = request.query_params
        account, address = self._context.line(person, query.get("platform", ""), query.get("account"))
        limit = number_in_query(request, "limit", MESSAGES_SHOWN_DEFAULT)
        thread = self._world.thread(account.platform, account.key, address)
        messages = sorted(thread.messages, key=lambda m: (m.at_ms, m.number))
        newest = messages[-limit:] if limit else []
        return json_of({"messages": [m.shown() for m in newest], "total": len(messages)})

    async def write(self, request: Request) -> Response:
        person = self._person(request)
        given = await read_input(request, WritingInput)
        account, address = self._context.line(person, given.platform, given.account)
        if given.kind in ("text", "quick_reply", "postback") and not given.text.strip():
            raise refuse("The text is empty.", "text")
        writing = Writing(
            text=given.text,
            kind=given.kind,
            reply_to=given.reply_to,
            payload=given.payload,
            subject=given.subject,
        )
        try:
            message = await self._context.phone(account.platform).writes(account, address, writing)
        except NotPossible as refused:
            raise refuse(str(refused), refused.field) from refused
        except WorldFull as full:
            raise refuse(str(full)) from full
        return json_of({"id": message.id, "at_ms": message.at_ms}, HTTPStatus.CREATED)

    async def see(self, request: Request) -> Response:
        person = self._person(request)
        given = await read_input(request, SeenInput)
        account, address = self._context.line(person, given.platform, given.account)
        return json_of({"seen": await self._context.phone(account.platform).sees(account, address)})

    async def unsend(self, request: Request) -> Response:
        given = await read_input(request, UnsendInput)
        message = self._message(request, given.message_id)
        try:
            await self._context.phone(message.platform).unsends(message)
        except NotPossible as refused:
            raise refuse(str(refused), refused.field) from refused
        return json_of(message.shown())

    async def edit(self, request: Request) -> Response:
        given = await read_input(request, EditInput)
        message = self._message(request, given.message_id)
        try:
            await self._context.phone(message.platform).edits(message, given.text)
        except NotPossible as refused:
            raise refuse(str(refused), refused.field) from refused
        return json_of(message.shown())

    async def react(self, request: Request) -> Response:
        given = await read_input(request, ReactInput)
        message = self._message(request, given.message_id)
        try:
            await self._context.phone(message.platform).reacts(message, given.emoji or None)
        except NotPossible as refused:
            raise refuse(str(refused), refused.field) from refused
        return json_of(message.shown())

    def _person(self, request: Request) -> Person:
        return self._context.person(request.path_params["person_id"])

    def _message(self, request: Request, message_id: str) -> Message:
        person = self._person(request)
        message = self._world.message(message_id)
        if message is None or message.person != person.id:
            raise not_found("message with this id in this person's threads")
        return message

    def _shown(self, person: Person) -> dict[str, Any]:
        return {
            "id": person.id,
            "name": person.name,
            "username": person.username(),
            "colour": person.colour,
            "addresses": person.addresses,
            "flags": sorted(person.flags),
            "account": person.account,
            "channels": [
                self._channel(person, account.platform, account.key, account.settings.names[-1])
                for account in self._world.accounts.all()
                if person.address(account.platform, account.key)
            ],
        }

    def _channel(self, person: Person, platform: str, account: str, name: str) -> dict[str, Any]:
        address = person.address(platform, account) or ""
        thread = self._world.thread_if_any(platform, account, address)
        last = thread.messages[-1] if thread and thread.messages else None
        return {
            "platform": platform,
            "account": account,
            "account_name": name,
            "address": address,
            "unread": thread.unread() if thread else 0,
            "last_message": last.shown() if last else None,
        }
