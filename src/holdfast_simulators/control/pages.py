"""The phone pages: the built files when they are there, otherwise a sentence that says how to get them."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

BUILT = Path(__file__).resolve().parent.parent / "built"
MISSING = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Simulated phones</title>
<p>The phone pages are not built yet. Run <code>make install</code>, then load this page again.</p></html>
"""
PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data: http://127.0.0.1:*; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; frame-ancestors 'none'",
}


def page_routes(built: Path = BUILT) -> list[BaseRoute]:
    async def page(request: Request) -> Response:
        del request
        index = built / "index.html"
        if index.is_file():
            return FileResponse(index, headers=PAGE_HEADERS)
        return HTMLResponse(MISSING, headers=PAGE_HEADERS)

    paths = ("/", "/phones/{person:path}", "/posts", "/faults", "/developers")
    assets = StaticFiles(directory=built / "assets", check_dir=False)
    return [*(Route(path, page) for path in paths), Mount("/assets", assets)]
