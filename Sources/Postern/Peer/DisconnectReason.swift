/// Why a connection ended.
public struct DisconnectReason: Error, Hashable, Sendable {
    /// What ended it; open, so that a new kind breaks nobody.
    public struct Kind: Hashable, Sendable {
        /// The word of the kind, stable and lower case.
        public let word: String

        /// This side closed it.
        public static let closedHere = Kind(word: "closed here")
        /// The other side said goodbye and closed it.
        public static let closedThere = Kind(word: "closed there")
        /// The network or the process at the other end failed.
        public static let lost = Kind(word: "lost")
        /// The other side broke the protocol.
        public static let protocolViolation = Kind(word: "protocol violation")
        /// The other side speaks another version.
        public static let versionMismatch = Kind(word: "version mismatch")
        /// The other side was silent, or half a frame did not go on, for too long.
        public static let timedOut = Kind(word: "timed out")
        /// The other side reads too slowly.
        public static let slowReader = Kind(word: "slow reader")
        /// One side has not proven that it knows the shared secret; nothing was served.
        public static let authenticationFailed = Kind(word: "authentication failed")
        /// No safe connection came about: the other side's certificate was not accepted, or this side's, or it speaks no TLS.
        public static let notSecured = Kind(word: "not secured")
        /// The server has too many connections for this one.
        public static let tooMany = Kind(word: "too many")
    }

    /// What ended the connection.
    public var kind: Kind
    /// For people: what happened.
    public var message: String

    /// Names a reason.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// One side does not know the shared secret.
    static func unauthenticated(_ message: String) -> DisconnectReason {
        DisconnectReason(.authenticationFailed, message)
    }

    /// The code of calls that fail for this reason.
    var callCode: CallError.Code { kind == .authenticationFailed ? .unauthenticated : .unavailable }

    /// The message of calls that fail for this reason: what the system said of a lost connection is not for callers.
    var callMessage: String { kind == .lost ? "The connection was lost" : message }

    /// The other side broke the protocol.
    package static func protocolViolation(_ message: String) -> DisconnectReason {
        DisconnectReason(.protocolViolation, message)
    }
}

extension DisconnectReason {
    /// What a goodbye says.
    init(goodbyeCode code: Int, _ text: String) {
        let kind: Kind =
            switch code {
            case 1: .protocolViolation
            case 2: .versionMismatch
            case 3: .slowReader
            case 4: .timedOut
            case 5: .authenticationFailed
            case 6: .tooMany
            default: .closedThere
            }
        self.init(kind, text)
    }

    /// The number of this reason in a goodbye.
    var goodbyeCode: Int {
        switch kind {
        case .protocolViolation: 1
        case .versionMismatch: 2
        case .slowReader: 3
        case .timedOut: 4
        case .authenticationFailed: 5
        case .tooMany: 6
        default: 0
        }
    }
}
