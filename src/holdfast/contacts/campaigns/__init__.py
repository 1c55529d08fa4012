"""Asking people for a second address, before it is needed."""

from holdfast.contacts.campaigns.campaigns import Campaigns
from holdfast.contacts.campaigns.model import Campaign, NewCampaign, Results
from holdfast.contacts.campaigns.runner import CampaignRunner

__all__ = ["Campaign", "CampaignRunner", "Campaigns", "NewCampaign", "Results"]
