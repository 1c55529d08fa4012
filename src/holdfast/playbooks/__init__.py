"""What to do during an incident: hold, carry elsewhere, answer, publish; and what to do afterwards."""

from holdfast.playbooks.by_hand import Step, StepDesk, StepRefusedError
from holdfast.playbooks.model import Playbook, PlaybookError, PlaybookFile, read_playbook
from holdfast.playbooks.runner import PlaybookRunner, Surroundings

__all__ = [
    "Playbook",
    "PlaybookError",
    "PlaybookFile",
    "PlaybookRunner",
    "Step",
    "StepDesk",
    "StepRefusedError",
    "Surroundings",
    "read_playbook",
]
