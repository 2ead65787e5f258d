import Glibc
import SystemPackage

/// Writes lines to the standard outputs, without buffering.
package enum Output {
    /// Writes a line to standard output.
    ///
    /// - Returns: `false` when the output is closed.
    @discardableResult
    package static func line(_ text: String) -> Bool { write(text, to: .standardOutput) }

    /// Writes a line to standard error.
    package static func error(_ text: String) { _ = write(text, to: .standardError) }

    /// Whether standard output is a terminal.
    package static var isTerminal: Bool { isatty(FileDescriptor.standardOutput.rawValue) == 1 }

    private static func write(_ text: String, to file: FileDescriptor) -> Bool {
        (try? file.writeAll((text + "\n").utf8)) != nil
    }
}
