"""The list of people, with what is to be seen of each at a glance."""

from holdfast.contacts.lists.people import ContactFilter, ContactLine, people_page

__all__ = ["ContactFilter", "ContactLine", "people_page"]
