import Subprocess

/// Reads what a child process writes, line by line.
enum ChildOutput {
    /// Reads to the end, or until the process has ended; the child waits while `body` takes no line.
    static func read(_ output: SubprocessOutputSequence, _ body: (LineCutter.Line) async -> Void) async {
        var cutter = LineCutter()
        // An error is the end of the output: what there was of it has been read.
        do {
            for try await buffer in output {
                let bytes = unsafe buffer.withUnsafeBytes { unsafe Array($0) }
                for line in cutter.append(bytes) { await body(line) }
            }
        } catch {}
        if let line = cutter.finish() { await body(line) }
    }
}
