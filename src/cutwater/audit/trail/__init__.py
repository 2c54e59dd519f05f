"""The trail: the audit page, what changed lately, exports."""
