import Dispatch
import FoundationEssentials
import Glibc
import Logging
import PosternLogging
import SystemPackage

/// The log of a program on its standard error output, written by a thread of its own: no other thread waits for a
/// reader that has stopped.
final class StandardErrorLog: Sendable {
    /// The log of lines for people.
    private static let text = StandardErrorLog(.text)
    /// The log of lines for programs.
    private static let json = StandardErrorLog(.json)

    /// The log of the process, flushed when it ends.
    static func shared(as format: LogFormat) -> StandardErrorLog {
        switch format {
        case .text: text
        case .json: json
        }
    }

    private let queue: LineQueue<LogLine>

    /// How long the end of a program waits for its log to be read.
    private static let flushMilliseconds = 200
    /// How long a thread waits for room in an output that does not block.
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
        switch format {
        case .text: atexit { StandardErrorLog.text.flush() }
        case .json: atexit { StandardErrorLog.json.flush() }
        }
    }

    /// Has a line written, and returns at once.
    func write(_ line: LogLine) { queue.put(line) }

    /// Waits until the lines are written, but no longer than a moment.
    func flush() { queue.flush(within: .milliseconds(Self.flushMilliseconds)) }

    /// One line with one call: those of a pipe's length are never mixed with lines of another program.
    private static func write(_ line: String) {
        let line = line + "\n"
        while true {
            do {
                try FileDescriptor.standardError.writeAll(line.utf8)
                return
            } catch Errno.wouldBlock {
                usleep(retryMicroseconds)
            } catch {
                return
            }
        }
    }
}
