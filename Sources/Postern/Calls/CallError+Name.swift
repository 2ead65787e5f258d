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
        public var word: String {
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
        public init?(word: String) {
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
    public var name: CallError.Name {
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
