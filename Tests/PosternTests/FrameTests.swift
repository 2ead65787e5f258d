@testable import Postern
import PosternTestSupport
import Testing

struct FrameTests {
    @Test
    func aSessionSplitAtAnyByteReadsTheSame() throws {
        let session = Self.session()
        let whole = try Self.frames(in: [session])
        #expect(session.count >= 200)
        #expect(whole.count == 19)
        for split in 0...session.count {
            let parts = [Array(session[..<split]), Array(session[split...])]
            #expect(try Self.frames(in: parts) == whole, "split at \(split)")
        }
        #expect(try Self.frames(in: session.map { [$0] }) == whole)
    }

    @Test(
        arguments: [
            ([0, 0, 0, 0], "a frame of no bytes"),
            ([0, 0, 0, 101], "larger than the limit"),
            ([0xff, 0xff, 0xff, 0xff], "larger than the limit"),
        ] as [([UInt8], String)]
    )
    func anInvalidLengthIsRefusedBeforeTheBodyArrives(bytes: [UInt8], message: String) {
        let error = #expect(throws: DisconnectReason.self) {
            try FrameSplitter.wholeFrames(in: bytes.span, limit: 100)
        }
        #expect(error?.message.contains(message) == true)
    }

    @Test
    func aFrameOfTheMaximumSizeIsAccepted() throws {
        let bytes = [0, 0, 0, 100] + [UInt8](repeating: 0, count: 100)
        let whole = try FrameSplitter.wholeFrames(in: bytes.span, limit: 100)
        let half = try FrameSplitter.wholeFrames(in: bytes.span.extracting(droppingLast: 1), limit: 100)
        #expect((whole, half) == (104, 0))
    }

    @Test(
        arguments: [
            [0xc1], [0xc0], [0x90], [0x91, 0x01], [0x92, 0x0e, 0x01], [0x92, 0xff, 0x01], [0x92, 0x04, 0xc1],
            [0x92, 0x04, 0x01, 0x01], [0x92, 0x04], [0x93, 0x02, 0x01], [0x92, 0x04, 0xa1, 0x61],
            [0xdd, 0xff, 0xff, 0xff, 0xff],
            [0x98, 0x01, 0x01, 0xdb, 0xff, 0xff, 0xff, 0xff], [0x93, 0x00, 0x01, 0xdf, 0xff, 0xff, 0xff, 0xff],
            [0x92, 0x0f, 0x01], [0x93, 0x0f, 0x01, 0xff], [0x93, 0x10, 0x90, 0x01], [0x93, 0x10, 0x91, 0xa0, 0x90],
            [0x93, 0x10, 0x90, 0x90, 0x01], [0x93, 0x10, 0xdd, 0xff, 0xff, 0xff, 0xff, 0x90],
            [0x93, 0x02, 0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        ] as [[UInt8]]
    )
    func invalidBytesAreAViolation(body: [UInt8]) {
        let bytes = [0, 0, 0, UInt8(body.count)] + body
        #expect(throws: ProtocolViolation.self) {
            var reader = FrameReader()
            _ = try reader.next(in: bytes.span)
        }
    }

    @Test
    func theFirstFrameIsValidatedWithoutTheFollowingOnes() throws {
        let bytes: [UInt8] = [0, 0, 0, 1, 7, 0, 0, 0, 200, 1, 2]
        let first = try FrameSplitter.firstFrame(in: bytes.span, limit: 100)
        let half = try FrameSplitter.firstFrame(in: bytes.span.extracting(first: 4), limit: 100)
        #expect((first, half) == (5, 0))
    }

    @Test
    func randomBytesNeverTrap() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SplitMix(seed: seed)
        for round in 0..<20_000 {
            var body = (0..<Int.random(in: 1...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
            }
            // Half of them begin like a frame, so that more than the first check is reached.
            if round.isMultiple(of: 2) {
                body.insert(contentsOf: [0x90 | UInt8(round / 2 % 9), UInt8(round / 18 % 17)], at: 0)
            }
            let bytes = [0, 0, 0, UInt8(body.count)] + body
            var session = PeerSession()
            // The result is irrelevant: a trap would end the test run.
            var reader = FrameReader()
            while let frame = try? reader.next(in: bytes.span) { _ = session.state.receive(frame, in: bytes) }
        }
    }

    @Test
    func anErrorWithTooManyDetailsArrivesWithoutThem() throws {
        var bytes: [UInt8] = []
        let details = Payload(bytes: [UInt8](repeating: 1, count: 1_000), codec: MessagePack.self)
        FrameWriter.writeFailure(id: 1, CallError(.busy, "later", details: details), limit: 200, into: &bytes)
        #expect(bytes.count < 200)
        var reader = FrameReader()
        guard case .failure(id: 1, let failure)? = try reader.next(in: bytes.span) else { throw CancellationError() }
        #expect(CallError(failure, in: bytes).message == "later")
        #expect(CallError(failure, in: bytes).details == nil)
    }

    /// One frame of every kind, more than 200 bytes in total.
    private static func session() -> [UInt8] {
        var bytes: [UInt8] = []
        FrameWriter.writeHello(Hello(name: "somebody"), into: &bytes)
        Wire.call(1, "calculator/add", arguments: [0x92, 1, 2, 0xc0], into: &bytes)
        Wire.call(300, "calculator/add", depth: 3, into: &bytes)
        Wire.answer(.reply, 1, [0xa5] + Array("hello".utf8), into: &bytes)
        FrameWriter.writeFailure(id: 2, CallError(.busy, "later"), limit: .max, into: &bytes)
        var traced = CallError(.unavailable, "gone")
        traced.hops = [CallError.Hop(method: "a", peer: "b", trace: "c"), CallError.Hop(method: "d", peer: "")]
        FrameWriter.writeFailure(id: 7, traced, limit: .max, into: &bytes)
        FrameWriter.writeNumbers(.cancel, 3, into: &bytes)
        let notify = FrameWriter.begin(.notify, fields: 4, into: &bytes)
        MessagePack.write("log/line", into: &bytes)
        bytes += [0x91, 7, 0xc0]
        FrameWriter.end(notify, in: &bytes)
        Wire.stream(4, into: &bytes)
        Wire.item(4, into: &bytes)
        FrameWriter.writeNumbers(.end, 4, into: &bytes)
        FrameWriter.writeFailure(.end, id: 5, CallError(.unavailable, "gone"), limit: .max, into: &bytes)
        FrameWriter.writeNumbers(.credit, 4, 32, into: &bytes)
        Wire.answer(.progress, 6, into: &bytes)
        FrameWriter.writeNumbers(.ping, 1, into: &bytes)
        FrameWriter.writeNumbers(.pong, 1 << 40, into: &bytes)
        FrameWriter.writeRelease(1 << 60, 3, into: &bytes)
        _ = FrameWriter.writeReferences(ReferenceNumbers(lent: [1, 1 << 60], returned: [2]), limit: 100, into: &bytes)
        FrameWriter.writeGoodbye(code: 0, "stopping", limit: .max, into: &bytes)
        return bytes
    }

    /// Reads parts one after the other, as a transport does.
    ///
    /// Ranges are relative to the frame.
    private static func frames(in parts: [[UInt8]]) throws -> [String] {
        var rest: [UInt8] = []
        var frames: [String] = []
        for part in parts {
            rest += part
            let count = try FrameSplitter.wholeFrames(in: rest.span, limit: 1_000)
            var reader = FrameReader()
            let whole = Array(rest[..<count])
            var read = 0
            while let frame = try reader.next(in: whole.span) {
                let end = FrameSplitter.endOfFrame(at: read, in: whole.span) ?? whole.count
                frames.append("\(whole[read..<end].map { $0 }) \(String(describing: frame).prefix(6))")
                read = end
            }
            rest.removeFirst(count)
        }
        #expect(rest.isEmpty)
        return frames
    }
}
