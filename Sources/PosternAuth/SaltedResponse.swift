import Crypto
import FoundationEssentials

/// The responses of older systems: HMAC-SHA1 of a challenge, with the secret followed by a salt as key.
///
/// Only for programs that have to talk to such a system; nothing here uses it. SHA-1 is no longer a choice for
/// anything new: ``SharedSecret`` uses SHA-256, two nonces, and says which end of which connection is proven.
public struct SaltedResponse: Sendable {
    private let secret: [UInt8]

    /// Takes a secret of any length.
    public init(secret: [UInt8]) { self.secret = secret }

    /// Computes the 20 bytes of a response.
    ///
    /// - Parameters:
    ///   - challenge: What the other side sent, usually 20 bytes.
    ///   - salt: What the responder chose, usually 20 bytes; it is sent along.
    /// - Returns: The response.
    public func response(to challenge: [UInt8], salt: [UInt8]) -> [UInt8] {
        Array(HMAC<Insecure.SHA1>.authenticationCode(for: challenge, using: key(salt)))
    }

    /// Whether a response is right; compares in constant time.
    public func accepts(_ response: [UInt8], to challenge: [UInt8], salt: [UInt8]) -> Bool {
        HMAC<Insecure.SHA1>.isValidAuthenticationCode(response, authenticating: challenge, using: key(salt))
    }

    private func key(_ salt: [UInt8]) -> SymmetricKey { SymmetricKey(data: secret + salt) }
}
