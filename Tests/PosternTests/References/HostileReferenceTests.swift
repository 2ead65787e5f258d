@testable import Postern
import Testing

/// One peer that receives frames as a hostile client would send them.
@Suite(.timeLimit(.minutes(10)))
struct HostileReferenceTests {
    @Test("M9: every number that is not held fails with the same error")
    func numbersThatAreNotHeldRevealNothing() throws {
        let owner = try session()
        let other = try session()
        let number = try export(Reference(to: Router()), by: other)
        let released = try export(Callback {}, by: owner)
        send(to: owner) { FrameWriter.writeRelease(released, 1, into: &$0) }
        let paths = [
            "$/\(number)", "$/\(number)/rpc/describe", "$/\(released)", "$/1", "$/0", "$/-1", "$/9223372036854775808",
            "$/99999999999999999999", "$/x", "$/", "$//", "$/01",
        ]
        let answers = try paths.map { path in
            let frames = try exchange(owner) { Wire.call(1, path, into: &$0) }
            return try failure(in: frames)
        }
        #expect(Set(answers) == ["-32001 no No such reference"])
        #expect(owner.isConnected)
    }

    @Test("M9: the hundred and first attempt closes the connection")
    func guessingEndsTheConnection() throws {
        let owner = try session()
        for number in 0..<100 {
            send(to: owner) { output in
                switch number % 4 {
                case 0: Wire.call(UInt64(number + 1), "$/\(number)", into: &output)
                case 1: Wire.notify("$/7", into: &output)
                case 2: FrameWriter.writeRelease(UInt64(number), 1, into: &output)
                default: Wire.references([], [5], into: &output)
                }
            }
        }
        #expect(owner.isConnected)
        send(to: owner) { FrameWriter.writeRelease(5, 1, into: &$0) }
        #expect(owner.disconnectReason?.kind == .protocolViolation)
    }

    @Test("M10: releasing more than is held closes the connection", arguments: [2, UInt64.max])
    func releasingTooMuchEndsTheConnection(count: UInt64) throws {
        let owner = try session()
        let number = try export(Callback {}, by: owner)
        send(to: owner) { FrameWriter.writeRelease(number, count, into: &$0) }
        #expect(owner.disconnectReason?.kind == .protocolViolation)
        #expect(owner.exportedReferences.isEmpty)
    }

    @Test("M10: released twice, and used afterwards, is counted and changes nothing")
    func theUseOfAReleasedNumberIsCounted() throws {
        let owner = try session()
        let number = try export(Callback {}, by: owner)
        #expect(owner.exportedReferences.map(\.number) == [number])
        for _ in 0..<2 { send(to: owner) { FrameWriter.writeRelease(number, 1, into: &$0) } }
        let frames = try exchange(owner) { Wire.call(1, "$/\(number)", into: &$0) }
        #expect(try failure(in: frames).hasPrefix("-32001"))
        #expect(owner.isConnected && owner.exportedReferences.isEmpty)
    }

    @Test("M12: exporting more than the limit closes the connection")
    func exportingTooMuchEndsTheConnection() throws {
        var limits = PeerLimits()
        limits.references = 10_000
        let peer = try session(limits: limits)
        send(to: peer) { Wire.references(Array(1...10_000), [], into: &$0) }
        #expect(peer.importedReferences.count == 10_000)
        send(to: peer) { FrameWriter.writeNumbers(.pong, 1, into: &$0) }
        #expect(peer.isConnected && peer.importedReferences.isEmpty)
        send(to: peer) { Wire.references(Array(1...10_001), [], into: &$0) }
        #expect(peer.disconnectReason?.kind == .protocolViolation)
        #expect(peer.importedReferences.isEmpty)
    }

    @Test(
        "Exports stay within the limit of the other side, which is 10,000 if its hello has none",
        arguments: [3, 10_000, 10_050]
    )
    func exportsStayWithinTheLimitOfTheOtherSide(most: Int) throws {
        let owner = try session(by: most == 10_000 ? Hello() : Hello(maximumReferences: UInt32(most)))
        try owner.notify("take", (0..<most).map { _ in Callback {} })
        let error = #expect(throws: CallError.self) { try owner.notify("take", Callback {}) }
        #expect(error?.code == .tooManyReferences && error?.message.contains("\(most)") == true)
        #expect(owner.exportedReferences.count == most)
    }

