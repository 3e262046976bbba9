"""What those who work in the municipality see of a case: all of it, or the flag alone.

In the third generation the tax administration's facts decide, and the municipality is to know what it bills by.
Where a human must judge after all, or somebody appeals, the facts are opened by whoever needs them, with a
reason that the person can read in their log (GDPR art. 5 no. 1 c; forvaltningsloven § 13 b no. 2).
"""

from __future__ import annotations

from typing import Literal

from assistant.twin import Generation

Sight = Literal["flag", "everything"]


def sight_of(generation: Generation, *, opened_the_facts: bool) -> Sight:
    """What is shown of a case to somebody who has given their reason for opening it.

    `opened_the_facts`: the reason was given for the facts as well, not only for the case.

    >>> sight_of("flagged", opened_the_facts=False), sight_of("fetched", opened_the_facts=False)
    ('flag', 'everything')
    """
    return "flag" if generation == "flagged" and not opened_the_facts else "everything"
