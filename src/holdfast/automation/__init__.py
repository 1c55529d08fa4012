"""Rules: what is done by itself with what people write."""

from holdfast.automation.model import Actions, Conditions, NewRule, Rule, Trial, WouldDo
from holdfast.automation.rules import Rules
from holdfast.automation.runner import RuleRunner

__all__ = ["Actions", "Conditions", "NewRule", "Rule", "RuleRunner", "Rules", "Trial", "WouldDo"]
