package import ArgumentParser
package import PosternAuth

/// The secret that native peers prove to each other.
package struct SecretOptions: ParsableArguments {
    /// The file with the secret.
    @Option(help: "A file with the secret that both ends of a native connection share, 16 bytes at least.")
    package var secretFile: String?

    /// The defaults.
    package init() {}

    /// Checks that the file holds a secret.
    package func validate() throws { _ = try secret() }

    /// The secret; `nil` when no file is named.
    ///
    /// - Returns: The secret in the file of the command line or of `POSTERN_SECRET_FILE`.
    /// - Throws: `ValidationError` when the file cannot be read, or holds no secret.
    package func secret() throws -> SharedSecret? {
        guard let path = secretFile ?? Setting.optional("secret-file") else { return nil }
        do throws(SecretError) { return try SharedSecret(file: path) } catch {
            throw ValidationError("\(Setting.named("secret-file", path)): \(error)")
        }
    }
}
