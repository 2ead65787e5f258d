package import ArgumentParser
package import PosternAuth

/// The option for the shared secret of native peers.
package struct SecretOptions: ParsableArguments {
    /// The path of the file with the secret.
    @Option(help: "A file with the secret that both ends of a native connection share, 16 bytes at least.")
    package var secretFile: String?

    /// Creates the default values.
    package init() {}

    /// Throws a `ValidationError` when the file does not contain a secret.
    package func validate() throws { _ = try secret() }

    /// Reads the secret from the file that the command line or `POSTERN_SECRET_FILE` names.
    ///
    /// - Returns: The secret, or `nil` when no file is named.
    /// - Throws: `ValidationError` when the file cannot be read or does not contain a secret.
    package func secret() throws -> SharedSecret? {
        guard let path = secretFile ?? Setting.optional("secret-file") else { return nil }
        do throws(SecretError) { return try SharedSecret(file: path) } catch {
            throw ValidationError("\(Setting.named("secret-file", path)): \(error)")
        }
    }
}
