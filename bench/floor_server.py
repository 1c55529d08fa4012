"""The floor of ingest: signature check, group-committed insert of the raw body, 200. Nothing else."""

import hashlib
import hmac
import sys
import time
from pathlib import Path
from typing import Any

import uvicorn

from holdfast.storage import NewEnvelope, Spool


def main() -> None:
    port, folder, secret = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].encode()
    spool = Spool(folder / "floor.db")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = dict(scope["headers"])
        expected = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
        good = hmac.compare_digest(headers.get(b"x-hub-signature-256", b"").decode(), expected)
        if good:
            await spool.append(NewEnvelope("floor", "webhook", time.time_ns() // 1_000_000, body))
        await send({"type": "http.response.start", "status": 200 if good else 401, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    uvicorn.run(app, host="127.0.0.1", port=port, lifespan="off", access_log=False, log_config=None)


if __name__ == "__main__":
    main()
