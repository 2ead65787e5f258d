@testable import Postern
import Testing

struct SentReferencesTests {
    @Test("A message that is passed on and names no reference is sent without a references frame")
    func nothingNamedIsNothingSent() throws {
        let (near, _) = InProcessTransport.pair(NothingExposed(), NothingExposed())
        var payload = Payload(bytes: [0x91, 1], codec: MessagePack.self)
        payload.attach(ReceivedReferences(from: nil, lent: [], returned: [:]))
        let (bytes, references) = try payload.naming(for: near, asArguments: true)
        #expect(bytes == payload.bytes && references?.numbers == nil)
    }
}