    @Test
    func aListThatExceedsAMessageIsRejected() {
        var bytes: [UInt8] = []
        Wire.references([UInt64](repeating: 1, count: 100_001), [], into: &bytes)
        #expect(throws: ProtocolViolation.self) {
            var reader = FrameReader()
            _ = try reader.next(in: bytes.span)
        }
    }

    @Test
    func aReferenceWithoutAReferencesFrameIsNoArgument() async throws {
        let router = Router()
        router.root.register("take", Parameter<Callback>("function"), options: .init(execution: .onEventLoop)) {
            (_: Callback) in
        }
        let peer = try session(router)
        var arguments: [UInt8] = [0x91]
        MessagePack.write(WireReference(isReturned: false, kind: .function, number: 7), into: &arguments)
        let frames = try exchange(peer) { Wire.call(1, "take", arguments: arguments + [0xc0], into: &$0) }
        #expect(try failure(in: frames).hasPrefix("-32602"))
    }

    @Test
    func referencesBeforeAnUnrelatedFrameAreReleased() async throws {
        let peer = try session()
        send(to: peer) { Wire.references([7], [], into: &$0) }
        #expect(peer.importedReferences.map(\.count) == [1])
        send(to: peer) { FrameWriter.writeNumbers(.pong, 1, into: &$0) }
        while !peer.importedReferences.isEmpty { await Task.yield() }
        var frames: [Frame] = []
        while frames.isEmpty {
            frames = try read(peer.takeOutput().bytes)
            await Task.yield()
        }
        #expect(frames == [.release(number: 7, count: 1)])
    }

    @Test("Releases of one turn are sent together")
    func releasesOfOneTurnAreSentTogether() async throws {
        let peer = try session()
        send(to: peer) { Wire.references([1, 2, 3], [], into: &$0) }
        send(to: peer) { FrameWriter.writeNumbers(.pong, 1, into: &$0) }
        var frames: [Frame] = []
        while frames.isEmpty {
            frames = try read(peer.takeOutput().bytes)
            await Task.yield()
        }
        #expect(frames == (1...3).map { .release(number: $0, count: 1) })
    }

    private func session(
        _ dispatcher: any Dispatcher = NothingExposed(),
        limits: PeerLimits = .standard,
        by hello: Hello = Hello()
    ) throws -> Peer {
        let peer = Peer(transport: Nowhere(), exposing: dispatcher, limits: limits)
        send(to: peer) { FrameWriter.writeHello(hello, into: &$0) }
        _ = peer.takeOutput()
        return peer
    }

    private func send(to peer: Peer, _ write: (inout [UInt8]) -> Void) {
        var bytes: [UInt8] = []
        write(&bytes)
        peer.receive(bytes)
    }

    private func exchange(_ peer: Peer, _ write: (inout [UInt8]) -> Void) throws -> (frames: [Frame], bytes: [UInt8]) {
        send(to: peer, write)
        let bytes = peer.takeOutput().bytes
        return (try read(bytes), bytes)
    }

    /// Exports a value by one message, and returns the number of its reference.
    private func export(_ value: some Encodable, by peer: Peer) throws -> UInt64 {
        try peer.notify("take", value)
        let frames = try read(peer.takeOutput().bytes)
        guard case .references(let numbers)? = frames.first else { throw CancellationError() }
        return try #require(numbers.lent.first)
    }

    private func read(_ bytes: [UInt8]) throws -> [Frame] {
        var reader = FrameReader()
        var frames: [Frame] = []
        while let frame = try reader.next(in: bytes.span) { frames.append(frame) }
        return frames
    }

    private func failure(in answer: (frames: [Frame], bytes: [UInt8])) throws -> String {
        guard case .failure(_, let failure)? = answer.frames.first else { throw CancellationError() }
        // There is one frame, so its ranges are offsets into all bytes.
        let error = CallError(failure, in: answer.bytes)
        return "\(error.code.rawValue) \(error.executed) \(error.message)"
    }
}

/// A transport that sends nothing; the test takes the output.
private struct Nowhere: FrameTransport {
    func outputBecameReady() {}
    func close() {}
}

extension Wire {
    fileprivate static func notify(_ path: String, into output: inout [UInt8]) {
        let start = FrameWriter.begin(.notify, fields: 4, into: &output)
        MessagePack.write(path, into: &output)
        output += [0xc0, 0xc0]
        FrameWriter.end(start, in: &output)
    }

    fileprivate static func references(_ lent: [UInt64], _ returned: [UInt64], into output: inout [UInt8]) {
        let numbers = ReferenceNumbers(lent: lent, returned: returned)
        _ = FrameWriter.writeReferences(numbers, limit: .max, into: &output)
    }
}
