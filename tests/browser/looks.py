"""How a page looks and whether everyone can use it: a picture, no scrolling sideways, and no finding of axe."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = {"serious", "critical"}
LOOKS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1280, "height": 800}},
    "wide-dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 375, "height": 740}},
}
PAST_ITS_END = "document.querySelector('.shell') && document.documentElement.scrollHeight > innerHeight"
"""The console fills the window and scrolls inside; nothing may lengthen it."""

ASIDE = """() => [document.documentElement, document.querySelector('main')].filter((one) =>
    one && one.scrollWidth > one.clientWidth).map((one) => `${one.tagName} ${one.scrollWidth} > ${one.clientWidth}`)"""
UNDERSTOOD = {"meta-refresh"}
"""The status page must stay true without a script, so it reads itself again; nothing is typed there to be lost."""

HAS_AXE = "'axe' in window"
ASK_AXE = "() => axe.run(document, { resultTypes: ['violations'], preload: false })"


async def findings(page: Page, pictures: Path, name: str, look: str) -> list[str]:
    """What is wrong with the page as it stands; its picture is kept as ``name-look.png``."""
    await page.screenshot(path=pictures / f"{name}-{look}.png", full_page=True)
    aside = [f"{name} {look}: scrolls sideways, {each}" for each in await page.evaluate(ASIDE)]
    if await page.evaluate(PAST_ITS_END):
        aside.append(f"{name} {look}: can be scrolled past its end")
    return aside + [f"{name} {look}: {each}" for each in await _axe(page)]


async def _axe(page: Page) -> list[str]:
    if not await page.evaluate(HAS_AXE):
        await page.evaluate(AXE.read_text("utf-8"))
    answer = await page.evaluate(ASK_AXE)
    return [
        f"{each['id']}: {each['help']}: {[node['html'][:120] for node in each['nodes'][:3]]}"
        for each in answer["violations"]
        if each["impact"] in GRAVE and each["id"] not in UNDERSTOOD
    ]
