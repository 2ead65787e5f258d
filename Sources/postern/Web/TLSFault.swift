import FoundationEssentials
import NIOSSL

/// The texts for failed TLS handshakes.
enum TLSFault {
    /// The dates between which a certificate is valid.
    struct Validity: Sendable {
        let start: Date
        let end: Date
    }

    /// Returns the reason for an error as a clause, or `nil` when it is not one of TLS.
    ///
    /// - Parameters:
    ///   - error: The error of a channel.
    ///   - validity: The dates of the certificate of the server, if it was received.
    ///   - now: The current time.
    /// - Returns: The clause.
    static func reason(_ error: any Error, _ validity: Validity?, now: Date = .now) -> String? {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "the certificate of the server is for another name or address"
        case NIOSSLError.uncleanShutdown: return "the server closed the connection"
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError: return reason("\(error)", validity, now)
        default: return nil
        }
    }

    /// Whether an error is the end of the connection, without a closing message of TLS.
    static func isEnd(_ error: any Error) -> Bool {
        if case NIOSSLError.uncleanShutdown = error { true } else { false }
    }

    /// Returns the reason for the description of an error, as in
    /// `error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED`.
    static func reason(_ description: String, _ validity: Validity?, _ now: Date) -> String {
        let found = description.firstMatch(of: /OPENSSL_internal:(\w+)/)
        let word = found.map { $0.output.1.lowercased().replacing("_", with: " ") }
        switch word {
        case "certificate verify failed": return untrusted(validity, now)
        case "wrong version number", "http request": return "the server does not speak TLS at this port"
        case let word? where word.contains("certificate required"): return "the server demands a certificate of clients"
        case let word?: return "TLS failed: \(word)"
        case nil: return "the server closed the connection during the TLS handshake"
        }
    }

    private static func untrusted(_ validity: Validity?, _ now: Date) -> String {
        if let end = validity?.end, end < now {
            return "the certificate of the server expired on \(end.formatted(.iso8601.year().month().day()))"
        }
        if let start = validity?.start, start > now {
            return "the certificate of the server is valid from \(start.formatted(.iso8601.year().month().day())) on"
        }
        return "the certificate of the server is not signed by a trusted authority; --ca-file trusts others"
    }
}
