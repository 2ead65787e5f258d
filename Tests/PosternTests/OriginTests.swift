import Testing

@testable import Postern

/// The mark of messages that were transcoded from JSON.
struct OriginTests {
    @Test func theReferencesFrameMarksTheOriginForAPeerThatAcceptsIt() throws {
        let old = PeerSession()
        #expect(old.state.preface(nil, isFromJSON: true) == nil)
        var new = PeerSession(greeted: false)
        _ = new.state.outbox.take()
        _ = new.receive { FrameWriter.writeHello(Hello(takesOrigin: true), into: &$0) }
        #expect(new.state.preface(nil, isFromJSON: false) == nil)
        let preface = try #require(new.state.preface(nil, isFromJSON: true))
        try new.state.notify("a", [0xc0, 0xc0], preface)
        #expect(new.state.outbox.take().bytes.starts(with: [0, 0, 0, 5, 0x94, 16, 0x90, 0x90, 4]))
    }

    @Test func theFlagAndTheReferencesFrameAreRead() throws {
        let call: [UInt8] = [0, 0, 0, 9, 0x98, 1, 5, 0xa1, 0x61, 0xc0, 4, 0, 0xc0, 0xc0].withLength
        var reader = FrameReader()
        guard case .call(let frame)? = try reader.next(in: call.span) else { throw CancellationError() }
        #expect(frame.flags == .isFromJSON && frame.codec == MessagePackFromJSON.self)
        for (flags, isFromJSON) in [(UInt8(4), true), (3, false), (7, true)] {
            let bytes: [UInt8] = [0, 0, 0, 0, 0x94, 16, 0x90, 0x90, flags].withLength
            var reader = FrameReader()
            guard case .references(let numbers)? = try reader.next(in: bytes.span) else { throw CancellationError() }
            #expect(numbers.isFromJSON == isFromJSON)
        }
    }
}

extension [UInt8] {
    fileprivate var withLength: [UInt8] {
        var bytes = self
        bytes[3] = UInt8(count - 4)
        return bytes
    }
}
