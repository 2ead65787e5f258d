import Testing

@testable import LibWebSockets

@Suite struct ClientMaskTests {
    /// The size of a frame's payload, and of the header before its mask.
    @Test(arguments: [(0, 2), (125, 2), (126, 4), (0xFFFF, 4), (0x10000, 10)])
    func masksAddFourBytes(payload: Int, header: Int) {
        for piece in Set([0, payload / 2, payload]) {
            for bytes in header + piece..<header + piece + 4 {
                #expect(ClientMask.isMissing(piece, of: payload, in: bytes))
            }
            #expect(!ClientMask.isMissing(piece, of: payload, in: header + piece + 4))
        }
    }

    /// More frames may have arrived with the first, and a system that does not count bytes returns 0.
    @Test(arguments: [-1, 0, 5, 1_000]) func otherByteCountsProveNothing(bytes: Int) {
        #expect(!ClientMask.isMissing(100, of: 100, in: bytes))
    }
}
