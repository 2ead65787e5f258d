import Crypto
public import FoundationEssentials
public import Postern

/// A secret that both ends of a connection share, for mutual authentication.
///
/// A proof is the HMAC-SHA-256 of a statement, keyed with the secret. A recorded connection permits offline guessing,
/// so the secret should be random bytes rather than a password. The secret does not protect the data that follows the
/// authentication: use it on trusted networks, or inside TLS.
public struct SharedSecret: Authentication {
    /// The smallest size of a secret, in bytes; 32 random bytes are recommended.
    private static let minimumBytes = 16

    private let key: SymmetricKey

    /// Creates a secret from its bytes.
    ///
    /// - Throws: ``SecretError/tooShort`` for fewer than 16 bytes.
    public init(_ bytes: some Sequence<UInt8>) throws(SecretError) {
        let bytes = Array(bytes)
        guard bytes.count >= Self.minimumBytes else { throw .tooShort }
        key = SymmetricKey(data: bytes)
    }

    /// Reads a secret from a file, without white space at its end.
    ///
    /// - Parameter path: The path of a file of at most 4 KiB.
    /// - Throws: ``SecretError/unreadable``, ``SecretError/tooLong``, or ``SecretError/tooShort`` for fewer than 16
    ///   bytes.
    public init(file path: String) throws(SecretError) {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw .unreadable }
        guard data.count <= Self.maximumFileBytes else { throw .tooLong }
        try self.init(Array(data).trimmed)
    }

    /// Returns 16 random bytes.
    public func makeNonce() -> [UInt8] {
        // On Linux this is `getrandom`, a cryptographically secure generator.
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// Returns the HMAC-SHA-256 of a statement.
    public func proof(of statement: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: statement, using: key))
    }

    /// Returns whether a proof is valid for a statement; compares in constant time.
    public func accepts(_ proof: [UInt8], of statement: [UInt8]) -> Bool {
        // Not `==`, whose duration reveals how many bytes of a guess are right.
        HMAC<SHA256>.isValidAuthenticationCode(proof, authenticating: statement, using: key)
    }

    private static let maximumFileBytes = 4 << 10
}

extension SharedSecret: CustomStringConvertible, CustomReflectable {
    /// A text that does not reveal the secret.
    public var description: String { "a shared secret" }

    /// A mirror without children, so that `dump` and debuggers do not reveal the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A reason for which a secret is refused.
public enum SecretError: String, Error, CustomStringConvertible, LocalizedError {
    /// The secret is short enough to be guessed.
    case tooShort = "a secret has 16 bytes at least"
    /// The file is too large to be one with a secret.
    case tooLong = "a file with a secret has 4 KiB at most"
    /// The file does not exist, or the program is not permitted to read it.
    case unreadable = "the file with the secret cannot be read"

    /// The text of the error.
    public var description: String { rawValue }

    /// The text of the error, for `localizedDescription`.
    public var errorDescription: String? { description }
}

extension [UInt8] {
    /// The bytes without white space at the end, which editors and `echo` append.
    fileprivate var trimmed: ArraySlice<UInt8> {
        let end = lastIndex { ![0x09, 0x0a, 0x0d, 0x20].contains($0) }
        return self[..<(end.map { $0 + 1 } ?? 0)]
    }
}
