"""The drawer of a step, and the panel of the steps that put a release live."""
