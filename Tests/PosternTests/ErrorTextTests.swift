import Foundation
@testable import Postern
import Testing

@Suite struct ErrorTextTests {
    @Test(
        arguments: [
            (CallError(.busy, "Too much at once"), "Too much at once"),
            (PayloadError(.malformed, "no such byte"), "no such byte"),
            (DisconnectReason(.lost, "The connection broke"), "The connection broke"),
            (MountingError.nameTaken("files"), "Another router is mounted under the name files"),
        ] as [(any Error, String)]
    )
    func theLocalizedDescriptionIsTheMessage(error: any Error, text: String) {
        #expect(error.localizedDescription == text)
    }

    @Test(arguments: [
        (Frame.Kind.failure, "an error frame"), (.item, "an item frame"), (.end, "an end frame"),
        (.call, "a call frame"),
    ])
    func aFrameHasTheArticleOfItsName(kind: Frame.Kind, phrase: String) {
        var session = PeerSession()
        let violation = session.violation { $0 += [0, 0, 0, 2, 0x91, kind.rawValue] }
        #expect(violation == "\(phrase) does not have 1 fields")
    }

    @Test func aFunctionInPlaceOfAnObjectIsNamed() async {
        let router = Router()
        router.root.register("take", Parameter<Reference>("object")) { (_: Reference) in }
        let pair = InProcessTransport.pair(NothingExposed(), router)
        // All suites share the threads of this process, so a call may wait longer than by default.
        let error = await #expect(throws: CallError.self) {
            try await pair.first.call("take", Callback {}, timeout: .seconds(300))
        }
        #expect(error?.message.hasSuffix("expected a reference to an object, found one to a function") == true)
        pair.first.close()
    }
}
