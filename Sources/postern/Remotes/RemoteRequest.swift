import Postern

/// What the command line asks of a server.
struct RemoteRequest: Sendable {
    /// Names joined by `/`.
    let method: String
    let arguments: Arguments
    let timeout: Duration

    /// Takes a method with names joined by `.` or `/`.
    init(_ method: String, _ arguments: Arguments, timeout: Duration) {
        self.method = method.replacing(".", with: "/")
        self.arguments = arguments
        self.timeout = timeout
    }
}

/// One value that a server answered with.
struct RemoteAnswer: Sendable {
    let value: Value
    /// Whether more may come.
    let isStream: Bool
}

/// The server cannot be reached, or is gone.
struct ConnectionFailure: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
