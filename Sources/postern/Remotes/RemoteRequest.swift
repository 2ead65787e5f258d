import Postern

/// A request of the command line to a server.
struct RemoteRequest: Sendable {
    /// The path of the method, names joined by `/`.
    let method: String
    let arguments: Arguments
    let timeout: Duration

    /// Creates a request.
    ///
    /// - Parameters:
    ///   - method: The method, names joined by `.` or `/`.
    ///   - arguments: The arguments.
    ///   - timeout: The time for the connection and the answer.
    init(_ method: String, _ arguments: Arguments, timeout: Duration) {
        self.method = method.replacing(".", with: "/")
        self.arguments = arguments
        self.timeout = timeout
    }
}

/// A value in the answer of a server.
struct RemoteAnswer: Sendable {
    let value: Value
    /// Whether the value is an item of a stream, so that further ones may follow.
    let isStream: Bool
}

/// The error when a server cannot be reached or the connection to it is lost.
struct ConnectionFailure: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
