import Postern

/// Events: a server calls a function of its client, whose connection is served in the background.
struct EventTranscript {
    let peer: Peer
    let print: Transcript.Print

    /// `mon = conn.root.FileMonitor("/tmp/floop.bloop", on_file_changed)`.
    func run() async throws {
        print("== mon = FileMonitor(file, on_file_changed), served in the background")
        let file = try WatchedFile()
        defer { file.remove() }
        let (changes, signal) = AsyncStream.makeStream(of: Void.self)
        var told = changes.makeAsyncIterator()
        let monitor: Reference = try await peer.call(
            "FileMonitor",
            file.filename,
            FileChangePrinter.callback(print) { signal.yield() }
        )
        print(#"file.write("shmoop")"#)
        try file.write("shmoop")
        await told.next()
        print(#"file.write("groop")"#)
        try file.write("groop")
        await told.next()
        print(#"file = open(path, "w")"#)
        try file.openAnew()
        await told.next()
        try await monitor.call("stop")
        print("mon.stop()")
        try file.write("nobody looks any more")
        signal.finish()
        print("events after it: \(await told.next() == nil ? "none" : "some")")
    }
}

/// `on_file_changed`.
enum FileChangePrinter {
    /// What the client reads of a look at the file; the rest is passed over.
    private struct Look: Decodable {
        let size: Int64
    }

    /// A callback that prints a change and then tells that it has.
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
