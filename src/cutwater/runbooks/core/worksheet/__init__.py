"""From the bytes of a spreadsheet to a plan: steps, links, and findings with their fixes."""
