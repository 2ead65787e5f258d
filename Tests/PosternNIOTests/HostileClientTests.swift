import Postern
import PosternNIO
import Testing

@Suite(.timeLimit(.minutes(3)))
struct HostileClientTests {
    @Test(
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n".utf8.map { $0 }, DisconnectReason.Kind.protocolViolation),
            ([0, 0, 0, 0], .protocolViolation),
            ([0, 0, 0, 1, 0xc1], .protocolViolation),
            ([0, 0, 0, 3, 0x92, 0, 2], .versionMismatch),
            ([0, 0, 0, 4, 0x93, 0, 1, 0xc0], .protocolViolation),
            // A call before the hello.
            ([0, 0, 0, 10, 0x98, 1, 1, 0xa1, 0x61, 0xc0, 0, 0, 0xc0, 0xc0], .protocolViolation),
            // The first record of a client that speaks TLS.
            ([0x16, 3, 1, 2, 0, 1], .notSecured),
            // The length of a first frame of 16 KiB and one byte.
            ([0, 0, 0x40, 0x01], .protocolViolation),
        ] as [([UInt8], DisconnectReason.Kind)],
        [Wiring.tcp, .unix]
    )
    func aClientThatDoesNotGreetProperlyIsTurnedAway(
        _ test: ([UInt8], DisconnectReason.Kind),
        wiring: Wiring
    ) async throws {
        let dispatcher = Recorder()
        let (reason, received) = try await turnAway(test.0, wiring, dispatcher, patient)
        #expect(reason.kind == test.1)
        if test.1 == .versionMismatch {
            #expect(String(decoding: received, as: UTF8.self).contains("supported versions: 1"))
        }
        #expect(dispatcher.calls.value == 0)
    }

    @Test(arguments: [Wiring.tcp, .unix])
    func aFrameAboveTheLimitClosesBeforeItsBodyArrives(wiring: Wiring) async throws {
        let (reason, _) = try await turnAway(hello + [0x01, 0, 0, 0x01], wiring, Recorder(), patient)
        #expect(reason.kind == .protocolViolation)
        #expect(reason.message.contains("larger than the limit"))
    }

    @Test
    func halfAFrameThatDoesNotGoOnCloses() async throws {
        var options = ConnectionOptions()
        options.frameTimeout = .milliseconds(40)
        let (reason, _) = try await turnAway(hello + [0, 0, 0, 9, 0x98], .tcp, Recorder(), options)
        #expect(reason.kind == .timedOut)
    }

    @Test
    func aClientThatStaysSilentIsTurnedAway() async throws {
        var options = ConnectionOptions()
        options.frameTimeout = .milliseconds(40)
        let (reason, _) = try await turnAway([], .tcp, Recorder(), options)
        #expect(reason.kind == .timedOut)
    }

    @Test
    func aClientThatAnswersNoPingIsTurnedAway() async throws {
        var options = ConnectionOptions()
        options.pingInterval = .milliseconds(30)
        options.pingGrace = .milliseconds(30)
        let (reason, _) = try await turnAway(hello, .tcp, Recorder(), options)
        #expect(reason.kind == .timedOut)
    }

    @Test(arguments: [Wiring.tcp, .unix])
    func aSessionSentByteByByteIsServed(wiring: Wiring) async throws {
        let dispatcher = Recorder()
        let server = NativeServer(dispatcher, options: patient)
        let raw = try await RawConnection(to: try await server.start(at: wiring.address))
        let call: [UInt8] = [0, 0, 0, 10, 0x98, 1, 1, 0xa1, 0x61, 0xc0, 0, 0, 0xc0, 0xc0]
        for byte in hello + call { raw.send([byte]) }
        await dispatcher.called.wait()
        raw.close()
        await server.stop()
        #expect(dispatcher.calls.value == 1)
    }

    @Test(arguments: [Wiring.tcp, .unix])
    func aLargeCallRightBehindTheHelloIsServed(wiring: Wiring) async throws {
        let dispatcher = Recorder()
        let server = NativeServer(dispatcher, options: patient)
        let raw = try await RawConnection(to: try await server.start(at: wiring.address))
        // Arguments: a list of one text of 100,000 bytes.
        let text = [UInt8](repeating: 0x61, count: 100_000)
        let call = [0x98, 1, 1, 0xa1, 0x61, 0xc0, 0, 0, 0x91, 0xdb, 0x00, 0x01, 0x86, 0xa0] + text + [0xc0]
        raw.send(hello + [0, 0x01, 0x86, 0xaf] + call)
        await dispatcher.called.wait()
        raw.close()
        await server.stop()
        #expect(dispatcher.calls.value == 1)
    }

    /// Sends bytes to a server; gives why it closed and what it sent.
    private func turnAway(
        _ bytes: [UInt8],
        _ wiring: Wiring,
        _ dispatcher: Recorder,
        _ options: ConnectionOptions
    ) async throws -> (DisconnectReason, [UInt8]) {
        let (accepted, signal) = AsyncStream.makeStream(of: Peer.self)
        let server = NativeServer(dispatcher, options: options) { signal.yield($0) }
        let raw = try await RawConnection(to: try await server.start(at: wiring.address))
        raw.send(bytes)
        let peer = try #require(await accepted.first { _ in true })
        let reason = await peer.disconnected
        let received = await raw.receiveAll()
        await server.stop()
        return (reason, received)
    }

    /// Time enough on the busiest machine: what ends these connections is not the clock.
    private let patient = {
        var options = ConnectionOptions()
        options.frameTimeout = .seconds(60)
        return options
    }()

    /// A hello of version 1 without anything in it.
    private let hello: [UInt8] = [0, 0, 0, 4, 0x93, 0, 1, 0x80]
}

private struct Recorder: Dispatcher {
    let calls = Counter()
    let called = Gate()

    func dispatch(_ call: Call) async throws(CallError) -> Reply {
        calls.increment()
        called.open()
        return .value(Payload(bytes: [1], codec: MessagePack.self))
    }
}
