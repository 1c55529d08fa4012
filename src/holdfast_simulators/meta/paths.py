"""The Graph API's paths begin with a version."""

import re

from holdfast_simulators.wire import Call

VERSION = re.compile(r"v\d{1,3}\.\d")


def graph_path(call: Call) -> list[str]:
    """The path's parts behind the version; a call without one gets the oldest, which is the same here."""
    segments = call.segments()
    return segments[1:] if segments and VERSION.fullmatch(segments[0]) else segments
