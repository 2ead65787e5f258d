/// An event for the operator of a server, such as a failed handler, a refused client or a lost connection.
public struct Incident: Sendable {
    /// The kind of event.
    public let kind: Kind
    /// The cause, a short text that is the same for all incidents of one cause.
    ///
    /// Observers limit the rate of reports for each cause.
    public let cause: String
    /// Further values of the incident.
    ///
    /// They may come from clients, so an observer must escape and truncate them.
    public let fields: [Field: String]

    /// Creates an incident.
    package init(_ kind: Kind, cause: String, _ fields: [Field: String] = [:]) {
        self.kind = kind
        self.cause = cause
        self.fields = fields
    }

    /// Returns the incident of a notification that was dropped because of an error.
    package static func dropped(_ method: String, _ error: CallError) -> Incident {
        let fields: [Field: String] = [.method: method, .error: error.message]
        return Incident(.notificationDropped, cause: "error \(error.code.rawValue)", fields)
    }

    /// A kind of incident.
    public struct Kind: Hashable, Sendable {
        // A struct with an open set of values, so that a new kind does not break observers.
        /// The name of the kind, for people.
        public let name: String
        /// The severity of incidents of this kind.
        public let severity: Severity

        /// A handler failed because of a defect.
        package static let handlerFailed = Kind(name: "handler failed", severity: .error)
        /// A handler failed a call with an error that it chose for its callers.
        package static let callFailed = Kind(name: "call failed", severity: .info)
        /// A notification was dropped: too many wait for their handlers, it cannot be forwarded, or it is an event that
        /// cannot be sent to clients.
        package static let notificationDropped = Kind(name: "notification dropped", severity: .notice)
        /// A client or a request was refused.
        package static let clientRefused = Kind(name: "client refused", severity: .notice)
        /// The connection of a client was closed because the client exceeded a limit or violated the protocol.
        package static let clientCut = Kind(name: "client cut off", severity: .notice)
        /// A call, a batch or a result was refused because of a limit.
        package static let callRefused = Kind(name: "call refused", severity: .info)
        /// A client was refused memory, because it or all clients together make this process hold too much.
        package static let budgetReached = Kind(name: "budget reached", severity: .notice)
        /// A task process failed, or ended without a result.
        package static let taskFailed = Kind(name: "task failed", severity: .notice)
        /// A program printed a line that is not JSON where a JSON-RPC message is expected.
        package static let strayOutput = Kind(name: "stray output", severity: .notice)
        /// The connection to the upstream server has opened.
        package static let upstreamFound = Kind(name: "upstream found", severity: .notice)
        /// The connection to the upstream server was lost or cannot be established.
        package static let upstreamLost = Kind(name: "upstream lost", severity: .notice)
    }

    /// The severity of an incident.
    public enum Severity: Sendable {
        /// An event of normal operation.
        case info
        /// An unusual event that a client, the network or another server has caused.
        case notice
        /// A defect of this process.
        case error
    }

    /// The name of a value that belongs to an incident.
    public enum Field: String, Sendable {
        /// The address of a client or an upstream server.
        case address
        /// The code of an error, or a close code.
        case code
        /// The duration of a call, in milliseconds.
        case durationMs
        /// The description of an error, which is not sent to clients.
        case error
        /// The `Host` field of a request.
        case host
        /// The path of a method.
        case method
        /// The `Origin` field of a request.
        case origin
        /// The identifier of a task process.
        case task
        /// The identifier that the caller of a failed call received.
        case traceId
    }
}

/// A type that receives incidents.
///
/// The core does not log. `IncidentLog` in the module `PosternLogging` is an observer that writes to a logger.
public protocol IncidentObserver: Sendable {
    /// Receives one incident.
    ///
    /// Called on any thread, including event loops, so the implementation must not block or make calls.
    func observe(_ incident: Incident)
}
