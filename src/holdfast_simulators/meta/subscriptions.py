"""`subscribed_apps`: whether the platform tells us about an account at all."""

from typing import Any

from holdfast_simulators.accounts import AccountState
from holdfast_simulators.meta.graph_errors import GraphError, bad_parameter
from holdfast_simulators.wire import Answer, Call, json_answer
from holdfast_simulators.world import World


def answer_subscription(
    world: World, call: Call, account: AccountState, *, app_id: str, fields_known: frozenset[str]
) -> Answer:
    """GET reads, POST subscribes, DELETE ends it; raises GraphError."""
    if call.method == "GET":
        return json_answer({"data": _shown(account, app_id)})
    if call.method == "POST":
        account.subscribed_fields = _wanted(call, fields_known)
        account.failing_since_ms = None
        account.lost_subscription = False
        call.effect = True
        _end_removal(world, account)
        return json_answer({"success": True})
    if call.method == "DELETE":
        account.subscribed_fields = frozenset()
        call.effect = True
        return json_answer({"success": True})
    raise GraphError(code=3, message="Unsupported method.")


def _shown(account: AccountState, app_id: str) -> list[dict[str, Any]]:
    if not account.subscribed_fields:
        return []
    return [{"id": app_id, "subscribed_fields": sorted(account.subscribed_fields)}]


def _wanted(call: Call, fields_known: frozenset[str]) -> frozenset[str]:
    asked = call.query.get("subscribed_fields")
    if asked is None and call.is_form():
        asked = dict(call.form()).get("subscribed_fields")
    if asked is None:
        asked = call.json().get("subscribed_fields")
    if asked is None:
        return fields_known
    names = asked.split(",") if isinstance(asked, str) else asked
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise bad_parameter("Param subscribed_fields must be a list of names.")
    wanted = frozenset(name.strip() for name in names)
    if not wanted & fields_known:
        raise bad_parameter(f"Param subscribed_fields must be some of {sorted(fields_known)}.")
    return wanted & fields_known


def _end_removal(world: World, account: AccountState) -> None:
    """A removed subscription is repaired when every account that it concerned has subscribed again."""
    for fault in world.faults.active(account.platform, "receive", account.key, ("subscription_removed",)):
        concerned = [a for a in world.accounts.all(account.platform) if fault.account in (None, a.key)]
        if not any(a.lost_subscription for a in concerned):
            world.faults.end(fault.id)
