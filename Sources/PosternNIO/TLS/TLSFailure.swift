#if TLS
import NIOSSL
import Postern

/// The texts of TLS errors.
enum TLSFailure {
    /// Returns the reason for the end of a connection; `nil` when the error is not one of TLS.
    static func reason(of error: any Error) -> DisconnectReason? {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            DisconnectReason(.notSecured, "TLS failed: the certificate is for another name or address")
        case NIOSSLError.uncleanShutdown:
            DisconnectReason(.lost, "The other side closed the connection without saying so")
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            DisconnectReason(.notSecured, "TLS failed: \(text(of: error))")
        default: nil
        }
    }

    /// Returns the text of an error, without the source locations of the library.
    static func text(of error: any Error) -> String {
        let description = "\(error)"
        // As in `error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED`.
        let found = description.matches(of: /OPENSSL_internal:(\w+)/).map { word in
            word.output.1.lowercased().replacing("_", with: " ")
        }
        guard let first = found.first else { return description }
        return hints[first].map { "\(first): \($0)" } ?? first
    }

    /// The explanations of the most frequent errors.
    private static let hints = [
        "certificate verify failed": "no authority that is trusted here vouches for the certificate of the other side",
        "wrong version number": "the other side does not speak TLS",
        "peer did not return a certificate": "the other side has no certificate",
        "tlsv1 alert certificate required": "the other side demands a certificate",
        "tlsv1 alert unknown ca": "the other side does not trust the authority of this side's certificate",
        "no shared cipher": "the other side speaks no version or cipher that is spoken here",
        "unsupported protocol": "the other side speaks no version that is spoken here",
        "tlsv1 alert protocol version": "the other side speaks no version that is spoken here",
    ]
}
#endif
