"""The one kind of error a person may meet."""


class Refusal(Exception):
    """Something asked for cannot be done; `message` is one plain Chinese sentence with the next step.

    `code` is a stable English word for tests and for the command line's `--json`; `path` the column of the one cell
    to blame, if there is one and it is known.
    """

    path = ""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type["Refusal"], tuple[str, str]]:
        """Refusals come over from another process."""
        return type(self), (self.code, self.message)


class EnvironmentFault(Refusal):
    """The surroundings are to blame (disk full, file locked, damaged or too new); `message` names the remedy."""


class Cancelled(Exception):
    """A person stopped a job; the data are as before."""
