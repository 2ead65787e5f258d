import Crypto
import FoundationEssentials

/// The challenge-response scheme of older systems: HMAC-SHA1 of a challenge, keyed with a secret and a salt.
///
/// For programs that have to authenticate with such a system. Do not use it for anything new: ``SharedSecret`` uses
/// SHA-256 and two nonces, and its proofs are bound to one end of one connection.
public struct SaltedResponse: Sendable {
    private let secret: [UInt8]

    /// Creates a response generator from a secret of any length.
    public init(secret: [UInt8]) { self.secret = secret }

    /// Returns the response to a challenge.
    ///
    /// - Parameters:
    ///   - challenge: The bytes that the other end sent, usually 20.
    ///   - salt: The bytes that the responder chose, usually 20; it sends them with the response.
    /// - Returns: The 20 bytes of the response.
    public func response(to challenge: [UInt8], salt: [UInt8]) -> [UInt8] {
        Array(HMAC<Insecure.SHA1>.authenticationCode(for: challenge, using: key(salt)))
    }

    /// Returns whether a response is valid for a challenge and a salt; compares in constant time.
    public func accepts(_ response: [UInt8], to challenge: [UInt8], salt: [UInt8]) -> Bool {
        HMAC<Insecure.SHA1>.isValidAuthenticationCode(response, authenticating: challenge, using: key(salt))
    }

    // The secret comes before the salt, as those systems concatenate them.
    private func key(_ salt: [UInt8]) -> SymmetricKey { SymmetricKey(data: secret + salt) }
}
