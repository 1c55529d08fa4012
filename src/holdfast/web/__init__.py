"""HTTP in and out. The hub's face is ``holdfast.web.app``; the status page has a process of its own.

Nothing is imported here, so that the page's process starts without the hub.
"""
