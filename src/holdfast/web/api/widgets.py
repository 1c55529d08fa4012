"""The chat on a business's website: how it looks, what it asks, and what people told it."""

from typing import Annotated

import msgspec
from litestar import Controller, get, put
from litestar.params import JSONBody, PathParameter
from msgspec import Meta

from holdfast.web.api.parts import ADMIN, READ, Asker, Services, ShortText, plain, refuses
from holdfast.web.errors import ApiError, not_found
from holdfast.web.services import WebServices
from holdfast.widget import Look, Question, Setup, Setups, Told, WidgetRefusedError
from holdfast.widget.model import Corner, Kind, Theme

ChannelName = Annotated[str, PathParameter(max_length=100)]
Words = Annotated[str, Meta(max_length=2_000)]


class LookWanted(msgspec.Struct, frozen=True):
    """``accent`` is ``#rrggbb`` or empty for our own; ``label`` stands beside the sign on the button."""

    accent: ShortText = ""
    corner: Corner = "right"
    theme: Theme = "auto"
    label: ShortText = ""
    sound: bool = False


class QuestionWanted(msgspec.Struct, frozen=True):
    """``choices`` are of questions of kind ``choice``."""

    id: ShortText
    label: ShortText
    kind: Kind = "text"
    required: bool = False
    choices: Annotated[list[ShortText], Meta(max_length=100)] = []


class SetupWanted(msgspec.Struct, frozen=True):
    """``away`` is said outside of the opening hours; ``consent``: the words that people tick who may be reached
    elsewhere, empty where nobody is asked.
    """

    greeting: Words = ""
    away: Words = ""
    look: LookWanted = LookWanted()
    questions: Annotated[list[QuestionWanted], Meta(max_length=100)] = []
    consent: Words = ""


class WidgetsController(Controller):
    tags = ("Widget",)

    @get(
        "/widgets/{channel:str}",
        opt=READ,
        operation_id="getWidget",
        summary="How the widget of a chat is set up; the channel is such as direct:web",
        responses=refuses(404),
    )
    async def get_widget(self, services: Services, channel: ChannelName) -> Setup:
        try:
            return await _setups(services).get(plain(channel))
        except LookupError as error:
            raise not_found("chat", channel) from error

    @put(
        "/widgets/{channel:str}",
        opt=ADMIN,
        operation_id="putWidget",
        summary="Set up the widget of a chat",
        responses=refuses(404, 422),
    )
    async def put_widget(
        self, services: Services, principal: Asker, channel: ChannelName, data: JSONBody[SetupWanted]
    ) -> Setup:
        try:
            return await _setups(services).put(plain(channel), _setup(data), principal.author)
        except LookupError as error:
            raise not_found("chat", channel) from error
        except WidgetRefusedError as error:
            raise ApiError(422, error.code, error.message, field=error.field) from error

    @get(
        "/contacts/{contact_id:str}/answers",
        opt=READ,
        operation_id="getAnswers",
        summary="What a contact told before they wrote, and agreed to",
        responses=refuses(),
    )
    async def get_answers(self, services: Services, contact_id: ChannelName) -> Told:
        if services.leads is None:
            return Told(answers=[], consents=[])
        return await services.leads.of_contact(plain(contact_id))


def _setups(services: WebServices) -> Setups:
    if services.setups is None:
        raise LookupError("there is no widget")
    return services.setups


def _setup(data: SetupWanted) -> Setup:
    return Setup(
        greeting=plain(data.greeting).strip(),
        away=plain(data.away).strip(),
        look=Look(
            accent=data.look.accent.lower(),
            corner=data.look.corner,
            theme=data.look.theme,
            label=plain(data.look.label).strip(),
            sound=data.look.sound,
        ),
        questions=tuple(
            Question(
                id=each.id,
                kind=each.kind,
                label=plain(each.label).strip(),
                required=each.required,
                choices=tuple(plain(choice).strip() for choice in each.choices)
                if each.kind == "choice"
                else (),
            )
            for each in data.questions
        ),
        consent=plain(data.consent).strip(),
    )
