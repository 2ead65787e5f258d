@testable import Postern
import Testing

struct OutboxTests {
    private static let large = [UInt8](repeating: 7, count: Outbox.leastPart)

    private func reply(_ id: UInt64, _ value: [UInt8], to outbox: inout Outbox, limit: Int = .max) -> Bool {
        outbox.write(behind: nil, value, limit: limit) { FrameWriter.begin(.reply, fields: 3, id: id, into: &$0) }
    }

    /// Returns whether a part is the large value itself, not a copy.
    private static func isLarge(_ part: [UInt8]) -> Bool { part.span.isIdentical(to: large.span) }

    private func opened() -> Outbox {
        var outbox = Outbox()
        outbox.open(limit: .max)
        return outbox
    }

    private func replies(in bytes: [UInt8]) throws -> [UInt64: Int] {
        var (reader, sizes) = (FrameReader(), [UInt64: Int]())
        while let frame = try reader.next(in: bytes.span) {
            guard case .reply(let id, let value) = frame else { throw CancellationError() }
            sizes[id] = value.count
        }
        return sizes
    }

    @Test("A large value is sent between short ones, in a part that is not a copy of it")
    func largeValuesAreNotCopied() throws {
        var outbox = opened()
        for (index, value) in [[1], Self.large, [3], Self.large, Self.large].enumerated() {
            #expect(reply(UInt64(index) + 1, value, to: &outbox))
        }
        let output = outbox.take()
        #expect(output.byteCount == output.bytes.count && outbox.byteCount == 0 && outbox.take().isEmpty)
        let size = Self.large.count
        #expect(try replies(in: output.bytes) == [1: 1, 2: size, 3: 1, 4: size, 5: size])
        let parts = output.front.filter { $0.count == size }
        #expect(parts.count == 3 && parts.allSatisfy(Self.isLarge))
    }

    @Test("A large value that does not fit a frame leaves nothing behind, nor do its references")
    func largeValuesHaveToFit() throws {
        var outbox = opened()
        #expect(reply(1, [1], to: &outbox))
        let before = outbox.byteCount
        #expect(!reply(2, Self.large, to: &outbox, limit: Self.large.count))
        let references = ReferenceNumbers(lent: [1])
        let fits = outbox.write(behind: references, Self.large, limit: Self.large.count) { output in
            FrameWriter.begin(.reply, fields: 3, id: 3, into: &output)
        }
        #expect(!fits && outbox.byteCount == before)
        #expect(try replies(in: outbox.take().bytes) == [1: 1])
    }

    @Test("The frames of a turn with large replies follow what waits")
    func turnsFollow() throws {
        var (outbox, turn) = (opened(), [UInt8]())
        #expect(reply(1, Self.large, to: &outbox) && reply(2, [2], to: &outbox))
        let start = FrameWriter.begin(.reply, fields: 3, id: 3, into: &turn)
        turn += Self.large
        FrameWriter.end(start, in: &turn)
        outbox.append(turn)
        #expect(reply(4, [4], to: &outbox))
        let sizes = [1: Self.large.count, 2: 1, 3: Self.large.count, 4: 1] as [UInt64: Int]
        #expect(try replies(in: outbox.take().bytes) == sizes)
    }

    @Test("While much output waits, only the last ping is answered, behind the output")
    func pingsInACrowd() throws {
        var session = PeerSession()
        for id in 1...2 { #expect(reply(UInt64(id), [UInt8](repeating: 7, count: 2 << 20), to: &session.state.outbox)) }
        let byteCount = session.state.outbox.byteCount
        for number in 1...1_000 {
            _ = session.receive { FrameWriter.writeNumbers(.ping, UInt64(number), into: &$0) }
        }
        #expect(session.state.outbox.byteCount == byteCount)
        let sent = try session.sent()
        guard sent.count == 3, case .pong(1_000) = sent[2] else { throw CancellationError() }
        for number in 1...2 as ClosedRange<UInt64> {
            _ = session.receive { FrameWriter.writeNumbers(.ping, number, into: &$0) }
        }
        guard case .pong(1) = try session.sent().first else { throw CancellationError() }
    }

    @Test("A ping that waits is answered before a goodbye, and not after a peer that does not read was cut")
    func goodbyesBehindPongs() throws {
        for (reason, count) in [(DisconnectReason(.closedHere, "over"), 3), (.overBudget, 1)] {
            var session = PeerSession()
            #expect(reply(1, [UInt8](repeating: 7, count: 4 << 20), to: &session.state.outbox))
            _ = session.receive { FrameWriter.writeNumbers(.ping, 5, into: &$0) }
            _ = session.state.close(reason)
            let sent = try session.sent()
            guard sent.count == count, case .goodbye = sent[count - 1] else { throw CancellationError() }
            if count == 3, case .pong(5) = sent[1] { continue }
            #expect(count == 1)
        }
    }

    @Test("Calls with large arguments are found when they can no longer be sent")
    func largeCallsAreDiscarded() throws {
        var session = PeerSession()
        let state = session.state
        let id = session.state.calls.reserveID()
        try session.state.beginCall(id, OutgoingCall("a/b", [0xc4] + Self.large), "caller")
        #expect(session.state.outbox.byteCount > state.outbox.byteCount + Self.large.count)
        #expect(session.state.outbox.discard(hasCalls: true) == [id] && session.state.outbox.isEmpty)
    }
}
