import Dispatch
import FoundationEssentials
import Glibc
import Logging
import PosternLogging
import SystemPackage

/// The log of a program on standard error.
///
/// It is written by a thread of its own, so that no other thread blocks when the reader of the output has stopped.
final class StandardErrorLog: Sendable {
    /// The log in text format.
    private static let text = StandardErrorLog(.text)
    /// The log in JSON format.
    private static let json = StandardErrorLog(.json)

    /// Returns the log of the process in a format; it is flushed at exit.
    static func shared(as format: LogFormat) -> StandardErrorLog {
        switch format {
        case .text: text
        case .json: json
        }
    }

    private let queue: LineQueue<LogLine>

    /// The maximum time for which the exit of the program is delayed by its log.
    private static let flushMilliseconds = 200
    /// The interval between attempts to write to a non-blocking output that is full.
    private static let retryMicroseconds: UInt32 = 10_000

    private init(_ format: LogFormat) {
        queue = LineQueue(label: "postern.log") { line in
            Self.write(line.text(as: format))
        } reportDropped: { count in
            let line = LogLine(
                time: .now,
                level: .warning,
                label: "log",
                message: "log lines dropped",
                metadata: ["dropped": "\(count)"]
            )
            Self.write(line.text(as: format))
        }
        // A C function pointer cannot capture the instance, so each format has its own closure.
        switch format {
        case .text: atexit { StandardErrorLog.text.flush() }
        case .json: atexit { StandardErrorLog.json.flush() }
        }
    }

    /// Enqueues a line, without waiting for it to be written.
    func write(_ line: LogLine) { queue.put(line) }

    /// Waits until all lines are written, at most 200 ms.
    func flush() { queue.flush(within: .milliseconds(Self.flushMilliseconds)) }

    /// Writes a line with a single system call.
    ///
    /// Writes of at most `PIPE_BUF` bytes to a pipe are atomic, so lines of several processes are not mixed.
    private static func write(_ line: String) {
        let line = line + "\n"
        while true {
            do {
                try FileDescriptor.standardError.writeAll(line.utf8)
                return
            } catch Errno.wouldBlock {
                // The descriptor may be shared with another process that has made it non-blocking.
                usleep(retryMicroseconds)
            } catch {
                return
            }
        }
    }
}
