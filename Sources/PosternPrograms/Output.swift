import Glibc
import SystemPackage

/// Lines for people and for other programs; each leaves at once.
package enum Output {
    /// Writes one line to the standard output.
    ///
    /// - Returns: Whether somebody still reads it.
    @discardableResult
    package static func line(_ text: String) -> Bool { write(text, to: .standardOutput) }

    /// Writes one line to the standard error output.
    package static func error(_ text: String) { _ = write(text, to: .standardError) }

    /// Whether a person reads the standard output.
    package static var isTerminal: Bool { isatty(FileDescriptor.standardOutput.rawValue) == 1 }

    private static func write(_ text: String, to file: FileDescriptor) -> Bool {
        (try? file.writeAll((text + "\n").utf8)) != nil
    }
}
