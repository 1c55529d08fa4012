"""Who may set up a fresh hub: whoever can read its machine's files or its log."""

import secrets

from holdfast.app.hub import Hub
from holdfast.inbox import Access
from holdfast.inbox.first_run import FirstOwner
from holdfast.kernel import get_log
from holdfast.storage import StoreUnavailableError


def first_owner_of(hub: Hub, access: Access) -> FirstOwner:
    return FirstOwner(
        database=hub.database,
        access=access,
        clock=hub.clock,
        random_bytes=secrets.token_bytes,
        data_dir=hub.settings.hub.data_dir,
    )


async def tell_setup_code(hub: Hub, owner: FirstOwner) -> None:
    """Say in the log how a fresh hub is set up."""
    try:
        if await owner.is_wanted():
            url = f"{hub.settings.public_url}/console/"
            get_log("hub").warning(
                "nobody can sign in yet: open the console", url=url, setup_code=await owner.code()
            )
    except StoreUnavailableError:
        return  # the code stands in its file as soon as somebody asks
