extension CallError {
    /// The code of an error: one of JSON-RPC 2.0, of this library, or of the application.
    ///
    /// Codes outside -32768 … -32000 belong to applications.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number on the wire.
        public let rawValue: Int

        /// Creates a code from a number.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// The bytes cannot be parsed as a message.
        package static let parseError = Code(rawValue: -32700)
        /// The message is not a valid request.
        public static let invalidRequest = Code(rawValue: -32600)
        /// The method does not exist, or cannot be called in this way.
        public static let methodNotFound = Code(rawValue: -32601)
        /// The arguments do not match the parameters; the message names the parameter.
        public static let invalidParameters = Code(rawValue: -32602)
        /// The server or this library has a defect.
        public static let internalError = Code(rawValue: -32603)
        /// The handler threw an error without a code of its own.
        public static let handlerFailed = Code(rawValue: -32000)
        /// A reference or a stream token does not exist.
        public static let notFound = Code(rawValue: -32001)
        /// The deadline of the call has passed.
        public static let deadlineExceeded = Code(rawValue: -32002)
        /// The result exceeds the size limit.
        public static let responseTooLarge = Code(rawValue: -32003)
        /// A limit or a rate was exceeded.
        public static let limitExceeded = Code(rawValue: -32005)
        /// The session has too many subscriptions.
        package static let tooManySubscriptions = Code(rawValue: -32006)
        /// The request exceeds the size limit.
        public static let requestTooLarge = Code(rawValue: -32007)
        /// Too many calls are in flight.
        public static let busy = Code(rawValue: -32009)
        /// The batch has too many entries.
        package static let batchTooLarge = Code(rawValue: -32010)
        /// The responses of the batch exceed the size limit.
        package static let batchResponseTooLarge = Code(rawValue: -32011)
        /// The caller is not authenticated.
        public static let unauthenticated = Code(rawValue: -32050)
        /// The caller is not permitted to make this call.
        public static let permissionDenied = Code(rawValue: -32051)
        /// The server is shutting down.
        public static let draining = Code(rawValue: -32053)
        /// There is no connection to the server of the method, or it was lost.
        public static let unavailable = Code(rawValue: -32054)
        /// One side would hold more references of the other than the limit allows.
        public static let tooManyReferences = Code(rawValue: -32056)
        /// The caller cancelled the call.
        public static let cancelled = Code(rawValue: -32800)

        /// Whether the same call may succeed later without a change.
        package var isRetryable: Bool { [.busy, .draining, .unavailable, .limitExceeded].contains(self) }

        /// Whether the code is in the range that JSON-RPC reserves.
        var isReserved: Bool { (-32768 ... -32000).contains(rawValue) }

        /// Whether the handler ran, for errors with this code that do not state it.
        package var usualExecution: Executed {
            switch self {
            case .handlerFailed, .internalError, .responseTooLarge, .notFound: .yes
            case .deadlineExceeded, .cancelled, .unavailable: .unknown
            default: isReserved ? .no : .yes
            }
        }
    }
}

extension CallError {
    /// One of the sixteen status names of gRPC and Connect.
    ///
    /// A client that does not know the codes of an application can act on the name. It also determines the HTTP status
    /// of a call by path, as Connect defines it. The raw values are the numbers of gRPC, which the native protocol
    /// uses.
    public enum Name: UInt8, CaseIterable, Hashable, Sendable {
        /// HTTP 499: the caller cancelled the call.
        case cancelled = 1
        /// HTTP 500: the cause is unknown.
        case unknown
        /// HTTP 400: an argument is invalid, regardless of the state of the server.
        case invalidArgument
        /// HTTP 504: the deadline has passed.
        case deadlineExceeded
        /// HTTP 404: the requested entity does not exist.
        case notFound
        /// HTTP 409: the entity to create exists already.
        case alreadyExists
        /// HTTP 403: the caller is not permitted to make this call.
        case permissionDenied
        /// HTTP 429: a limit or a quota is exhausted.
        case resourceExhausted
        /// HTTP 400: the state of the server does not allow the call, and must be changed first.
        case failedPrecondition
        /// HTTP 409: a concurrent call interfered; the caller should start its sequence of calls again.
        case aborted
        /// HTTP 400: the argument is past the end of a valid range.
        case outOfRange
        /// HTTP 501: the operation does not exist.
        case unimplemented
        /// HTTP 500: an invariant of the server is broken.
        case internalError
        /// HTTP 503: the service is temporarily unavailable; the same call may succeed later.
        case unavailable
        /// HTTP 500: data is lost permanently.
        case dataLoss
        /// HTTP 401: the caller is not authenticated.
        case unauthenticated

        /// The name in JSON.
        package var word: String {
            switch self {
            case .cancelled: "canceled"
            case .unknown: "unknown"
            case .invalidArgument: "invalid_argument"
            case .deadlineExceeded: "deadline_exceeded"
            case .notFound: "not_found"
            case .alreadyExists: "already_exists"
            case .permissionDenied: "permission_denied"
            case .resourceExhausted: "resource_exhausted"
            case .failedPrecondition: "failed_precondition"
            case .aborted: "aborted"
            case .outOfRange: "out_of_range"
            case .unimplemented: "unimplemented"
            case .internalError: "internal"
            case .unavailable: "unavailable"
            case .dataLoss: "data_loss"
            case .unauthenticated: "unauthenticated"
            }
        }

        /// Creates a name from its form in JSON; `nil` for any other text.
        package init?(word: String) {
            guard let name = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = name
        }
    }

    /// The status name of the error: the one that was set, or else that of its code.
    public var name: Name {
        get { chosenName ?? code.name }
        set { chosenName = newValue }
    }

    /// Whether the same call may succeed later without a change.
    public var isRetryable: Bool { code.isRetryable || chosenName == .unavailable }
}

extension CallError.Code {
    /// The name of errors with this code that have none of their own; `.unknown` for codes of applications.
    package var name: CallError.Name {
        switch self {
        case .parseError, .invalidRequest, .invalidParameters: .invalidArgument
        case .methodNotFound: .unimplemented
        case .handlerFailed: .unknown
        case .notFound: .notFound
        case .deadlineExceeded: .deadlineExceeded
        case .responseTooLarge, .limitExceeded, .tooManySubscriptions, .requestTooLarge, .busy, .batchTooLarge,
            .batchResponseTooLarge, .tooManyReferences:
            .resourceExhausted
        case .unauthenticated: .unauthenticated
        case .permissionDenied: .permissionDenied
        case .draining, .unavailable: .unavailable
        case .cancelled: .cancelled
        default: isReserved ? .internalError : .unknown
        }
    }
}
