import Crypto
public import FoundationEssentials
public import Postern

/// A secret that both ends of a connection know, and prove to each other that they know.
///
/// A proof is the HMAC-SHA-256 of its statement with the secret as key. Whoever records a connection can try secrets
/// against its proofs, without asking anybody: take random bytes, not a word. Nothing that follows the authentication
/// is protected by the secret; it stays on networks that can be trusted with it, or inside TLS.
public struct SharedSecret: Authentication {
    /// The shortest secret that is taken, in bytes; 32 random ones are what cannot be guessed.
    private static let minimumBytes = 16

    private let key: SymmetricKey

    /// Takes the bytes of a secret.
    ///
    /// - Throws: ``SecretError/tooShort`` below ``minimumBytes``.
    public init(_ bytes: some Sequence<UInt8>) throws(SecretError) {
        let bytes = Array(bytes)
        guard bytes.count >= Self.minimumBytes else { throw .tooShort }
        key = SymmetricKey(data: bytes)
    }

    /// Reads a secret from a file; white space at its end does not belong to it.
    ///
    /// - Parameter path: The path of the file, at most 4 KiB.
    /// - Throws: ``SecretError``.
    public init(file path: String) throws(SecretError) {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw .unreadable }
        guard data.count <= Self.maximumFileBytes else { throw .tooLong }
        try self.init(Array(data).trimmed)
    }

    /// 16 bytes of the system's random number generator.
    public func makeNonce() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// The HMAC-SHA-256 of a statement.
    public func proof(of statement: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: statement, using: key))
    }

    /// Compares in constant time.
    public func accepts(_ proof: [UInt8], of statement: [UInt8]) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(proof, authenticating: statement, using: key)
    }

    private static let maximumFileBytes = 4 << 10
}

extension SharedSecret: CustomStringConvertible, CustomReflectable {
    /// Never the secret.
    public var description: String { "a shared secret" }

    /// Never the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why something is no secret.
public enum SecretError: String, Error, CustomStringConvertible, LocalizedError {
    /// Anybody could guess it.
    case tooShort = "a secret has 16 bytes at least"
    /// It is more likely some other file.
    case tooLong = "a file with a secret has 4 KiB at most"
    /// There is no such file, or this program may not read it.
    case unreadable = "the file with the secret cannot be read"

    /// What is wrong.
    public var description: String { rawValue }

    /// The description, also for `localizedDescription`.
    public var errorDescription: String? { description }
}

extension [UInt8] {
    fileprivate var trimmed: ArraySlice<UInt8> {
        let end = lastIndex { ![0x09, 0x0a, 0x0d, 0x20].contains($0) }
        return self[..<(end.map { $0 + 1 } ?? 0)]
    }
}
