"""Which field of a site plays which role, and the pages and API of sites."""
