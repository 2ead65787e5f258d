import Postern

/// The version of the programs and of the protocols that they speak.
package enum ProgramVersion {
    /// The version of this package, as in semantic versioning.
    static let number = "0.1.0"

    /// Returns the line that `--version` prints.
    ///
    /// - Parameter program: The name of the program.
    /// - Returns: The name and the version, followed by the protocols in parentheses.
    package static func line(of program: String) -> String {
        "\(program) \(number) (native protocol \(Hello.supportedVersion), JSON-RPC 2.0)"
    }
}
