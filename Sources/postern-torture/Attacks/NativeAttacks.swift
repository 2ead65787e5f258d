import PosternNIO

/// Native frames that break the protocol, and native connections that make the server hold much.
enum NativeAttacks {
    static let all = [nativeFrames, nativePings, nativeNotifications, nativeHalfFrames, wrongProofs]

    static let nativeFrames = Attack(
        name: "native-frames",
        rows: "M1, M2, M6, M8, M9, M17, M18",
        summary: "native frames with wrong lengths, kinds and values, before and after the hello, over and over",
        refusals: ["goodbye 1"],
        needsNative: true
    ) { attacker in
        try await attacker.parallel(4) { number in
            var index = number
            while attacker.isGoing {
                let row = table[index % table.count]
                let response = await attacker.nativeResponse(to: row.bytes)
                guard attacker.isGoing else { return }
                attacker.record.check(row.name, response, among: row.responses)
                index += 1
            }
        }
    }

    private static let table: [(name: String, bytes: [UInt8], responses: [String])] = {
        let hello = NativeBytes.hello
        let huge: [UInt8] = [0x91, 0xdd, 0xff, 0xff, 0xff, 0xff]
        let deep = [UInt8](repeating: 0x91, count: 66)
        return [
            ("a call", hello + NativeBytes.call("calculator/add", [0x92, 1, 2]), ["reply"]),
            ("M1", hello + NativeBytes.call("calculator/add", huge), ["-32600"]),
            ("M1 as a frame", hello + NativeBytes.frame(Array(huge.dropFirst())), ["goodbye 1"]),
            ("M2", hello + NativeBytes.call("calculator/sum", deep + [0xc0]), ["-32600", "-32602"]),
            ("M6 empty", hello + [0, 0, 0, 0], ["goodbye 1"]),
            ("M6 long", hello + [0xff, 0xff, 0xff, 0xff], ["goodbye 1"]),
            ("M8", NativeBytes.call("calculator/add", [0x92, 1, 2]), ["goodbye 1"]),
            ("M8 hello twice", hello + hello, ["goodbye 1"]),
            ("M9", hello + NativeBytes.call("$/12345", [0x90]), ["-32001"]),
            ("M17", hello + NativeBytes.call("calculator/deinit", [0x90]), ["-32601"]),
            ("M18", NativeBytes.frame([0x93, 0, 2, 0x80]), ["goodbye 2"]),
            ("garbage", Array("GET / HTTP/1.1\r\n\r\n".utf8), ["goodbye 1", "closed"]),
        ]
    }()

    static let nativePings = Attack(
        name: "native-pings",
        rows: "F3, W12",
        summary: "30 native connections that send pings as fast as they are taken, and read nothing",
        needsNative: true
    ) { attacker in
        // The largest number, so that a pong has as many bytes as possible.
        let ping = NativeBytes.frame([0x92, 11, 0xcf] + [UInt8](repeating: 0xff, count: 8))
        let many = [[UInt8]](repeating: ping, count: 10_000).flatMap { $0 }
        try await attacker.parallel(30) { _ in
            let connection = try await attacker.connectNatively(receiveBuffer: 4_096)
            connection.setReads(false)
            connection.send(NativeBytes.hello)
            while attacker.isGoing { await connection.write(many) }
        }
    }

    static let nativeNotifications = Attack(
        name: "native-notifications",
        rows: "F3",
        summary: "40 native notifications of 15 MiB, whose handlers wait for an answer of their caller",
        seconds: 6,
        isInShortForm: true,
        needsNative: true
    ) { attacker in
        let size = 15 << 20
        let method = NativeBytes.text("ui/ask")
        let value =
            [0xdb] + (0..<4).reversed().map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
            + [UInt8](repeating: 0x78, count: size)
        let notification = NativeBytes.frame(
            [0x94, 5] + NativeBytes.text("echo/back") + [0x92] + method + value + [0xc0]
        )
        let connection = try await attacker.connectNatively()
        connection.discardInput()
        connection.send(NativeBytes.hello)
        for _ in 0..<40 { await connection.write(notification) }
        if await connection.isClosed(within: attacker.left) { attacker.record.note("cut") }
    }

    static let nativeHalfFrames = Attack(
        name: "native-half-frames",
        rows: "F3, M6",
        summary: "360 native connections with 545 KB of a frame of 16 MiB, whose rest is never sent",
        seconds: 5,
        isInShortForm: true,
        needsNative: true
    ) { attacker in
        let value = [0xc5, 0xea, 0x60] + [UInt8](repeating: 0, count: 60_000)
        let call = NativeBytes.call("echo/echo", [0x91] + value)
        let start = [1, 0, 0, 0] + [UInt8](repeating: 0, count: 500_000)
        // Calls before the frame have the server read larger pieces of it.
        let parts = [NativeBytes.hello + call, call, call, start, [UInt8](repeating: 0, count: 45_000)]
        try await attacker.parallel(20) { _ in
            var connections: [RawConnection] = []
            for _ in 0..<18 {
                let connection = try await attacker.connectNatively()
                connection.discardInput()
                connections.append(connection)
            }
            for part in parts {
                for connection in connections { await connection.write(part) }
                try await Task.sleep(for: .milliseconds(500))
            }
            try await Task.sleep(for: attacker.left - .seconds(1))
            await attacker.noteCuts(of: connections)
        }
    }

    static let wrongProofs = Attack(
        name: "wrong-proofs",
        rows: "F14, H15, H16",
        summary: "native connections with a wrong proof of the secret, as fast as 16 tasks can",
        refusals: ["goodbye 5"],
        needsNative: true,
        needsSecret: true
    ) { attacker in
        let hello = NativeBytes.hello(nonce: [UInt8](repeating: 7, count: 16))
        let proof = NativeBytes.frame([0x92, 14, 0xc4, 32] + [UInt8](repeating: 1, count: 32))
        try await attacker.parallel(16) { _ in
            while attacker.isGoing { attacker.record.note(await attacker.nativeResponse(to: hello + proof)) }
        }
    }
}
