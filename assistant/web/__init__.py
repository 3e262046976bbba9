"""The web floor: site, API and widget; nobody passes but by an access rule a route declares."""
