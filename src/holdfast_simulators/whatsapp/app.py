"""The Graph API for WhatsApp: which path means what."""

from http import HTTPStatus
from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.faults import Fault
from holdfast_simulators.meta.graph_errors import GraphError, bad_token, no_such_object, temporary
from holdfast_simulators.meta.paths import graph_path
from holdfast_simulators.meta.subscriptions import answer_subscription
from holdfast_simulators.meta.tokens import account_with_token, token_of
from holdfast_simulators.webhooks import Transport, Webhooks
from holdfast_simulators.whatsapp.envelope import WhatsAppEnvelope, settings_of
from holdfast_simulators.whatsapp.media import MediaItem, MediaShelf, uploaded
from holdfast_simulators.whatsapp.phone import WhatsAppPhone
from holdfast_simulators.whatsapp.sending import Sending, too_fast
from holdfast_simulators.whatsapp.statuses import Statuses
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

APP_ID = "1700000000000002"
FIELDS = frozenset({"messages"})
DOWNLOADS = "whatsapp_business"


class WhatsApp:
    name = "whatsapp"

    def __init__(self, world: World, transport: Transport) -> None:
        self._world = world
        self.webhooks = Webhooks(
            platform=self.name, world=world, transport=transport, envelope=WhatsAppEnvelope()
        )
        self._media = MediaShelf(world)
        statuses = Statuses(world, self.webhooks)
        self._sending = Sending(world, statuses, self._media)
        self.phone = WhatsAppPhone(world, self.webhooks, self._media, statuses)

    def recognise(self, call: Call) -> None:
        account = account_with_token(self._world, self.name, token_of(call))
        call.account = account.key if account else None
        path = graph_path(call)
        if path[1:] == ["messages"]:
            call.capability = "send"
            call.recipient = lambda: str(call.json().get("to", ""))
        elif len(path) == 1 and self._world.accounts.find(self.name, path[0]):
            call.capability = "sign_in"

    async def answer(self, call: Call) -> Answer:
        try:
            return await self._answer_for(call, graph_path(call))
        except GraphError as error:
            return error.answer(self._world)

    def fault_answer(self, fault: Fault, call: Call) -> Answer:
        del call
        return _fault_error(fault, self._world).answer(self._world)

    async def _answer_for(self, call: Call, path: list[str]) -> Answer:
        account = account_with_token(self._world, self.name, token_of(call))
        if account is None:
            raise bad_token(HTTPStatus.UNAUTHORIZED)
        if path[:1] == [DOWNLOADS]:
            return self._download(path[-1], account)
        if len(path) == 1:
            return self._answer_node(call, path[0], account)
        if len(path) != 2:  # noqa: PLR2004 - a node and an edge
            raise no_such_object("/".join(path))
        return await self._answer_edge(call, path[0], path[1], account)

    async def _answer_edge(self, call: Call, node: str, edge: str, account: AccountState) -> Answer:
        settings = settings_of(account)
        if node == settings.phone_number_id and call.method == "POST":
            if edge == "messages":
                return await self._sending.answer(call, account)
            if edge == "media":
                return json_answer({"id": self._upload(call, account).id})
        if node == settings.waba_id and edge == "subscribed_apps":
            return answer_subscription(self._world, call, account, app_id=APP_ID, fields_known=FIELDS)
        if node == settings.waba_id and edge == "phone_numbers":
            return json_answer({"data": [_number(account)]})
        raise no_such_object(f"{node}/{edge}")

    def _answer_node(self, call: Call, node: str, account: AccountState) -> Answer:
        settings = settings_of(account)
        if node == settings.phone_number_id:
            wanted = call.query.get("fields", "id,verified_name,display_phone_number,quality_rating")
            names = {"id", *wanted.split(",")}
            return json_answer({name: value for name, value in _number(account).items() if name in names})
        if node == settings.waba_id:
            return json_answer({"id": settings.waba_id, "name": settings.name})
        item = self._media.get(node)
        if item is None or item.account != account.key:
            raise no_such_object(node)
        if call.method == "DELETE":
            self._media.remove(node)
            return json_answer({"success": True})
        return json_answer(self._described(item))

    def _upload(self, call: Call, account: AccountState) -> MediaItem:
        mime_type, content = uploaded(call)
        call.effect = True
        return self._media.add(account.key, mime_type, content)

    def _described(self, item: MediaItem) -> dict[str, Any]:
        base = self._world.addresses.get("whatsapp", "http://whatsapp.invalid")
        return {
            "messaging_product": "whatsapp",
            "url": base + self._media.link(item),
            "mime_type": item.mime_type,
            "sha256": item.sha256,
            "file_size": len(item.content),
            "id": item.id,
        }

    def _download(self, letters: str, account: AccountState) -> Answer:
        item = self._media.behind(letters)
        if item is None or item.account != account.key:
            return Answer(status=HTTPStatus.NOT_FOUND, content_type="text/plain")
        return Answer(body=item.content, content_type=item.mime_type)


def _number(account: AccountState) -> dict[str, Any]:
    settings = settings_of(account)
    entity = {"entity_type": "PHONE_NUMBER", "id": settings.phone_number_id, "can_send_message": "AVAILABLE"}
    return {
        "id": settings.phone_number_id,
        "verified_name": settings.name,
        "display_phone_number": settings.display_phone_number,
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "throughput": {"level": "STANDARD"},
        "health_status": {"can_send_message": "AVAILABLE", "entities": [entity]},
    }


def _fault_error(fault: Fault, world: World) -> GraphError:
    if fault.kind == "token_error":
        return bad_token(HTTPStatus.UNAUTHORIZED)
    if fault.kind == "permission_error":
        return GraphError(code=10, status=HTTPStatus.FORBIDDEN, message="Permission denied", details="")
    if fault.kind == "throttle":
        return too_fast()
    if world.random.choice((True, False)):
        return GraphError(
            code=131016,
            status=HTTPStatus.INTERNAL_SERVER_ERROR,
            message="Service unavailable",
            details="A service is temporarily unavailable.",
        )
    return temporary(world)
