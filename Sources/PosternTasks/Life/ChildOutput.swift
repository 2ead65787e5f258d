import Subprocess

/// Reads what a child process writes, line by line.
enum ChildOutput {
    /// More than a pipe holds: what is read beyond it once a process has ended is of others that have inherited the pipe.
    private static let restBytes = 1 << 20

    /// Reads to the end, or until the process has ended; the child waits while `body` takes no line.
    static func read(
        _ output: SubprocessOutputSequence,
        of process: Int32,
        _ body: (LogLineSplitter.Line) async -> Void
    ) async {
        var cutter = LogLineSplitter()
        var room = restBytes
        // An error is the end of the output: what there was of it has been read.
        do {
            for try await buffer in output {
                let bytes = unsafe buffer.withUnsafeBytes { unsafe Array($0) }
                for line in cutter.append(bytes) { await body(line) }
                if SystemCalls.hasEnded(process) { room -= bytes.count }
                guard room > 0 else { break }
            }
        } catch {}
        if let line = cutter.finish() { await body(line) }
    }
}
