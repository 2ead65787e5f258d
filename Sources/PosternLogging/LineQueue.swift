package import Dispatch
import Synchronization

/// Lines on their way to something that may block, written by a thread of its own.
///
/// The number of lines that wait is bounded. Those above it are dropped, and their number is reported behind the lines
/// that were waiting at that time.
package final class LineQueue<Line: Sendable>: Sendable {
    private struct State {
        var lines: [Line] = []
        var dropped = 0
        var isWriting = false
    }

    private let state = Mutex(State())
    private let queue: DispatchQueue
    private let maximumLines: Int
    private let write: @Sendable (Line) -> Void
    private let reportDropped: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - label: The name of the thread.
    ///   - maximumLines: Lines that may wait besides those that are being written; as many again may be in that state.
    ///   - write: Writes one line; may block. Called on one thread at a time.
    ///   - reportDropped: Writes how many lines were dropped; called in the same way.
    package init(
        label: String,
        maximumLines: Int = 1_000,
        write: @escaping @Sendable (Line) -> Void,
        reportDropped: @escaping @Sendable (Int) -> Void
    ) {
        queue = DispatchQueue(label: label)
        self.maximumLines = maximumLines
        self.write = write
        self.reportDropped = reportDropped
    }

    /// Has a line written, and returns at once.
    package func put(_ line: Line) {
        let starts = state.withLock { state in
            guard state.lines.count < maximumLines else {
                state.dropped += 1
                return false
            }
            state.lines.append(line)
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if starts { queue.async { self.writeAll() } }
    }

    /// Waits until the lines are written, but no longer than a time.
    package func flush(within time: DispatchTimeInterval) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + time)
    }

    private func writeAll() {
        while let (lines, dropped) = takeLines() {
            for line in lines { write(line) }
            if dropped > 0 { reportDropped(dropped) }
        }
    }

    private func takeLines() -> ([Line], dropped: Int)? {
        state.withLock { state in
            state.isWriting = !state.lines.isEmpty
            guard state.isWriting else { return nil }
            defer { (state.lines, state.dropped) = ([], 0) }
            return (state.lines, state.dropped)
        }
    }
}
