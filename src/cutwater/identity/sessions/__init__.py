"""Getting in and out: sign-in, tokens of the API, passwords."""
