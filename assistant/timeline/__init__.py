"""The years of a family as a page to print and a calendar to subscribe to: what law brings, and by when to act."""

from assistant.timeline.calendar import as_calendar
from assistant.timeline.family_file import Family, FamilyFault, read_family
from assistant.timeline.page import as_page
from assistant.timeline.text import as_text

__all__ = ["Family", "FamilyFault", "as_calendar", "as_page", "as_text", "read_family"]
