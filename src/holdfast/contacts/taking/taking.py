"""Everything that is kept of a person as one zip: JSON for programs, HTML for people, the files that were sent."""

import asyncio
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from holdfast.contacts.erasing import store as kept
from holdfast.contacts.fields import fields, values_of
from holdfast.contacts.leads import lead_of, stages
from holdfast.contacts.taking.page import facts_page
from holdfast.contacts.timeline import Moment, timeline_page
from holdfast.inbox import contacts_by_id, export
from holdfast.inbox.export import Format
from holdfast.inbox.model import PAGE_MAX, ContactView
from holdfast.kernel import Clock
from holdfast.media import Shelf
from holdfast.media.store import files_of_use
from holdfast.storage import Database, Tx
from holdfast.work import UnknownError

STORY_MAX: Final = 20_000
FILES_BYTES_MAX: Final = 1024 * 1024 * 1024
"""Files beyond this stay out; the messages name them all."""

MemberExport = Callable[[str], Awaitable[dict[str, Any]]]
"""What is kept of a member of our own chat, by its id."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    exported_at: int
    contact: ContactView
    fields: dict[str, str]
    lead: dict[str, Any] | None
    story: list[Moment]


class Taking:
    def __init__(self, *, database: Database, clock: Clock, shelf: Shelf, member: MemberExport) -> None:
        self._database = database
        self._clock = clock
        self._shelf = shelf
        self._member = member

    @asynccontextmanager
    async def archive(self, contact_id: str) -> AsyncIterator[Path]:
        """A zip that is there for as long as it is being read. Raises UnknownError."""
        facts = await self._facts(contact_id)
        with TemporaryDirectory(prefix="holdfast-export-") as folder:
            path = Path(folder) / "person.zip"
            await self._write(path, facts)
            yield path

    async def _facts(self, contact_id: str) -> Facts:
        contact, values, lead = await self._database.read(_known, contact_id)
        story: list[Moment] = []
        before: str | None = None
        while len(story) < STORY_MAX:
            page = await self._database.read(
                timeline_page, contact_id, ["note", "work", "contact", "incident"], before, PAGE_MAX
            )
            story += page.items
            before = page.next
            if before is None:
                break
        return Facts(exported_at=self._clock.now_ms(), contact=contact, fields=values, lead=lead, story=story)

    async def _write(self, path: Path, facts: Facts) -> None:
        conversation = facts.contact.conversation_id or ""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("person.json", msgspec.json.format(msgspec.json.encode(facts)))
            archive.writestr("index.html", facts_page(facts.contact, facts.fields, facts.lead, facts.story))
            if conversation:
                await self._conversation(archive, "messages.jsonl", conversation, "jsonl")
                await self._conversation(archive, "messages.html", conversation, "html")
            for member in await self._database.read(kept.members, facts.contact.id):
                document = await self._member(member["id"])
                text = msgspec.json.format(msgspec.json.encode(document))
                archive.writestr(f"account-{member['id']}.json", text)
            await self._files(archive, conversation)

    async def _conversation(
        self, archive: zipfile.ZipFile, name: str, conversation: str, form: Format
    ) -> None:
        with archive.open(name, "w") as file:
            async for piece in export(self._database, conversation, form):
                file.write(piece)

    async def _files(self, archive: zipfile.ZipFile, conversation: str) -> None:
        """The originals of what was sent along and is kept here."""
        written = 0
        for media_id, size in (await self._database.read(_files, conversation)).items():
            path = await asyncio.to_thread(self._shelf.find, media_id)
            if path is None or written + size > FILES_BYTES_MAX:
                continue
            written += size
            await asyncio.to_thread(archive.write, path, f"files/{media_id}{path.suffix}")


async def _known(tx: Tx, contact_id: str) -> tuple[ContactView, dict[str, str], dict[str, Any] | None]:
    contact = (await contacts_by_id(tx, [contact_id])).get(contact_id)
    if contact is None:
        raise UnknownError(f"There is no contact {contact_id[:80]}.")
    names = {field.id: field.name for field in await fields(tx)}
    values = (await values_of(tx, [contact_id])).get(contact_id, {})
    lead = await lead_of(tx, contact_id)
    named = {stage.id: stage.name for stage in await stages(tx)}
    told = {**msgspec.structs.asdict(lead), "stage": named.get(lead.stage, lead.stage)} if lead else None
    return contact, {names[field]: value for field, value in values.items() if field in names}, told


async def _files(tx: Tx, conversation: str) -> dict[str, int]:
    """Files that messages of the conversation show, with their bytes."""
    found: dict[str, int] = {}
    for row in await kept.with_files(tx, conversation):
        for used_by in kept.uses(row):
            found |= {str(file["id"]): int(file["bytes"]) for file in await files_of_use(tx, used_by)}
    return found
