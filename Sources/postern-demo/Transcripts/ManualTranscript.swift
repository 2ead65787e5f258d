import Postern

/// The part of the tutorial about events, for a client that serves its connection by hand.
struct ManualTranscript {
    let peer: Peer
    let print: Transcript.Print

    /// Runs the part with a peer in `ServingMode.manual`, and closes the peer.
    func run() async throws {
        print("== mon = FileMonitor(file, on_file_changed), served by hand")
        let file = try WatchedFile()
        defer { file.remove() }
        let (arrivals, signal) = AsyncStream.makeStream(of: Void.self)
        var arrived = arrivals.makeAsyncIterator()
        peer.onArrival { signal.yield() }
        let callback = FileChangePrinter.callback(print) {}
        let monitor: Reference = try await peer.call("FileMonitor", file.filename, callback)
        print(#"file.write("shmoop")"#)
        try file.write("shmoop")
        await arrived.next()
        print("arrived, not printed: \(peer.arrivalCount)")
        print("pollAll()")
        print("served: \(await peer.pollAll())")
        print("pollAll()")
        print("served: \(await peer.pollAll())")
        print(#"file.write("groop")"#)
        try file.write("groop")
        await arrived.next()
        print("arrived, not printed: \(peer.arrivalCount)")
        print("print(mon)")
        print(try await monitor.call("text"))
        print(#"file = open(path, "w")"#)
        try file.openAnew()
        await arrived.next()
        print("the event loop is woken: serve(timeout: 0)")
        print("served: \(await peer.serve(timeout: .zero))")
        try await monitor.call("stop")
        print("mon.stop()")
        peer.close()
    }
}
