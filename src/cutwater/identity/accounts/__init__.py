"""People: their accounts, mailed links, and the look-ups before anybody is known."""
