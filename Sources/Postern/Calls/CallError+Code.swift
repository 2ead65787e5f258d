extension CallError {
    /// A code of JSON-RPC 2.0, of the conventions around it, or of the application.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The number on the wire.
        public let rawValue: Int

        /// Takes any number.
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// The bytes are no message.
        package static let parseError = Code(rawValue: -32700)
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
        package static let tooManySubscriptions = Code(rawValue: -32006)
        /// The request is larger than allowed.
        public static let requestTooLarge = Code(rawValue: -32007)
        /// Too many calls in flight.
        public static let busy = Code(rawValue: -32009)
        /// A batch has too many entries.
        package static let batchTooLarge = Code(rawValue: -32010)
        /// The answers of a batch are larger than allowed.
        package static let batchResponseTooLarge = Code(rawValue: -32011)
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
        package var isRetryable: Bool { [.busy, .draining, .unavailable, .limitExceeded].contains(self) }

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

extension CallError {
    /// One of the sixteen words of gRPC and Connect for what went wrong.
    ///
    /// A client that knows nothing of an application's codes can act on it, and a call by path is answered with the HTTP
    /// status that Connect gives it. The raw values are gRPC's numbers, as the native protocol carries them.
    public enum Name: UInt8, CaseIterable, Hashable, Sendable {
        /// 499: the caller cancelled.
        case cancelled = 1
        /// 500: nothing is known but that it failed.
        case unknown
        /// 400: an argument is wrong, whatever the state of the server.
        case invalidArgument
        /// 504: the time for the call ran out.
        case deadlineExceeded
        /// 404: what was asked for is not there.
        case notFound
        /// 409: what was to be made is there.
        case alreadyExists
        /// 403: the caller may not do this.
        case permissionDenied
        /// 429: a limit or a quota is used up.
        case resourceExhausted
        /// 400: the state of the server does not allow it, and has to be changed first.
        case failedPrecondition
        /// 409: another call came in between; the caller begins anew.
        case aborted
        /// 400: past the end of something.
        case outOfRange
        /// 501: there is no such operation.
        case unimplemented
        /// 500: a promise of the server is broken.
        case internalError
        /// 503: not now; the same call may succeed later.
        case unavailable
        /// 500: data is lost for good.
        case dataLoss
        /// 401: it is not known who is calling.
        case unauthenticated

        /// The word on the wire.
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

        /// The name with this word; `nil` for any other text.
        package init?(word: String) {
            guard let name = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = name
        }
    }

    /// What went wrong, in one of sixteen words: the one that was chosen, or that of the code.
    public var name: Name {
        get { chosenName ?? code.name }
        set { chosenName = newValue }
    }

    /// Whether the same call may succeed later without a change.
    public var isRetryable: Bool { code.isRetryable || chosenName == .unavailable }
}

extension CallError.Code {
    /// The name of errors with this code that choose none; `.unknown` for codes of applications.
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
