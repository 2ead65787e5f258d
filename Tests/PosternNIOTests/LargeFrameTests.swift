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
        let large = try #require(LargeFrame(ByteBuffer(bytes: whole[..<70_000])))
        var end = 70_000
        for size in [1, 0, 60_000, 9_000] {
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
        #expect(LargeFrame(ByteBuffer(bytes: [1, 0, 0, 0, 7])) == nil)
        let part = [1, 0, 0, 0] + [UInt8](repeating: 7, count: LargeFrame.leastBytes)
        let large = try #require(LargeFrame(ByteBuffer(bytes: part)))
        #expect(large.bytes.capacity < 40 * part.count)
    }

    @Test("A short part is kept as it is, whatever the length of its frame")
    func shortPartsAreKept() {
        let short = Array(Self.frame(200_000)[..<(LargeFrame.leastBytes - 1)])
        for bytes in [[], [0], [0, 0, 1], [0, 0, 0, 9, 1], [0, 255, 255, 255, 7], short] as [[UInt8]] {
            guard case .short(let buffer) = PartialFrame(ByteBuffer(bytes: bytes)) else {
                Issue.record("\(bytes.count) bytes are taken for a large frame")
                continue
            }
            #expect(buffer == ByteBuffer(bytes: bytes))
        }
        guard case .large = PartialFrame(ByteBuffer(bytes: short + [7])) else {
            Issue.record("64 KiB are taken for a short part")
            return
        }
    }
}
