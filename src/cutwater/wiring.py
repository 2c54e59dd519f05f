"""The only file that knows everyone: routers, subscribers, adapters, template folders, the actor's source."""


def declare() -> None:
    """What must be known before anything runs: jobs, subscribers, templates."""
