import Postern

/// A request of the command line to a server.
struct RemoteRequest: Sendable {
    /// The path of the method, names joined by `/`.
    let method: String
    let arguments: Arguments
    /// The time for the connection and the answer.
    let timeout: Duration
    /// The end of that time, which begins when the request is created.
    let deadline: ContinuousClock.Instant
    /// Whether progress values are requested.
    var wantsProgress = false

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
        deadline = .now.later(by: timeout)
    }

    /// The time until the deadline; negative after it.
    var remainingTime: Duration { deadline - .now }

    /// Returns the error of a request without an answer in time, which may have run once it was sent.
    func timeoutError(ran: CallError.Executed) -> CallError {
        CallError(.deadlineExceeded, "No answer came within \(timeout)", ran: ran)
    }
}

/// A part of the answer of a server.
enum RemoteEvent: Hashable, Sendable {
    /// The result, which is the only value.
    case result(Value)
    /// An item of a stream, which others may follow.
    case item(Value)
    /// Items of a stream were lost.
    case gap(Value)
    /// A progress value of the call.
    case progress(Value)
}

/// Processes a part of an answer, and returns whether further ones are wanted.
typealias EventReceiver = @Sendable (RemoteEvent) -> Bool

/// The error when a server cannot be reached or the connection to it is lost.
struct ConnectionFailure: Error, Hashable {
    let message: String
    /// Whether the request was sent, so that the call may have run.
    let isSent: Bool

    init(_ message: String, isSent: Bool = false) {
        self.message = message
        self.isSent = isSent
    }
}
