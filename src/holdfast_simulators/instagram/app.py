"""The Graph API for Instagram Login: which path means what."""

from http import HTTPStatus
from typing import Any

from holdfast_simulators.accounts import INSTAGRAM_FIELDS, AccountState
from holdfast_simulators.faults import Fault
from holdfast_simulators.instagram.envelope import InstagramEnvelope
from holdfast_simulators.instagram.history import History
from holdfast_simulators.instagram.media import Media
from holdfast_simulators.instagram.phone import InstagramPhone
from holdfast_simulators.instagram.sending import Sending
from holdfast_simulators.media import picture
from holdfast_simulators.meta.graph_errors import GraphError, bad_token, no_such_object, temporary
from holdfast_simulators.meta.paths import graph_path
from holdfast_simulators.meta.subscriptions import answer_subscription
from holdfast_simulators.meta.throttling import throttled_by
from holdfast_simulators.meta.tokens import account_with_token, token_of
from holdfast_simulators.settings import InstagramAccount
from holdfast_simulators.webhooks import Transport, Webhooks
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World

TOKEN_LIFE_SECONDS = 5_183_944
TOKEN_CALLS = frozenset({"refresh_access_token", "access_token"})
EDGES = {"messages": "send", "conversations": "history", "subscribed_apps": "other"}
PROFILE_FIELDS = "id,name"


class Instagram:
    name = "instagram"

    def __init__(self, world: World, transport: Transport) -> None:
        self._world = world
        self.webhooks = Webhooks(
            platform=self.name, world=world, transport=transport, envelope=InstagramEnvelope()
        )
        self.phone = InstagramPhone(world, self.webhooks)
        self._sending = Sending(world, self.webhooks)
        self._history = History(world)
        self._media = Media(world)

    def recognise(self, call: Call) -> None:
        account = account_with_token(self._world, self.name, token_of(call))
        call.account = account.key if account else None
        call.capability = self._capability(call, graph_path(call))

    async def answer(self, call: Call) -> Answer:
        path = graph_path(call)
        if path[:1] == ["media"] and call.method == "GET":
            return picture(path[-1])
        try:
            return await self._answer_for(call, path)
        except GraphError as error:
            return error.answer(self._world)

    def fault_answer(self, fault: Fault, call: Call) -> Answer:
        if fault.kind == "token_error":
            return bad_token().answer(self._world)
        if fault.kind == "permission_error":
            return _no_permission().answer(self._world)
        if fault.kind == "throttle":
            account = call.account or "0"
            return throttled_by(fault, self._world, account, "instagram").answer(self._world)
        return temporary(self._world).answer(self._world)

    def _capability(self, call: Call, path: list[str]) -> str:
        if not path or path[0] == "media":
            return "other"
        if path[0] in TOKEN_CALLS:
            return "sign_in"
        if len(path) > 1:
            edge = EDGES.get(path[1], "other")
            return "history" if edge == "send" and call.method == "GET" else edge
        if self._is_account(path[0]):
            return "sign_in"
        known = self._world.thread_by_id(path[0]) or self._world.message(path[0])
        return "history" if known else "other"

    async def _answer_for(self, call: Call, path: list[str]) -> Answer:
        account = account_with_token(self._world, self.name, token_of(call))
        if account is None:
            raise bad_token()
        if not path:
            raise no_such_object("")
        if path[0] in TOKEN_CALLS:
            return _refreshed(account)
        if len(path) > 1:
            return await self._answer_edge(call, path, account)
        return self._answer_node(call, path[0], account)

    async def _answer_edge(self, call: Call, path: list[str], account: AccountState) -> Answer:
        node, edge = path[0], path[1]
        if edge == "messages" and call.method == "GET":
            thread = self._world.thread_by_id(node)
            if thread is None or thread.account != account.key:
                raise no_such_object(node)
            return self._history.answer_messages(call, account, thread)
        if node != "me" and node not in account.settings.names[:2]:
            raise no_such_object(node)
        if edge == "messages" and call.method == "POST":
            return await self._sending.answer(call, account)
        if edge == "conversations" and call.method == "GET":
            return self._history.answer_conversations(call, account)
        if edge == "media" and call.method == "GET":
            return self._media.answer_list(call, account)
        if edge == "subscribed_apps":
            app_id = _settings(account).app_id
            return answer_subscription(
                self._world, call, account, app_id=app_id, fields_known=INSTAGRAM_FIELDS
            )
        raise no_such_object(f"{node}/{edge}")

    def _answer_node(self, call: Call, node: str, account: AccountState) -> Answer:
        if call.method != "GET":
            raise no_such_object(node)
        if node == "me" or node in account.settings.names[:2]:
            return json_answer(_own_profile(call, _settings(account)))
        thread = self._world.thread_by_id(node)
        if thread is not None and thread.account == account.key:
            return self._history.answer_conversation(call, account, thread)
        message = self._world.message(node)
        if message is not None and message.account == account.key:
            return self._history.answer_message(call, account, message)
        post = self._world.posts.get(node)
        if post is not None:
            return self._media.answer_one(call, account, post)
        return json_answer(self._profile(call, node, account))

    def _profile(self, call: Call, igsid: str, account: AccountState) -> dict[str, Any]:
        person = self._world.people.owner(self.name, account.key, igsid)
        if person is None:
            raise no_such_object(igsid)
        if self._world.thread_if_any(self.name, account.key, igsid) is None:
            raise GraphError(code=230, message="User consent is required to access user profile")
        everything = {
            "id": igsid,
            "name": person.name,
            "username": person.username(),
            "profile_pic": self.phone.media_url("profile"),
            "follower_count": len(person.name) * 17,
            "is_verified_user": False,
            "is_user_follow_business": True,
            "is_business_follow_user": False,
        }
        return _chosen(everything, call.query.get("fields", PROFILE_FIELDS))

    def _is_account(self, name: str) -> bool:
        return name == "me" or self._world.accounts.find(self.name, name) is not None


def _settings(account: AccountState) -> InstagramAccount:
    if not isinstance(account.settings, InstagramAccount):
        raise TypeError(account.platform)
    return account.settings


def _own_profile(call: Call, account: InstagramAccount) -> dict[str, Any]:
    everything = {
        "id": account.id,
        "user_id": account.user_id,
        "username": account.username,
        "name": account.name,
        "account_type": "BUSINESS",
    }
    return _chosen(everything, call.query.get("fields", "id"))


def _chosen(everything: dict[str, Any], fields: str) -> dict[str, Any]:
    wanted = {"id", *(name.strip() for name in fields.split(","))}
    return {name: value for name, value in everything.items() if name in wanted}


def _refreshed(account: AccountState) -> Answer:
    token = _settings(account).token
    return json_answer({"access_token": token, "token_type": "bearer", "expires_in": TOKEN_LIFE_SECONDS})


def _no_permission() -> GraphError:
    return GraphError(
        code=10,
        status=HTTPStatus.FORBIDDEN,
        message="Application does not have permission for this action",
    )
