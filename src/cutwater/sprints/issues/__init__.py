"""Issues: made here or taken over, with their history and links, and the query box that finds them."""
