import Postern

/// The part of the tutorial about asynchronous calls, whose results are awaited later.
struct CallTranscript {
    let peer: Peer
    let print: Transcript.Print

    /// Runs `asleep = rpyc.async(c.modules.time.sleep)`, `res = asleep(15)`.
    func sleep() async throws {
        print("== res = sleep(0.5)")
        let result: PendingCall<Void> = peer.remote.sleep.begin(0.5)
        let (calledBack, signal) = AsyncStream.makeStream(of: String.self)
        result.onReady { signal.yield("\($0)") }
        print("res: \(result)")
        print("ready: \(result.isReady)")
        print("ready: \(result.isReady)")
        try await result.wait()
        print("... after 0.5 s ...")
        print("ready: \(result.isReady)")
        try await result.value
        print("value: nothing")
        print("res: \(result)")
        // The callback runs on another thread, and is printed here to keep the order of the lines.
        for await word in calledBack.prefix(1) { print("callback: \(word)") }
    }

    /// Runs `x = aint("8")`.
    func int() async throws {
        print(#"== x = int("8")"#)
        let x: PendingCall<Int> = peer.remote.int.begin("8")
        print("x: \(x)")
        try await x.wait()
        print("ready: \(x.isReady)")
        print("error: \(x.isError)")
        print("value: \(try await x.value)")
    }

    /// Runs `x = aint("this is not a valid number")`.
    func intOfNoNumber() async throws {
        print(#"== x = int("this is not a valid number")"#)
        let x: PendingCall<Int> = peer.remote.int.begin("this is not a valid number")
        print("x: \(x)")
        try await x.wait()
        print("ready: \(x.isReady)")
        print("error: \(x.isError)")
        // The error is kept: awaiting the value twice throws it twice.
        for word in ["throws", "throws again"] {
            do throws(CallError) { print("value: \(try await x.value)") } catch {
                print("value \(word) \(error.typeName ?? "an error"):")
                print(error.description)
            }
        }
    }

    /// Calls `int` through a second server, which forwards the call to the first one.
    func intThroughAMiddle() async throws {
        print(#"== x = int("nor is this") through a middle"#)
        let router = Router()
        router.root.register("relay", Parameter<String>("text")) { [peer] (text: String) async throws -> Int in
            try await peer.call("int", text)
        }
        let middle = try await TutorialServer.start(router, name: "middle")
        let client = try await middle.connect()
        do {
            let x: Int = try await raising(ValueError.self) { try await client.call("relay", "nor is this") }
            print("value: \(x)")
        } catch let error as ValueError {
            print("a ValueError: \(error.message)")
        }
        do throws(CallError) { print("value: \(try await client.call("relay", "nor is this") as Int)") } catch {
            print(error.description)
        }
        client.close()
        await middle.stop()
    }

    /// Runs `timed_sleep = rpyc.timed(conn.modules.time.sleep, 6)`.
    func timedSleep() async throws {
        print("== timed(sleep, 20)")
        let short: PendingCall<Void> = peer.remote.sleep.timed(.seconds(20)).begin(0.1)
        print("sleep(0.1): \(short)")
        try await short.value
        print("value: nothing")
        print("== timed(sleep, 0.5)")
        let long: PendingCall<Void> = peer.remote.sleep.timed(.milliseconds(500)).begin(30.0)
        print("sleep(30): \(long)")
        do throws(CallError) {
            try await long.value
            print("value: nothing")
        } catch {
            print("value throws: \(error)")
        }
        print("expired: \(long.isExpired)")
        print("ready: \(long.isReady)")
    }
}
