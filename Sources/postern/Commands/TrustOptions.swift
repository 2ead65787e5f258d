import ArgumentParser
import PosternPrograms

/// The option for the authorities that certificates of servers are checked against.
struct TrustOptions: ParsableArguments {
    @Option(
        help: """
            A PEM file with the authorities that are trusted for wss: and https:, instead of those of the system.
            """,
        completion: .file()
    )
    var caFile: String?

    func validate() throws { if let file { _ = try TLSClient.certificates(in: file) } }

    /// Returns the TLS for a URL, or `nil` when the URL needs none.
    ///
    /// - Throws: `ValidationError` for a file that cannot be used.
    func security(for url: WebURL) throws -> TLSClient? { url.scheme.isSecure ? try security() : nil }

    /// Returns the TLS of a client.
    func security() throws -> TLSClient { try TLSClient(authorities: file) }

    private var file: String? { caFile ?? Setting.optional("ca-file") }
}
