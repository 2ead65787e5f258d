import Glibc
import SystemPackage

/// Lines for people and for other programs; each leaves at once.
public enum Output {
    /// Writes one line to the standard output; a reader that has left is no error.
    public static func line(_ text: String) { write(text, to: .standardOutput) }

    /// Writes one line to the standard error output.
    public static func error(_ text: String) { write(text, to: .standardError) }

    /// Whether a person reads the standard output.
    public static var isTerminal: Bool { isatty(FileDescriptor.standardOutput.rawValue) == 1 }

    private static func write(_ text: String, to file: FileDescriptor) { _ = try? file.writeAll((text + "\n").utf8) }
}
