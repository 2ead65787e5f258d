extension CallError {
    /// A code of JSON-RPC 2.0, of the conventions around it, or of the application.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number on the wire.
        public let rawValue: Int

        /// Takes any number.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// The bytes are no message.
        public static let parseError = Code(rawValue: -32700)
        /// The message is no request.
        public static let invalidRequest = Code(rawValue: -32600)
        /// No such method, or one this caller may not reach by this door.
        public static let methodNotFound = Code(rawValue: -32601)
        /// The arguments do not fit the parameters; the message names the parameter.
        public static let invalidParameters = Code(rawValue: -32602)
        /// A fault of ours.
        public static let internalError = Code(rawValue: -32603)
        /// The handler threw an error without a code of its own.
        public static let handlerFailed = Code(rawValue: -32000)
        /// No such reference or stream token.
        public static let notFound = Code(rawValue: -32001)
        /// The time for the call ran out.
        public static let deadlineExceeded = Code(rawValue: -32002)
        /// The result is larger than allowed.
        public static let responseTooLarge = Code(rawValue: -32003)
        /// A limit or a rate was passed.
        public static let limitExceeded = Code(rawValue: -32005)
        /// Too many subscriptions in this session.
        public static let tooManySubscriptions = Code(rawValue: -32006)
        /// The request is larger than allowed.
        public static let requestTooLarge = Code(rawValue: -32007)
        /// Too many calls in flight.
        public static let busy = Code(rawValue: -32009)
        /// A batch has too many entries.
        public static let batchTooLarge = Code(rawValue: -32010)
        /// The answers of a batch are larger than allowed.
        public static let batchResponseTooLarge = Code(rawValue: -32011)
        /// Nobody has proven who is calling.
        public static let unauthenticated = Code(rawValue: -32050)
        /// The caller may not do this.
        public static let permissionDenied = Code(rawValue: -32051)
        /// The server is stopping.
        public static let draining = Code(rawValue: -32053)
        /// The connection to the one that serves the method was lost, or is not there.
        public static let unavailable = Code(rawValue: -32054)
        /// One side would hold more references of the other than are lent.
        public static let tooManyReferences = Code(rawValue: -32056)
        /// The caller cancelled.
        public static let cancelled = Code(rawValue: -32800)

        /// Whether the same call may succeed later without a change.
        public var isRetryable: Bool { [.busy, .draining, .unavailable, .limitExceeded].contains(self) }

        var isReserved: Bool { (-32768 ... -32000).contains(rawValue) }

        package var usualExecution: Executed {
            switch self {
            case .handlerFailed, .internalError, .responseTooLarge, .notFound: .yes
            case .deadlineExceeded, .cancelled, .unavailable: .unknown
            default: isReserved ? .no : .yes
            }
        }
    }
}
