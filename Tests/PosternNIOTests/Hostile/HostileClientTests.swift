import PosternTestSupport
import Postern
import PosternNIO
import Testing

/// Clients without a proper hello, and bytes that are not frames.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct HostileClientTests {
    @Test(
        "M6, M18: a client that does not greet properly is turned away",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n".utf8.map { $0 }, DisconnectReason.Kind.protocolViolation),
            ([0, 0, 0, 0], .protocolViolation),
            ([0, 0, 0, 1, 0xc1], .protocolViolation),
            ([0, 0, 0, 3, 0x92, 0, 0], .versionMismatch),
            ([0, 0, 0, 3, 0x92, 0, 2], .versionMismatch),
            ([0, 0, 0, 6, 0x94, 0, 0xcd, 0xff, 0xff, 0xc1], .versionMismatch),
            ([0, 0, 0, 4, 0x93, 0, 0xff, 0x80], .protocolViolation),
            ([0, 0, 0, 4, 0x93, 0, 1, 0xc0], .protocolViolation),
            // A call before the hello.
            ([0, 0, 0, 10, 0x98, 1, 1, 0xa1, 0x61, 0xc0, 0, 0, 0xc0, 0xc0], .protocolViolation),
            // The first record of a client that speaks TLS.
            ([0x16, 3, 1, 2, 0, 1], .notSecured),
            // The length of a first frame, one byte above the limit of 16 KiB.
            ([0, 0, 0x40, 0x01], .protocolViolation),
        ] as [([UInt8], DisconnectReason.Kind)],
        [Wiring.tcp, .unix]
    )
    func aClientWithoutAProperHelloIsRefused(
        _ test: ([UInt8], DisconnectReason.Kind),
        wiring: Wiring
    ) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, server) = try await stage.connect()
            raw.send(test.0)
            #expect(await server.disconnected.kind == test.1)
            let received = String(decoding: await raw.receiveAll(), as: UTF8.self)
            #expect(received.contains("supported versions: 1") == (test.1 == .versionMismatch))
            #expect(stage.victim.runs.value == 0)
        }
    }

    @Test(
        "M6: a frame of no bytes, of one, or above the limit ends the connection before its body arrives",
        arguments: [
            ([0, 0, 0, 0], "no bytes"), ([0, 0, 0, 1, 0xc1], "0xc1"), ([0, 0, 0, 1, 0x90], ""),
            ([0, 0, 0, 1, 0x91], ""),
            ([0x01, 0, 0, 0x01], "larger than the limit"), ([0xff, 0xff, 0xff, 0xff], "larger than the limit"),
        ] as [([UInt8], String)],
        [Wiring.tcp, .unix]
    )
    func aFrameAboveTheLimitClosesBeforeItsBodyArrives(_ test: ([UInt8], String), wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, server) = try await stage.greet()
            raw.send(test.0)
            let reason = await server.disconnected
            #expect(reason.kind == .protocolViolation)
            #expect(test.1.isEmpty || reason.message.contains(test.1))
            guard case .goodbye(1, _)? = try await raw.next() else { throw CancellationError() }
            #expect(try await raw.next() == nil)
        }
    }

    @Test(
        "M6: half a frame, or half a length, that does not go on ends the connection",
        arguments: [
            [0, 0, 0, 9, 0x98], [0, 0, 0, 9], [0], [0, 255, 0, 0, 0x98],
            [0, 255, 0, 0] + [UInt8](repeating: 0x98, count: 100_000),
        ] as [[UInt8]],
        [Wiring.tcp, .unix]
    )
    func anIncompleteFrameClosesAfterTheTimeout(bytes: [UInt8], wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.frameTimeout = .seconds(1)
        try await HostileStage.attack(wiring, options, besideAnother: false) { stage in
            let (raw, server) = try await stage.greet()
            raw.send(bytes)
            #expect(await server.disconnected.kind == .timedOut)
        }
        #expect(ConnectionOptions().frameTimeout <= .seconds(10))
    }

    @Test("M6: a client that leaves in the middle of a large frame is lost", arguments: [Wiring.tcp, .unix])
    func aClientLeavesInTheMiddleOfALargeFrame(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, server) = try await stage.greet()
            raw.send([0, 255, 0, 0, 0x98] + [UInt8](repeating: 0, count: 200_000))
            raw.close()
            #expect(await server.disconnected.kind == .lost)
        }
    }

    @Test("M6: a client that never sends anything is disconnected", arguments: [Wiring.tcp, .unix])
    func aSilentClientIsDisconnected(wiring: Wiring) async throws {
        var options = ConnectionOptions.patient
        options.handshakeTimeout = .seconds(1)
        try await HostileStage.attack(wiring, options, besideAnother: false) { stage in
            let (_, server) = try await stage.connect()
            #expect(await server.disconnected.kind == .timedOut)
        }
        #expect(ConnectionOptions().handshakeTimeout <= .seconds(5))
    }

    @Test
    func aClientThatAnswersNoPingIsDisconnected() async throws {
        var options = ConnectionOptions.patient
        options.pingInterval = .seconds(1)
        options.pingGrace = .seconds(1)
        try await HostileStage.attack(.tcp, options, besideAnother: false) { stage in
            let (_, server) = try await stage.greet()
            #expect(await server.disconnected.kind == .timedOut)
        }
    }

    @Test("M7: a session is served alike, however its bytes are split", arguments: [Wiring.tcp, .unix])
    func aSessionIsServedAlikeHoweverItIsSplit(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let session = Self.session
            #expect(session.count > 200)
            let whole = try await answers(stage, [session])
            // Hello, eight replies, four pongs, goodbye.
            #expect(whole.count == 14)
            for cut in 1..<session.count {
                let pieces = [Array(session[..<cut]), Array(session[cut...])]
                #expect(try await answers(stage, pieces) == whole, "cut at \(cut)")
            }
            #expect(try await answers(stage, session.map { [$0] }) == whole)
        }
    }

    @Test("M7: a large call in one segment with the hello is served", arguments: [Wiring.tcp, .unix])
    func aLargeCallAfterTheHelloIsServed(wiring: Wiring) async throws {
        try await HostileStage.attack(wiring) { stage in
            let (raw, _) = try await stage.connect()
            let text = [0xdb, 0x00, 0x01, 0x86, 0xa0] + [UInt8](repeating: 0x61, count: 100_000)
            raw.send(Self.hello + RawPeer.bytes { RawPeer.writeCall(1, "echo", [0x91] + text + [0xc0], into: &$0) })
            let received = await raw.receive { $0.count > 100_000 }
            #expect(received.suffix(100_000) == text.suffix(100_000))
            raw.close()
        }
    }

    /// Returns the replies to a session in pieces, unordered; each piece is read before the next one is sent.
    private func answers(_ stage: HostileStage, _ pieces: [[UInt8]]) async throws -> [[UInt8]] {
        let (raw, server) = try await stage.connect()
        for piece in pieces {
            try await raw.deliver(piece)
            if pieces.count == 2 { try await stage.turn() }
        }
        // The session ends with a frame that ends the connection.
        #expect(await server.disconnected.kind == .protocolViolation)
        return RawPeer.frames(in: await raw.receiveAll()).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// A hello of version 1 without fields.
    private static let hello: [UInt8] = [0, 0, 0, 4, 0x93, 0, 1, 0x80]

    /// Calls, a notification, a cancel and a ping; the last frame is a second hello.
    private static let session: [UInt8] = {
        var bytes = hello
        for id in 1...4 as ClosedRange<UInt64> {
            RawPeer.writeCall(id, "echo", [0x91, 0xa5] + Array("hello".utf8) + [0xc0], into: &bytes)
            RawPeer.writeCall(id + 10, "integer", [0xc0, 0x81, 0xa5] + Array("value".utf8) + [7], into: &bytes)
            bytes += [0, 0, 0, 3, 0x92, 4, 99] + [0, 0, 0, 3, 0x92, 11, 5]
        }
        return bytes + [0, 0, 0, 8, 0x94, 5, 0xa3] + Array("one".utf8) + [0xc0, 0xc0] + hello
    }()
}
