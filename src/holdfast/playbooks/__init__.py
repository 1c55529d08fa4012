"""What to do during an incident: hold, carry elsewhere, answer, publish; and what to do afterwards."""

from holdfast.playbooks.model import Playbook, PlaybookError, PlaybookFile, read_playbook
from holdfast.playbooks.runner import PlaybookRunner, Surroundings

__all__ = ["Playbook", "PlaybookError", "PlaybookFile", "PlaybookRunner", "Surroundings", "read_playbook"]
