"""Rules: what is done by itself with what people write."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.automation import NewRule, Rule, Trial, WouldDo
from holdfast.automation.model import RULES_MAX
from holdfast.inbox.model import Page
from holdfast.web.api.parts import ADMIN, READ, Asker, Services, ShortText, plain, refuses

Id = Annotated[str, PathParameter(max_length=100)]


class RuleOrder(msgspec.Struct, frozen=True):
    """Ids of all rules, in the order in which they are to be tried."""

    ids: Annotated[list[ShortText], Meta(max_length=RULES_MAX)]


class RulesController(Controller):
    tags = ("Rules",)

    @get(
        "/rules", opt=READ, operation_id="listRules", summary="The rules, in their order", responses=refuses()
    )
    async def rules(self, services: Services) -> Page[Rule]:
        return Page(await services.rules.all())

    @post("/rules", opt=ADMIN, operation_id="addRule", summary="Add a rule", responses=refuses(422))
    async def add(self, services: Services, principal: Asker, data: JSONBody[NewRule]) -> Rule:
        return await services.rules.put("", data, principal.author)

    @put(
        "/rules/{rule_id:str}",
        opt=ADMIN,
        operation_id="changeRule",
        summary="Change a rule",
        responses=refuses(404, 422),
    )
    async def change(
        self, services: Services, principal: Asker, rule_id: Id, data: JSONBody[NewRule]
    ) -> Rule:
        return await services.rules.put(plain(rule_id), data, principal.author)

    @delete(
        "/rules/{rule_id:str}",
        opt=ADMIN,
        operation_id="removeRule",
        summary="Remove a rule",
        responses=refuses(404),
    )
    async def remove(self, services: Services, principal: Asker, rule_id: Id) -> None:
        await services.rules.remove(plain(rule_id), principal.author)

    @post(
        "/rules/order",
        opt=ADMIN,
        status_code=200,
        operation_id="orderRules",
        summary="Try the rules in another order",
        responses=refuses(422),
    )
    async def order(self, services: Services, principal: Asker, data: JSONBody[RuleOrder]) -> Page[Rule]:
        return Page(await services.rules.order(data.ids, principal.author))

    @post(
        "/rules/try",
        opt=READ,
        status_code=200,
        operation_id="tryRules",
        summary="What the rules would do with a message; nothing is done",
        responses=refuses(),
    )
    async def would_do(self, services: Services, data: JSONBody[Trial]) -> Page[WouldDo]:
        return Page(await services.rules.would_do(data))
