"""Worksheets that become runbooks."""
