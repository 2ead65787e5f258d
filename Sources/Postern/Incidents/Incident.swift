/// Something that the operator of a server may want to know: a failed handler, a refused client, a lost connection.
public struct Incident: Sendable {
    /// What happened.
    public let kind: Kind
    /// Why, in a few words that are the same for every incident of this cause; rates are limited for each cause.
    public let cause: String
    /// More about it; values may come from outside, so an observer escapes and shortens them.
    public let fields: [Field: String]

    /// Describes an incident.
    package init(_ kind: Kind, cause: String, _ fields: [Field: String] = [:]) {
        self.kind = kind
        self.cause = cause
        self.fields = fields
    }

    /// A notification that was dropped with an error, which no answer reports.
    package static func dropped(_ method: String, _ error: CallError) -> Incident {
        let fields: [Field: String] = [.method: method, .error: error.message]
        return Incident(.notificationDropped, cause: "error \(error.code.rawValue)", fields)
    }

    /// A kind of incident; open, so that a new kind breaks no observer.
    public struct Kind: Hashable, Sendable {
        /// What happened, in words for people.
        public let name: String
        /// How much it matters.
        public let severity: Severity

        /// A handler failed with an error that its callers cannot help.
        package static let handlerFailed = Kind(name: "handler failed", severity: .error)
        /// A handler answered a call with an error that it has chosen for its callers.
        package static let callFailed = Kind(name: "call failed", severity: .info)
        /// A notification was dropped: too many wait to be handled, or it cannot be sent on.
        package static let notificationDropped = Kind(name: "notification dropped", severity: .notice)
        /// A client, or one request of it, was not let in.
        package static let clientRefused = Kind(name: "client refused", severity: .notice)
        /// The connection of a client was closed because of a limit or a rule of the protocol.
        package static let clientCut = Kind(name: "client cut off", severity: .notice)
        /// A task process has failed, or ended before it had a result.
        package static let taskFailed = Kind(name: "task failed", severity: .notice)
        /// A program printed a line that is not JSON where its JSON-RPC messages are expected.
        package static let strayOutput = Kind(name: "stray output", severity: .notice)
        /// The connection to the server that is called is open.
        package static let upstreamFound = Kind(name: "upstream found", severity: .notice)
        /// The connection to the server that is called was lost, or cannot be made.
        package static let upstreamLost = Kind(name: "upstream lost", severity: .notice)
    }

    /// How much an incident matters.
    public enum Severity: Sendable {
        /// It belongs to the ordinary course of things.
        case info
        /// An operator may want to know it: a client, a network or another server has done something unusual.
        case notice
        /// This process has made a mistake.
        case error
    }

    /// The name of a value that belongs to an incident; there are no others.
    public enum Field: String, Sendable {
        /// The address of a client or an upstream.
        case address
        /// The number of an error, or of a close.
        case code
        /// How long a call took, in milliseconds.
        case durationMs
        /// What an error says of itself; stays in this process.
        case error
        /// The `Host` of a request.
        case host
        /// The path of a method.
        case method
        /// The `Origin` of a request.
        case origin
        /// The identifier of a task process.
        case task
        /// The identifier that the caller of a failed call was given.
        case traceId
    }
}

/// Takes reports of incidents.
///
/// The core has no log of its own; `IncidentLog` of the module `PosternLogging` is the observer that writes one.
public protocol IncidentObserver: Sendable {
    /// Takes one report.
    ///
    /// Called on any thread, event loops included: it returns at once, and neither blocks nor calls back.
    func observe(_ incident: Incident)
}
