"""The command line."""

from holdfast.cli.agents import agent, token
from holdfast.cli.alerts import alert
from holdfast.cli.channels import channel, check
from holdfast.cli.contacts import contact
from holdfast.cli.data import export, migrate
from holdfast.cli.doubts import doubt
from holdfast.cli.figures import figures, weekly
from holdfast.cli.incident_work import steps, take, unreachable
from holdfast.cli.incidents import incident
from holdfast.cli.main import main
from holdfast.cli.maintenance import maintenance
from holdfast.cli.media import media
from holdfast.cli.members import member
from holdfast.cli.nodes import node
from holdfast.cli.outage import outage
from holdfast.cli.posts import post
from holdfast.cli.radar import radar
from holdfast.cli.reports import report
from holdfast.cli.running import demo, serve, simulate
from holdfast.cli.sample import data
from holdfast.cli.search import search
from holdfast.cli.subscribers import subscriber
from holdfast.cli.widgets import widget

for _command in (
    demo,
    serve,
    simulate,
    migrate,
    check,
    channel,
    outage,
    incident,
    alert,
    maintenance,
    subscriber,
    doubt,
    token,
    agent,
    export,
    search,
    data,
    node,
    report,
    radar,
    post,
    media,
    member,
    contact,
    widget,
):
    main.add_command(_command)

for _command in (unreachable, steps, take):
    incident.add_command(_command)
report.add_command(figures)
report.add_command(weekly)

__all__ = ["main"]
