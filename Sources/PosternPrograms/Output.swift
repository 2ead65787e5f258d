import Glibc
import Synchronization
import SystemPackage

/// Writes lines to the standard outputs, without buffering.
package enum Output {
    /// The first error of standard output.
    private static let failure = Mutex<Errno?>(nil)

    /// Writes a line to standard output.
    ///
    /// - Returns: `false` when it cannot be written; ``failureCode()`` has the reason.
    @discardableResult
    package static func line(_ text: String) -> Bool {
        do {
            try write(text, to: .standardOutput)
            return true
        } catch {
            failure.withLock { $0 = $0 ?? (error as? Errno) ?? .ioError }
            return false
        }
    }

    /// Writes a line to standard output that is no result, so that a program without a reader does not fail.
    package static func announce(_ text: String) { try? write(text, to: .standardOutput) }

    /// Writes a line to standard error.
    package static func error(_ text: String) { try? write(text, to: .standardError) }

    /// Writes text to standard error as it is.
    package static func errorText(_ text: String) { _ = try? FileDescriptor.standardError.writeAll(text.utf8) }

    /// Whether standard output is a terminal.
    package static var isTerminal: Bool { isatty(FileDescriptor.standardOutput.rawValue) == 1 }

    /// Whether standard error is a terminal.
    package static var isErrorTerminal: Bool { isatty(FileDescriptor.standardError.rawValue) == 1 }

    /// Returns the exit code for a line that could not be written, or `nil` when there was none.
    ///
    /// A reader that has closed its pipe ends a program silently, as SIGPIPE does. Any other error is printed.
    static func failureCode() -> Int32? {
        guard let code = failure.withLock(\.self) else { return nil }
        guard code != .brokenPipe else { return ProgramExit.brokenPipe }
        error("The output cannot be written: \(code)")
        return ProgramExit.unwritableOutput
    }

    private static func write(_ text: String, to file: FileDescriptor) throws {
        _ = try file.writeAll((text + "\n").utf8)
    }
}
