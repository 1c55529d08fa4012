"""A host that has nothing to do with any platform: if even this cannot be reached, it is our own line."""

from holdfast_simulators.gate import read_call, write_answer
from holdfast_simulators.wire import Answer, Receive, Scope, Send

NO_CONTENT = 204


async def unrelated_host(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    await read_call(scope, receive)
    await write_answer(Answer(status=NO_CONTENT, content_type="text/plain"), send)
