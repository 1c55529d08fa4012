"""A fresh hub's first steps: from its owner to a first message answered."""

from holdfast.inbox.first_run.guide import FirstRun, dismiss_first_run, first_run
from holdfast.inbox.first_run.owner import FirstOwner, WrongSetupCodeError

__all__ = ["FirstOwner", "FirstRun", "WrongSetupCodeError", "dismiss_first_run", "first_run"]
