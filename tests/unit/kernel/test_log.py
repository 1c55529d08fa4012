import json
from collections.abc import Iterator

import pytest
import structlog

from holdfast.kernel import configure_logging, get_log


@pytest.fixture
def default_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("default_logging")
def test_lines_are_json_where_it_is_asked_for_and_carry_their_unit(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging(json_lines=True, level="info")
    log = get_log("spool")
    log.debug("not asked for")
    log.warning("the disk is full", channel="sms:shop")
    [line] = capfd.readouterr().err.splitlines()
    told = json.loads(line)
    assert (told["unit"], told["event"], told["level"]) == ("spool", "the disk is full", "warning")
    assert told["channel"] == "sms:shop"
    assert told["timestamp"].endswith("Z")
