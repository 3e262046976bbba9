"""The web floor: the site for residents and staff, the API, the widget; nobody passes but by a declared access."""
