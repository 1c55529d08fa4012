"""The detector of the rhythm beside simple published ones, on labelled series that are not part of this project."""
