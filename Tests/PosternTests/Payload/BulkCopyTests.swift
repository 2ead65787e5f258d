import Testing

@testable import Postern

@Suite struct BulkCopyTests {
    @Test(arguments: [0, 1, 7, 63, 64, 65, 72, 1_001])
    func spansAreEqualIfAllBytesAre(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(isEqual(bytes, bytes + []))
        #expect(!isEqual(bytes, bytes + [0]))
        #expect(!isEqual(bytes + [0], bytes))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!isEqual(bytes, other))
        }
    }

    private func isEqual(_ bytes: [UInt8], _ other: [UInt8]) -> Bool { bytes.span.hasSameBytes(as: other.span) }
}
