package import Dispatch
import Synchronization

/// A bounded queue of lines for a writer that may block, which runs on a dispatch queue of its own.
///
/// Lines above the limit are dropped, and their number is reported after the lines that were in the queue at that time.
package final class LineQueue<Line: Sendable>: Sendable {
    private struct State {
        var lines: [Line] = []
        /// The number of lines dropped since the last report.
        var dropped = 0
        /// Whether `writeAll` runs or is enqueued.
        var isWriting = false
    }

    private let state = Mutex(State())
    private let queue: DispatchQueue
    private let maximumLines: Int
    private let write: @Sendable (Line) -> Void
    private let reportDropped: @Sendable (Int) -> Void

    /// Creates an empty queue.
    ///
    /// - Parameters:
    ///   - label: The label of the dispatch queue.
    ///   - maximumLines: The number of lines that may wait. Lines being written do not count, and may be as many again.
    ///   - write: Writes one line. It may block, and is called on one thread at a time.
    ///   - reportDropped: Writes the number of dropped lines; called in the same way.
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

    /// Enqueues a line, or drops it if the queue is full.
    ///
    /// Does not block.
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
        // One job for any number of lines; it ends when it finds the queue empty.
        if starts { queue.async { self.writeAll() } }
    }

    /// Waits until the lines enqueued so far are written, but no longer than a time.
    ///
    /// Blocks the calling thread.
    package func flush(within time: DispatchTimeInterval) {
        let done = DispatchSemaphore(value: 0)
        // The queue is serial, so that this job runs after the one that writes the lines.
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + time)
    }

    private func writeAll() {
        while let (lines, dropped) = takeLines() {
            for line in lines { write(line) }
            if dropped > 0 { reportDropped(dropped) }
        }
    }

    /// Removes and returns all lines, and the number dropped; `nil` if there are none, which ends the writing.
    private func takeLines() -> ([Line], dropped: Int)? {
        state.withLock { state in
            state.isWriting = !state.lines.isEmpty
            guard state.isWriting else { return nil }
            defer { (state.lines, state.dropped) = ([], 0) }
            return (state.lines, state.dropped)
        }
    }
}
