"""The types of the case list: a call, its expected answer, and the doors with another answer or without the call."""

from dataclasses import dataclass, field

# The names of the error codes.
NAMES = {
    -32700: "invalid_argument", -32600: "invalid_argument", -32601: "unimplemented", -32602: "invalid_argument",
    -32603: "internal", -32000: "unknown", -32001: "not_found", -32002: "deadline_exceeded",
    -32003: "resource_exhausted", -32009: "resource_exhausted", -32054: "unavailable",
}

# The HTTP status of each name, for calls by path.
STATUS = {
    "canceled": 499, "unknown": 500, "invalid_argument": 400, "deadline_exceeded": 504, "not_found": 404,
    "already_exists": 409, "permission_denied": 403, "resource_exhausted": 429, "failed_precondition": 400,
    "aborted": 409, "out_of_range": 400, "unimplemented": 501, "internal": 500, "unavailable": 503, "data_loss": 500,
    "unauthenticated": 401,
}


@dataclass
class Result:
    """An expected result, as JSON text."""

    text: str


@dataclass
class Failure:
    """An expected error; `status` is the HTTP status of a call by path."""

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
    """A call with its expected answer; `params` is JSON text."""

    method: str
    params: str
    expected: object
    # Other expected answers by door or topology, each with the reason.
    differs: dict = field(default_factory=dict)
    # Doors over which the call cannot be made, each with the reason.
    without: dict = field(default_factory=dict)
    # The member `meta` of the request object as JSON text; only JSON-RPC has it.
    meta: str = ""

    @property
    def title(self):
        return f"{self.method}({self.params[:60]}{', meta ' + self.meta if self.meta else ''})"
