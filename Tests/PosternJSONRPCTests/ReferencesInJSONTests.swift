import Postern
import PosternJSONRPC
import Testing

struct ReferencesInJSONTests {
    @Test("Check 47: a reference cannot be written as JSON")
    func aReferenceIsNotWrittenAsJSON() {
        let error = #expect(throws: PayloadError.self) { try Payload(encoding: [Callback {}], as: JSON.self) }
        #expect(error?.reason == .notEncodable)
        #expect(error?.message == "[0]: a reference cannot be carried by JSON")
    }

    @Test
    func aReferenceIsNotReadFromJSON() {
        let payload = Payload(bytes: Array("7".utf8), codec: JSON.self)
        let error = #expect(throws: PayloadError.self) { try payload.decode(Reference.self) }
        #expect(error?.message == "a reference cannot be carried by JSON")
    }

    @Test
    func aReferenceIsNotTranscodedToJSON() {
        let bytes: [UInt8] = [0x91, 0xc7, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7]
        let error = #expect(throws: PayloadError.self) {
            try Payload(bytes: bytes, codec: MessagePack.self).transcoded(to: JSON.self)
        }
        #expect(error?.message.contains("a reference") == true)
    }
}
