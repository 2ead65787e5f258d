import Postern

/// The part of the tutorial about events: a server calls a function of a client that is served in the background.
struct EventTranscript {
    let peer: Peer
    let print: Transcript.Print

    /// Runs `mon = conn.root.FileMonitor("/tmp/floop.bloop", on_file_changed)`.
    func run() async throws {
        print("== mon = FileMonitor(file, on_file_changed), served in the background")
        let file = try WatchedFile()
        defer { file.remove() }
        let (changes, signal) = AsyncStream.makeStream(of: Void.self)
        var notified = changes.makeAsyncIterator()
        let monitor: Reference = try await peer.call(
            "FileMonitor",
            file.filename,
            FileChangePrinter.callback(print) { signal.yield() }
        )
        print(#"file.write("shmoop")"#)
        try file.write("shmoop")
        await notified.next()
        print(#"file.write("groop")"#)
        try file.write("groop")
        await notified.next()
        print(#"file = open(path, "w")"#)
        try file.openAnew()
        await notified.next()
        try await monitor.call("stop")
        print("mon.stop()")
        try file.write("nobody looks any more")
        signal.finish()
        // The stream has ended, so `next()` returns only an event that arrived after `stop`.
        print("events after it: \(await notified.next() == nil ? "none" : "some")")
    }
}

/// The function `on_file_changed` of the tutorial.
enum FileChangePrinter {
    /// The part of the attributes of a file that the client decodes.
    private struct Look: Decodable {
        let size: Int64
    }

    /// Creates a callback that prints a change and then calls a closure.
    static func callback(_ print: @escaping Transcript.Print, then: @escaping @Sendable () -> Void) -> Callback {
        Callback("on_file_changed") { (old: Look?, new: Look?) in
            print("file changed")
            print("    old size: \(text(old))")
            print("    new size: \(text(new))")
            then()
        }
    }

    private static func text(_ look: Look?) -> String { look.map { "\($0.size)" } ?? "no file" }
}
