"""What of an outgoing message fits platforms that take text and media apart."""

from holdfast.channels.contract import Outgoing


def text_with_links(outgoing: Outgoing) -> str:
    """The text, with attachments as links below it.

    One delivery is one call: media in a call of its own could fail alone and leave half a message.
    """
    links = [attachment.url for attachment in outgoing.attachments if attachment.url]
    return "\n".join([outgoing.text, *links]) if outgoing.text else "\n".join(links)
