package import PosternNIO

#if TLS
package import ArgumentParser
#else
// Without options no declaration of the package uses the module.
import ArgumentParser
#endif

/// The options for certificates of native connections at `tls:` addresses.
///
/// A build without TLS has none of these options.
package struct TLSArguments: ParsableArguments {
    #if TLS
    /// The file with the certificate chain of this program, in PEM.
    @Option(help: "A PEM file with the certificate of this side of native connections, and the chain behind it.")
    package var tlsCertificate: String?

    /// The file with the key of the certificate, in PEM.
    @Option(help: "A PEM file with the key of the certificate.")
    package var tlsKey: String?

    /// The file with the certificate authorities that this program trusts, in PEM.
    @Option(help: "A PEM file with the authorities that are trusted; a listener then demands certificates of clients.")
    package var tlsAuthority: String?
    #endif

    #if TLS
    /// A remark on `tls:` addresses in help texts; empty in builds that support them.
    package static let remark = ""
    #else
    /// A remark on `tls:` addresses in help texts; empty in builds that support them.
    package static let remark = " (tls: needs a build with the trait TLS, which this is not)"
    #endif

    /// Throws a `ValidationError` when an address needs TLS and this build has none.
    ///
    /// - Parameters:
    ///   - address: The address; `nil` for none.
    ///   - option: The name of the option with the address, without leading dashes.
    /// - Throws: The error.
    package static func demandSupport(for address: Address?, of option: String) throws {
        #if !TLS
        guard let address, address.isTLS else { return }
        throw ValidationError(
            """
            \(Setting.named(option, address)): this program was built without TLS for native connections; \
            build it with the trait TLS
            """
        )
        #endif
    }

    /// Creates the default values.
    package init() {}

    /// Sets the files in the options of connections.
    ///
    /// - Parameters:
    ///   - options: The options to change.
    ///   - isListening: Whether the connections are those of a listener, which then demands client certificates when an
    ///     authority is set.
    package func apply(to options: inout ConnectionOptions, isListening: Bool = false) {
        #if TLS
        let authority = tlsAuthority ?? Setting.optional("tls-authority")
        let certificate = tlsCertificate ?? Setting.optional("tls-certificate")
        let key = tlsKey ?? Setting.optional("tls-key")
        guard authority != nil || certificate != nil || key != nil else { return }
        var tls = TLSOptions()
        (tls.certificateFile, tls.keyFile, tls.authorityFile) = (certificate, key, authority)
        tls.demandsClientCertificate = isListening && authority != nil
        options.tls = tls
        #endif
    }
}
