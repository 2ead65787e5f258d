import ArgumentParser
package import PosternNIO

/// The certificates of native connections at `tls:` addresses; without options in a build without TLS.
package struct TLSArguments: ParsableArguments {
    #if TLS
    /// The certificate of this program.
    @Option(help: "A PEM file with the certificate of this side of native connections, and the chain behind it.")
    package var tlsCertificate: String?

    /// The key of the certificate.
    @Option(help: "A PEM file with the key of the certificate.")
    package var tlsKey: String?

    /// Whom this program trusts.
    @Option(help: "A PEM file with the authorities that are trusted; a listener then demands certificates of clients.")
    package var tlsAuthority: String?
    #endif

    /// The defaults.
    package init() {}

    /// Puts what was said into the options of connections at an address.
    ///
    /// - Parameters:
    ///   - options: Are changed.
    ///   - isListening: Whether the address is one to listen at.
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
