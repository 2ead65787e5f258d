import Subprocess

/// Reads the output of a child process line by line.
enum ChildOutput {
    /// The number of bytes that are read after the process has ended.
    ///
    /// A pipe holds less than this: further bytes come from other processes that have inherited the pipe.
    private static let restBytes = 1 << 20

    /// Reads until the end of the output, or until the process has ended and its remaining output is read.
    ///
    /// No further output is read while `body` runs, so a child that keeps writing blocks.
    static func read(
        _ output: SubprocessOutputSequence,
        of process: Int32,
        _ body: (LogLineSplitter.Line) async -> Void
    ) async {
        var cutter = LogLineSplitter()
        var room = restBytes
        // An error ends the output like its regular end: everything before it has been read.
        do {
            for try await buffer in output {
                let bytes = unsafe buffer.withUnsafeBytes { unsafe Array($0) }
                for line in cutter.append(bytes) { await body(line) }
                // Asked after each read, as no event reports the end of the process while its pipe is held open.
                if SystemCalls.hasEnded(process) { room -= bytes.count }
                guard room > 0 else { break }
            }
        } catch {}
        if let line = cutter.finish() { await body(line) }
    }
}
