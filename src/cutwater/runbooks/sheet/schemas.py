"""What the API of the runsheet gives."""

from cutwater.kernel.wire import Out


class StateRead(Out):
    """The compact state that live pages follow: the run's figures, and the live fields of each step by id."""

    topic: str
    run: dict[str, object]
    steps: dict[str, dict[str, object]]
