/// The reason for which a connection ended.
public struct DisconnectReason: Error, Hashable, Sendable {
    /// The kind of a reason; a struct, so that a new kind is not a breaking change.
    public struct Kind: Hashable, Sendable {
        /// The word of the kind, in lower case; it does not change between versions.
        public let word: String

        /// This peer closed the connection.
        public static let closedHere = Kind(word: "closed here")
        /// The remote peer sent a goodbye and closed the connection.
        public static let closedThere = Kind(word: "closed there")
        /// The network or the remote process failed.
        public static let lost = Kind(word: "lost")
        /// The remote peer violated the protocol.
        public static let protocolViolation = Kind(word: "protocol violation")
        /// The remote peer requires another version of the protocol.
        public static let versionMismatch = Kind(word: "version mismatch")
        /// The remote peer was silent, or did not complete a frame, for too long.
        public static let timedOut = Kind(word: "timed out")
        /// The remote peer reads too slowly.
        public static let slowReader = Kind(word: "slow reader")
        /// A peer has not proven that it knows the shared secret; no call was served.
        public static let authenticationFailed = Kind(word: "authentication failed")
        /// TLS failed: a certificate was not accepted, or the remote peer does not support TLS.
        public static let notSecured = Kind(word: "not secured")
        /// The server has reached its maximum number of connections.
        public static let tooMany = Kind(word: "too many")
        /// The remote peer made this one hold more memory than the process may hold for all.
        public static let tooMuchMemory = Kind(word: "too much memory")
    }

    /// The kind of the reason.
    public var kind: Kind
    /// A description of what happened, for people.
    public var message: String

    /// Creates a reason.
    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Returns the reason for a peer that does not know the shared secret.
    static func unauthenticated(_ message: String) -> DisconnectReason {
        DisconnectReason(.authenticationFailed, message)
    }

    /// The code of calls that fail for this reason.
    var callCode: CallError.Code { kind == .authenticationFailed ? .unauthenticated : .unavailable }

    /// The message of calls that fail for this reason.
    ///
    /// For a lost connection it leaves out the text of the operating system, which is not meant for callers.
    var callMessage: String { kind == .lost ? "The connection was lost" : message }

    /// Returns the reason for a remote peer that violated the protocol.
    package static func protocolViolation(_ message: String) -> DisconnectReason {
        DisconnectReason(.protocolViolation, message)
    }
}

extension DisconnectReason {
    /// Creates the reason from the code and the text of a goodbye.
    init(goodbyeCode code: Int, _ text: String) {
        let kind: Kind =
            switch code {
            case 1: .protocolViolation
            case 2: .versionMismatch
            case 3: .slowReader
            case 4: .timedOut
            case 5: .authenticationFailed
            case 6: .tooMany
            case 7: .tooMuchMemory
            // A code of a later version: the remote peer has closed the connection, for whatever reason.
            default: .closedThere
            }
        self.init(kind, text)
    }

    /// The code of this reason in a goodbye.
    var goodbyeCode: Int {
        switch kind {
        case .protocolViolation: 1
        case .versionMismatch: 2
        case .slowReader: 3
        case .timedOut: 4
        case .authenticationFailed: 5
        case .tooMany: 6
        case .tooMuchMemory: 7
        default: 0
        }
    }
}
