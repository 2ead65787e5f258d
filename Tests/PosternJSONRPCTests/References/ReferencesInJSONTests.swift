import Postern
import PosternJSONRPC
import Testing

struct ReferencesInJSONTests {
    @Test("A reference is not written without a connection")
    func aReferenceIsNotWrittenWithoutAConnection() {
        let error = #expect(throws: PayloadError.self) { try Payload(encoding: [Callback {}], as: JSON.self) }
        #expect(error?.reason == .noConnection)
        #expect(error?.message == "[0]: a reference is written outside a connection")
    }

    @Test(arguments: ["7", "{}", "null", #"{"handle":7}"#, #"{"__jsonrpc_marshale\u0064":1,"handle":7}"#])
    func otherObjectsAreNotReadAsReferences(json: String) {
        let payload = Payload(bytes: Array(json.utf8), codec: JSON.self)
        let error = #expect(throws: PayloadError.self) { try payload.decode(Reference.self) }
        #expect(error?.message.hasPrefix("expected a reference") == true)
    }

    @Test
    func aReferenceIsNotReadWithoutAConnection() {
        let payload = Payload(bytes: Array(#"{"__jsonrpc_marshaled":1,"handle":7}"#.utf8), codec: JSON.self)
        let error = #expect(throws: PayloadError.self) { try payload.decode(Reference.self) }
        #expect(error?.reason == .noConnection)
    }

    @Test
    func aReferenceIsNotTranscodedWithoutAConnection() {
        let bytes: [UInt8] = [0x91, 0xc7, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7]
        let error = #expect(throws: PayloadError.self) {
            try Payload(bytes: bytes, codec: MessagePack.self).transcoded(to: JSON.self)
        }
        #expect(error?.message.contains("a reference") == true)
    }

    @Test
    func theMarkerIsAnOrdinaryNameWithoutReferences() throws {
        let json = #"{"__jsonrpc_marshaled":1,"handle":7}"#
        let packed = try Payload(bytes: Array(json.utf8), codec: JSON.self).transcoded(to: MessagePack.self)
        #expect(try packed.transcoded(to: JSON.self).bytes == Array(json.utf8))
    }
}
