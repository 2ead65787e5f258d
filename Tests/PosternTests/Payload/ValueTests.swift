import Postern
import Testing

@Suite struct ValueTests {
    static let sample: Value = [
        "null": nil, "bool": true, "integer": -3, "double": 1.5, "text": "hi", "list": [1, [2, "three"], [:]],
        "bytes": .bytes([1, 2]), "large": .unsigned(.max),
    ]

    @Test func everyKindRoundTripsInOrder() throws {
        let payload = try Payload(encoding: Self.sample, as: MessagePack.self)
        #expect(try Value(decoding: payload) == Self.sample)
        #expect(try payload.decode(Value.self) == Self.sample)
        #expect(try Payload(encoding: [Self.sample], as: MessagePack.self).decode([Value].self) == [Self.sample])
    }

    @Test func membersAndElementsAreAccessible() {
        var value = Self.sample
        #expect(value["list"]?[1]?[0] == 2)
        #expect(value["list"]?[9] == nil)
        #expect(value["absent"] == nil)
        #expect(value[0] == nil)
        value["text"] = nil
        value["new"] = 5
        #expect(value["text"] == nil)
        #expect(value["new"] == 5)
        var null = Value.null
        null["a"] = 1
        #expect(null == ["a": 1])
    }

    @Test func sixtyFourLevelsAreEnough() throws {
        let nested = { (depth: Int) in (0..<depth).reduce(Value.null) { inner, _ in [inner] } }
        let payload = try Payload(encoding: nested(64), as: MessagePack.self)
        #expect(try Value(decoding: payload) == nested(64))
        #expect(throws: PayloadError.self) { try Payload(encoding: nested(65), as: MessagePack.self) }
        let deep = Payload(bytes: [UInt8](repeating: 0x91, count: 100_000) + [0xc0], codec: MessagePack.self)
        #expect(throws: PayloadError.self) { try Value(decoding: deep) }
    }
}
