"""What one case of the list is: a call, its one right answer, and the doors at which the answer differs or is none."""

from dataclasses import dataclass, field

NAMES = {
    -32700: "invalid_argument", -32600: "invalid_argument", -32601: "unimplemented", -32602: "invalid_argument",
    -32603: "internal", -32000: "unknown", -32001: "not_found", -32002: "deadline_exceeded",
    -32003: "resource_exhausted", -32009: "resource_exhausted", -32054: "unavailable",
}

STATUS = {
    "canceled": 499, "unknown": 500, "invalid_argument": 400, "deadline_exceeded": 504, "not_found": 404,
    "already_exists": 409, "permission_denied": 403, "resource_exhausted": 429, "failed_precondition": 400,
    "aborted": 409, "out_of_range": 400, "unimplemented": 501, "internal": 500, "unavailable": 503, "data_loss": 500,
    "unauthenticated": 401,
}


@dataclass
class Result:
    """A result, as JSON text."""

    text: str


@dataclass
class Failure:
    """An error; `status` is that of a call by path."""

    code: int
    message: str
    name: str = ""
    executed: str = "no"
    details: object = None
    retryable: bool = False
    status: int = 0

    def __post_init__(self):
        self.name = self.name or NAMES.get(self.code, "unknown")
        self.status = self.status or STATUS[self.name]


@dataclass
class Case:
    """One call, `params` as JSON text."""

    method: str
    params: str
    right: object
    # Doors where another answer is right, each with the reason.
    differs: dict = field(default_factory=dict)
    # Doors that the call cannot be made at, each with the reason.
    without: dict = field(default_factory=dict)
    # More members of the request object, which only JSON-RPC has.
    meta: str = ""

    @property
    def title(self):
        return f"{self.method}({self.params[:60]}{', meta ' + self.meta if self.meta else ''})"
