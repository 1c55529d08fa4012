"""Fields of contacts that a business names itself."""

from holdfast.contacts.fields.fields import (
    Field,
    Kind,
    add_field,
    change_field,
    checked_value,
    checked_values,
    fields,
    remove_field,
)
from holdfast.contacts.fields.store import put_values, values_of

__all__ = [
    "Field",
    "Kind",
    "add_field",
    "change_field",
    "checked_value",
    "checked_values",
    "fields",
    "put_values",
    "remove_field",
    "values_of",
]
