import Testing

@testable import LibWebSockets

@Suite struct ClientMaskTests {
    @Test(arguments: [(0, 2), (125, 2), (126, 4), (0xFFFF, 4), (0x10000, 10)])
    func masksAddFourBytes(payload: Int, header: Int) {
        for bytes in header + payload..<header + payload + 4 {
            #expect(ClientMask.isMissing(payload: payload, of: bytes))
        }
        #expect(!ClientMask.isMissing(payload: payload, of: header + payload + 4))
    }

    /// More frames may have arrived with the first, and a system that does not count bytes returns 0.
    @Test(arguments: [-1, 0, 5, 1_000]) func otherByteCountsProveNothing(bytes: Int) {
        #expect(!ClientMask.isMissing(payload: 100, of: bytes))
    }
}
