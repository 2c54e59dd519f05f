"""The runsheet, and the home page's panel of runs."""
