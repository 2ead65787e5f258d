import NIOCore

/// Attacks by events that are large, or that are not read.
enum EventAttacks {
    static let all = [largeEvents, unreadNativeEvents, nativeSubscriptions, leavingSubscribers]

    static let largeEvents = Attack(
        name: "large-events",
        rows: "P5, W14",
        summary: "200 WebSockets and 200 event streams that read nothing, while events of 1 MB are published",
        seconds: 8
    ) { attacker in
        let subscribe = ClientFrame.text(RequestText.call("rpc.subscribe", #"{"topic":"bench"}"#)).bytes
        for _ in 0..<200 {
            let socket = try await attacker.webSocket(receiveBuffer: 4_096)
            socket.send(subscribe)
            _ = await socket.take(within: Attacker.patience, ServerFrame.parse)
            let stream = try await attacker.connect(receiveBuffer: 4_096)
            stream.send(RequestText.get("/events/bench", "Accept: text/event-stream"))
            _ = await stream.take(within: Attacker.patience, HTTPAnswer.parse)
            for connection in [socket, stream] { connection.setReads(false) }
        }
        try await publish(by: attacker)
    }

    static let unreadNativeEvents = Attack(
        name: "unread-native-events",
        rows: "P5",
        summary: "20 native subscribers that accept no more than the first events, while events of 1 MB are published",
        seconds: 8,
        needsNative: true
    ) { attacker in
        let subscribe = NativeBytes.call("rpc/subscribe", [0x91] + NativeBytes.text("bench"))
        for _ in 0..<20 {
            let subscriber = try await attacker.connectNatively()
            subscriber.send(NativeBytes.hello + subscribe)
            subscriber.discardInput()
        }
        try await publish(by: attacker)
    }

    static let nativeSubscriptions = Attack(
        name: "native-subscriptions",
        rows: "P5, P6",
        summary: "30 native connections with 4,000 subscriptions each, which read nothing, and 50 events a second",
        seconds: 8,
        needsNative: true
    ) { attacker in
        let subscriptions = (1...4_000).flatMap { number in
            NativeBytes.call("rpc/subscribe", [0x91] + NativeBytes.text("bench"), number: number)
                + NativeBytes.frame([0x93, 9] + NativeBytes.integer(number) + NativeBytes.integer(60_000))
        }
        for _ in 0..<30 {
            let subscriber = try await attacker.connectNatively(receiveBuffer: 4_096)
            subscriber.setReads(false)
            subscriber.send(NativeBytes.hello + subscriptions)
        }
        let publisher = try await attacker.webSocket()
        publisher.discardInput()
        while attacker.left > .seconds(2) {
            await publisher.write(ClientFrame.text(RequestText.call("bench.publish", #"["event"]"#)).bytes)
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    static let leavingSubscribers = Attack(
        name: "leaving-subscribers",
        rows: "P6, J14",
        summary: "50 WebSockets with 256 subscriptions to one topic each, which leave together, over and over",
        seconds: 8
    ) { attacker in
        let subscriptions = (1...256).flatMap { number in
            ClientFrame.text(RequestText.call("rpc.subscribe", #"{"topic":"bench"}"#, id: number)).bytes
        }
        while attacker.isGoing {
            var sockets: [RawConnection] = []
            for _ in 0..<50 {
                let socket = try await attacker.webSocket()
                socket.send(subscriptions)
                sockets.append(socket)
            }
            for socket in sockets {
                for _ in 1...256 { _ = await socket.take(within: attacker.left, ServerFrame.parse) }
            }
            for socket in sockets { await socket.close() }
        }
    }

    /// Publishes events of 1 MB, one after the other, until three seconds before the end.
    private static func publish(by attacker: Attacker) async throws {
        let publisher = try await attacker.webSocket()
        let text = String(repeating: "x", count: 1_000_000)
        let event = ClientFrame.text(RequestText.call("bench.publish", #"["\#(text)"]"#)).bytes
        while attacker.left > .seconds(3) {
            await publisher.write(event)
            _ = await publisher.take(within: attacker.left, ServerFrame.parse)
        }
    }
}
