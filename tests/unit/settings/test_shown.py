"""What the console shows of the configuration, and what it never shows."""

from pathlib import Path

import msgspec

from holdfast.settings import load_settings
from holdfast.settings.shown import shown_settings

FILE = """\
[hub]
name = "Kelp"
key = "this-key-is-secret"
database = "postgresql://holdfast:hunter2@db.example/holdfast"

[alerts]
urls = ["mailto://hunter2@example.org", "json://hunter2.example"]

[monitors]
token = "hunter2"

[retention]
audit_days = 90
"""


def test_every_setting_is_shown_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "holdfast.toml"
    path.write_text(FILE, "utf-8")
    sections = {section.name: section for section in shown_settings(load_settings(path, {}))}
    text = msgspec.json.encode(list(sections.values())).decode()
    assert "hunter2" not in text
    assert "this-key-is-secret" not in text
    known = {(name, each.name): each for name, section in sections.items() for each in section.settings}
    days, urls, key = known["retention", "audit_days"], known["alerts", "urls"], known["hub", "key"]
    assert (days.value, days.default, days.is_set, days.is_secret) == (90, 730, True, False)
    assert (urls.value, urls.is_set, urls.is_secret) == (2, True, True)
    assert (key.value, key.is_set, key.is_secret) == (None, True, True)
    assert known["hub", "database"].value is None
    assert not known["hub", "port"].is_set
    assert all(each.meaning for each in known.values())
