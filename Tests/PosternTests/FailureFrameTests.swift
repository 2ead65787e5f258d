import Testing

@testable import Postern

/// The bytes of error frames, with and without hops.
struct FailureFrameTests {
    private static let hops = [
        CallError.Hop(method: "int", peer: "server", trace: "NotANumber"),
        CallError.Hop(method: "relay", peer: "", trace: nil),
    ]

    @Test func anErrorWithHopsHasSevenFields() throws {
        var error = CallError(.busy, "later", details: Payload(bytes: [7], codec: MessagePack.self))
        error.hops = [CallError.Hop(method: "a", peer: "b", trace: "c"), CallError.Hop(method: "d", peer: "")]
        var bytes: [UInt8] = []
        FrameWriter.writeFailure(id: 1, error, limit: .max, into: &bytes)
        let head: [UInt8] = [0, 0, 0, 0x1b, 0x97, 3, 1, 0xd1, 0x82, 0xf7, 0xa5] + Array("later".utf8) + [0]
        #expect(bytes == head + [0x92, 0x93, 0xa1, 0x61, 0xa1, 0x62, 0xa1, 0x63, 0x93, 0xa1, 0x64, 0xa0, 0xc0, 7])
    }

    @Test(arguments: [Frame.Kind.failure, .end])
    func hopsArriveAsTheyWereSent(kind: Frame.Kind) throws {
        for details in [nil, Payload(bytes: [0x93, 1, 2, 3], codec: MessagePack.self)] {
            var error = CallError(.unavailable, "gone", details: details)
            error.hops = Self.hops
            let read = try read(error, kind)
            #expect(read.hops == Self.hops && read.message == "gone" && read.executed == .unknown)
            #expect(read.details?.bytes == details?.bytes)
        }
    }

    @Test(arguments: [[], hops], [nil, Payload(bytes: [0xa1, 0x61], codec: MessagePack.self)])
    func theIdentifierOfAnErrorArrives(hops: [CallError.Hop], details: Payload?) throws {
        var error = CallError(.internalError, "broken", details: details)
        error.hops = hops
        error.traceID = "0af7651916cd43dd8448eb211c80319c"
        let read = try read(error)
        #expect(read.traceID == error.traceID)
        #expect(read.hops == hops && read.message == "broken" && read.details?.bytes == details?.bytes)
        #expect(try self.read(CallError(.internalError, "broken", details: details)).traceID == nil)
    }

    @Test func theIdentifierIsOmittedForAPeerThatDoesNotAcceptIt() {
        var error = CallError(.internalError, "broken")
        error.traceID = "1"
        error.hops = Self.hops
        let old = error.limited(to: Hello(maximumHops: 16))
        #expect(old.traceID == nil && old.hops == Self.hops)
        #expect(error.limited(to: Hello(maximumHops: 16, takesTraceIDs: true)).traceID == "1")
    }

    @Test func fieldsThatAreNotAcceptedAreOmitted() throws {
        var error = CallError(.busy, "later")
        error.hops = (0..<5).map { CallError.Hop(method: "method\($0)", peer: "péer", trace: "0123456789") }
        var limits = PeerLimits.standard
        limits.errorHops = 3
        limits.errorTraceBytes = 15
        limits.pathBytes = 2
        let read = try read(error, limits: limits)
        #expect(read.hops.map(\.trace) == ["0123456789", "01234", ""])
        #expect(read.hops.map(\.method) == ["me", "me", "me"])
        #expect(read.hops.map(\.peer) == ["p", "p", "p"])
    }

    @Test(
        arguments: [
            [],
            [0xc0],
            [0x91, 0xc0],
            [0x91, 0x92, 0xa1, 0x61, 0xa1, 0x62],
            [0x91, 0x93, 0xa1, 0x61, 0xa1, 0x62, 1],
            [0x91, 0x93, 0xa1, 0x61, 0xa1, 0x62, 0xc0],
            [0x91, 0x92, 0xa1, 0x61, 0xa1, 0x62, 0xc0, 0xc0],
            [0x91, 0x94, 0xa1, 0x61, 0xa1, 0x62, 0xc0, 0xc0],
            [0xdd, 0xff, 0xff, 0xff, 0xff],
            [0xdd, 0xff, 0xff, 0xff, 0xff, 0x93, 0xa0, 0xa0, 0xc0, 0xc0],
        ] as [[UInt8]]
    )
    func malformedHopsAreAViolation(hops: [UInt8]) {
        var bytes: [UInt8] = []
        let start = FrameWriter.begin(.failure, fields: 7, id: 1, into: &bytes)
        bytes += [0, 0xa0, 0] + hops
        FrameWriter.end(start, in: &bytes)
        var reader = FrameReader()
        #expect(throws: ProtocolViolation.self) { try reader.next(in: bytes.span) }
    }

