import Postern
import Testing

@testable import PosternJSONRPC

/// Results that become too large while they are written as JSON.
@Suite struct LargeResultTests {
    private static func packed(_ value: some Encodable) throws -> Payload { try Payload(encoding: value) }

    @Test func aTextOfControlCharactersIsNotWrittenAboveTheLimit() throws {
        let payload = try Self.packed(String(repeating: "\u{1}", count: 1 << 20))
        var output: [UInt8] = []
        #expect(throws: PayloadError.tooLarge) { try payload.appendJSON(to: &output, atMost: 2 << 20) }
        #expect(output == [])
        #expect(output.capacity < 1 << 20)
        try payload.appendJSON(to: &output, atMost: 7 << 20)
        #expect(output.count == 6 << 20 + 2)
    }

    @Test func manySmallValuesEndAtTheLimit() throws {
        let payload = try Self.packed(Array(repeating: String(repeating: "\u{1}", count: 1_000), count: 2_000))
        var output: [UInt8] = []
        #expect(throws: PayloadError.tooLarge) { try payload.appendJSON(to: &output, atMost: 1 << 20) }
        // The array grows to twice its size at most, and never to the size of the whole value.
        #expect(output.capacity < 4 << 20)
    }

    @Test func aValueIsPreparedOnlyIfItIsLarge() throws {
        #expect(try !Self.packed("short").isWorthPreparing)
        let large = try Self.packed(String(repeating: "x", count: 100_000))
        #expect(large.isWorthPreparing)
        let prepared = try large.preparedForJSON(atMost: 1 << 20)
        let isJSON = prepared.codec == JSON.self
        #expect(isJSON)
        #expect(prepared.bytes.count == 100_002)
        #expect(!prepared.isWorthPreparing)
        let error = #expect(throws: CallError.self) { try large.preparedForJSON(atMost: 1_000) }
        #expect(error?.code == .responseTooLarge)
        #expect(error?.executed == .yes)
    }
}
