"""What the configuration file says, to be read; and whether the team would hear of an incident."""

import msgspec
from litestar import Controller, get, post

from holdfast.inbox.model import Page
from holdfast.settings.shown import ShownSection, shown_settings
from holdfast.web.api.parts import ADMIN, Asker, Services, refuses
from holdfast.web.errors import ApiError


class TriedAlert(msgspec.Struct, frozen=True):
    """One address of ``alerts.urls`` by its place; ``problem`` is empty where it took the alert."""

    number: int
    problem: str


class ConfigurationController(Controller):
    tags = ("Settings",)

    @get(
        "/settings",
        opt=ADMIN,
        operation_id="showSettings",
        summary="What the configuration file says, without its secrets",
        responses=refuses(),
    )
    async def show(self, services: Services) -> Page[ShownSection]:
        return Page(shown_settings(services.settings))

    @post(
        "/alerts/test",
        opt=ADMIN,
        status_code=200,
        operation_id="testAlerts",
        summary="Send a test alert to every address of the team",
        responses=refuses(422),
    )
    async def test_alerts(self, services: Services, principal: Asker) -> Page[TriedAlert]:
        if services.alert_test is None or not services.settings.alerts.urls:
            raise ApiError(422, "refused", "Nobody is to be told: alerts.urls is empty.")
        problems = await services.alert_test()
        await services.access.note(principal.author, "alerts.tested")
        return Page([TriedAlert(number, problem) for number, problem in enumerate(problems, start=1)])
