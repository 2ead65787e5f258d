@testable import Postern
import Testing

/// Frames for a remote peer with the smallest limits.
struct SmallFrameTests {
    @Test(arguments: [1, UInt64(Int64.max)], [64, 65, 70, 80, 90, 100, 128, 200, 1_000, 2_000])
    func anErrorFitsEveryLimit(id: UInt64, limit: Int) throws {
        let details = Payload(bytes: [UInt8](repeating: 1, count: 1_000), codec: MessagePack.self)
        var error = CallError(
            CallError.Code(rawValue: .min),
            String(repeating: "é", count: 1_000),
            name: .notFound,
            executed: .yes,
            details: details
        )
        error.traceID = String(repeating: "t", count: 64)
        error.hops = [CallError.Hop(method: "m", peer: "p", trace: String(repeating: "a", count: 1_000))]
        for kind in [Frame.Kind.failure, .end] {
            var bytes: [UInt8] = []
            FrameWriter.writeFailure(kind, id: id, error, limit: limit, into: &bytes)
            #expect(bytes.count - FrameSplitter.lengthBytes <= limit)
            var reader = FrameReader()
            let read: FailureFrame? =
                switch try reader.next(in: bytes.span) {
                case .failure(id, let failure): failure
                case .end(id, let failure): failure
                default: nil
                }
            let failure = CallError(try #require(read), in: bytes)
            #expect(failure.code == error.code && failure.executed == .yes)
            #expect(error.message.hasPrefix(failure.message) && failure.message.count >= 16)
        }
    }

    @Test(arguments: [64, 100, 1 << 20])
    func aGoodbyeFitsEveryLimit(limit: Int) throws {
        var bytes: [UInt8] = []
        FrameWriter.writeGoodbye(code: 1, String(repeating: "x", count: 5_000), limit: limit, into: &bytes)
        #expect(bytes.count - FrameSplitter.lengthBytes <= min(limit, 1_024))
        var reader = FrameReader()
        guard case .goodbye(code: 1, let text)? = try reader.next(in: bytes.span) else { throw CancellationError() }
        #expect(text.count >= 32)
    }

    @Test(arguments: [0, 16, 63, 64])
    func aHelloWithASmallerLimitThanAFrameOfNumbersIsRefused(limit: Int) {
        var session = PeerSession(greeted: false)
        let action = session.receive { FrameWriter.writeHello(Hello(maximumFrameBytes: limit), into: &$0) }
        #expect(action.words == (limit < 64 ? "disconnect: protocol violation" : "none"))
    }

    @Test
    func earlyMessagesAboveTheLimitAreNotSent() throws {
        var session = PeerSession(greeted: false)
        _ = session.state.outbox.take()
        let numbers = ReferenceNumbers(lent: [7, 9])
        for (caller, bytes, references) in [("a", 10, numbers), ("b", 500, numbers), ("c", 20, nil), ("d", 500, nil)] {
            let arguments =
                [0x91, 0xc5, UInt8(bytes >> 8), UInt8(bytes & 0xff)] + [UInt8](repeating: 0, count: bytes) + [0xc0]
            let id = session.state.calls.reserveID()
            _ = try session.state.wait(id, OutgoingCall("m", arguments, references), caller, at: session.now)
        }
        _ = session.receive { FrameWriter.writeHello(Hello(maximumFrameBytes: 100), into: &$0) }
        #expect(session.unsent == ["b", "d"])
        #expect(session.state.calls.count == 2)
        let sent = try session.sent().map { frame -> String in
            switch frame {
            case .references(let numbers): "references \(numbers.lent)"
            case .call(let call): "call \(call.id)"
            default: "\(frame)"
            }
        }
        #expect(sent == ["references [7, 9]", "call 1", "call 3"])
    }

    @Test
    func aStreamWhoseEpochDoesNotFitIsNotOpened() throws {
        var session = PeerSession(greeted: false)
        _ = session.receive { FrameWriter.writeHello(Hello(maximumFrameBytes: 64), into: &$0) }
        for id: UInt64 in [1, 2] { session.state.beginServing(id) }
        let long = StreamPosition(epoch: String(repeating: "e", count: 60), offset: 1)
        #expect(session.state.openStream(1, long) == .tooLarge)
        #expect(session.state.openStream(2, StreamPosition(epoch: "e", offset: .max)) == .opened)
        #expect(session.state.isWanted(1))
    }
}