    @Test(arguments: [Frame.Kind.failure, .end])
    func aNameArrivesWithHopsAndWithout(kind: Frame.Kind) throws {
        for hops in [[], Self.hops] {
            var error = CallError(.init(rawValue: 404), "no such room", name: .notFound)
            error.hops = hops
            let read = try read(error, kind)
            #expect(read.name == .notFound && read.hops == hops && read.message == "no such room")
        }
        #expect(try read(CallError(.busy, "later"), kind).name == .resourceExhausted)
        #expect(try read(CallError(.init(rawValue: 404), "no such room"), kind).name == .unknown)
    }

    @Test func aNameIsANumberBetweenExecutedAndHops() throws {
        var bytes: [UInt8] = []
        let error = CallError(.init(rawValue: 7), "", name: .alreadyExists)
        FrameWriter.writeFailure(id: 1, error, limit: .max, into: &bytes)
        #expect(bytes == [0, 0, 0, 9, 0x98, 3, 1, 7, 0xa0, 1, 6, 0x90, 0xc0])
    }

    @Test(arguments: [0, 17, 255])
    func anUnknownNameIsIgnored(number: UInt8) throws {
        var bytes: [UInt8] = []
        let start = FrameWriter.begin(.failure, fields: 8, id: 1, into: &bytes)
        bytes += [7, 0xa0, 1, 0xcc, number, 0x90, 0xc0]
        FrameWriter.end(start, in: &bytes)
        var reader = FrameReader()
        guard case .failure(id: 1, let frame) = try reader.next(in: bytes.span) else { throw CancellationError() }
        #expect(CallError(frame, in: bytes).name == .unknown)
    }

    @Test func aNameIsSentOnlyToAPeerThatAcceptsIt() {
        let error = CallError(.init(rawValue: 404), "", name: .notFound)
        #expect(error.limited(to: Hello(takesNames: true)).name == .notFound)
        #expect(error.limited(to: Hello()).name == .unknown)
    }

    @Test func anErrorDoesNotEnlargeTheResultOfACall() {
        #expect(MemoryLayout<Frame>.size <= 65)
        #expect(MemoryLayout<CallError>.size == MemoryLayout<(Int, String, UInt8, AnyObject?)>.size)
    }

    @Test func anErrorThatDoesNotFitLosesItsHops() throws {
        var error = CallError(.busy, "later")
        error.hops = [CallError.Hop(method: "int", peer: "server", trace: String(repeating: "a", count: 1_000))]
        var bytes: [UInt8] = []
        FrameWriter.writeFailure(id: 1, error, limit: 200, into: &bytes)
        #expect(bytes.count < 50 && bytes[4] == 0x96)
    }

    @Test func aHelloContainsTheMaximumNumberOfHops() throws {
        var bytes: [UInt8] = []
        FrameWriter.writeHello(Hello(maximumHops: 7, takesNames: true), into: &bytes)
        var reader = FrameReader()
        #expect(try reader.next(in: bytes.span) == .hello(Hello(maximumHops: 7, takesNames: true)))
        #expect(Hello().maximumHops == 0)
    }

    @Test(arguments: [
        ("aé€😀", 10), ("aé€", 9), ("aé€", 6), ("aé", 5), ("aé", 3), ("a", 2), ("a", 1), ("", 0), ("", -1),
    ])
    func textIsCutBetweenCharacters(text: String, bytes: Int) { #expect("aé€😀".cut(to: bytes) == text) }

    private func read(
        _ error: CallError,
        _ kind: Frame.Kind = .failure,
        limits: PeerLimits = .standard
    ) throws -> CallError {
        var bytes: [UInt8] = []
        FrameWriter.writeFailure(kind, id: 1, error, limit: .max, into: &bytes)
        var reader = FrameReader()
        switch try reader.next(in: bytes.span) {
        case .failure(id: 1, let frame): return CallError(frame, in: bytes, limits)
        case .end(id: 1, let frame?): return CallError(frame, in: bytes, limits)
        default: throw CancellationError()
        }
    }
}
