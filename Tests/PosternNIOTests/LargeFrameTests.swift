import NIOCore
@testable import PosternNIO
import Testing

struct LargeFrameTests {
    /// A frame whose length is `length`, of counting bytes.
    private static func frame(_ length: Int) -> [UInt8] {
        let prefix = (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
        return prefix + (0..<length).map { UInt8(truncatingIfNeeded: $0) }
    }

    @Test("A large frame in pieces is what was sent, and leaves what follows it")
    func piecesAreJoined() throws {
        let whole = Self.frame(200_000)
        let large = try #require(LargeFrame(ByteBuffer(bytes: whole[..<1_000])))
        var end = 1_000
        for size in [1, 0, 99_000, 60_000] {
            var piece = ByteBuffer(bytes: whole[end..<end + size])
            large.take(from: &piece)
            #expect(piece.readableBytes == 0)
            end += size
            #expect(large.missing == whole.count - end)
        }
        var last = ByteBuffer(bytes: whole[end...] + [1, 2, 3])
        large.take(from: &last)
        #expect(large.missing == 0 && large.bytes == whole)
        #expect(last == ByteBuffer(bytes: [1, 2, 3]))
    }

    @Test("M1: memory is allocated for what has arrived, not for an announced length")
    func announcedLengthsAllocateNothing() throws {
        let large = try #require(LargeFrame(ByteBuffer(bytes: [1, 0, 0, 0, 7])))
        #expect(large.bytes.capacity < 1_000)
        var input = ByteBuffer(bytes: [UInt8](repeating: 7, count: 10_000))
        large.take(from: &input)
        #expect(large.bytes.capacity < 100_000)
    }

    @Test("A short frame, and a part of a length, are kept as they are")
    func shortFramesAreKept() {
        for bytes in [[], [0], [0, 0, 1], Self.frame(LargeFrame.leastBytes - 5), [0, 0, 255, 251, 7]] as [[UInt8]] {
            guard case .short(let buffer) = PartialFrame(ByteBuffer(bytes: bytes)) else {
                Issue.record("\(bytes.count) bytes are taken for a large frame")
                continue
            }
            #expect(buffer == ByteBuffer(bytes: bytes))
        }
        guard case .large = PartialFrame(ByteBuffer(bytes: [0, 0, 255, 252])) else {
            Issue.record("a frame of 64 KiB is taken for a short one")
            return
        }
    }
}
