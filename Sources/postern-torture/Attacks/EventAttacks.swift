import NIOCore

/// Attacks by events that are large, or that are not read.
enum EventAttacks {
    static let all = [largeEvents, unreadNativeEvents]

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
