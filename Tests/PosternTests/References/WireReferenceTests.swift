@testable import Postern
import Testing

struct WireReferenceTests {
    @Test
    func aReferenceIsAnExtensionOfNineBytes() throws {
        var bytes: [UInt8] = []
        MessagePack.write(WireReference(isReturned: true, kind: .object, number: 0x0102), into: &bytes)
        #expect(bytes == [0xc7, 9, 1, 3, 0, 0, 0, 0, 0, 0, 1, 2])
        let read = try MessagePack.readReference(bytes.span)
        #expect(read == WireReference(isReturned: true, kind: .object, number: 0x0102))
    }

    @Test(arguments: [[0xc0], [0xd4, 1, 0], [0xc7, 9, 2, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0xc7, 9, 1, 0]] as [[UInt8]])
    func otherValuesAreNoReferences(bytes: [UInt8]) {
        #expect(throws: PayloadError.self) { try MessagePack.readReference(bytes.span) }
        #expect(throws: PayloadError.self) { try MessagePack.decode(Callback.self, from: bytes.span) }
    }

    @Test
    func nestedReferencesAreReplaced() throws {
        var bytes: [UInt8] = [0x93, 0x01, 0x81, 0xa1, 0x61]
        MessagePack.write(WireReference(isReturned: false, kind: .function, number: 5), into: &bytes)
        bytes += [0xa2, 0xc7, 0x09, 0xc0]
        try MessagePack.replaceReferences(in: &bytes) { (reference) throws(PayloadError) in
            #expect(reference == WireReference(isReturned: false, kind: .function, number: 5))
            return WireReference(isReturned: true, kind: .function, number: .max)
        }
        let expected: [UInt8] = [0x93, 0x01, 0x81, 0xa1, 0x61, 0xc7, 9, 1, 1] + [UInt8](repeating: 0xff, count: 8)
        #expect(bytes == expected + [0xa2, 0xc7, 0x09, 0xc0])
    }

    @Test(
        arguments: [
            ("$/1", 1, ""), ("$/18446744073709551615/a/b", UInt64.max, "a/b"), ("$/7/$/8", 7, "$/8"),
        ] as [(String, UInt64, String)]
    )
    func pathsLeadToReferences(path: String, number: UInt64, method: String) {
        let parsed = ReferencePath.parse(path)
        #expect(parsed?.number == number)
        #expect(parsed?.method == method)
        #expect(ReferencePath.text(number, method) == path)
    }

    @Test(arguments: ["$/", "$/-1", "$/+1", "$/01", "$/0x1", "$/1/", "$/18446744073709551616", "$/ 1", "$//1", "$/a"])
    func pathsInAnotherFormAreRejected(path: String) {
        #expect(ReferencePath.parse(path) == nil)
    }

    @Test
    func aReferenceNeedsAConnection() {
        let callback = Callback { (number: Int) in number }
        let error = #expect(throws: PayloadError.self) { try Payload(encoding: [callback], as: MessagePack.self) }
        #expect(error?.reason == .noConnection)
        #expect(error?.message.contains("[0]") == true)
        #expect(callback == callback)
        #expect(callback != Callback { (number: Int) in number })
    }

    @Test
    func referencesToTheSamePlaceAreEqual() {
        let router = Router()
        #expect(Reference(to: router) == Reference(to: router))
        #expect(Reference(to: router) == Reference(to: router.root))
        #expect(Reference(to: router) != Reference(to: router.service("a")))
        #expect(Reference(to: router) != Reference(to: Router()))
        #expect(Reference(to: router) {} != Reference(to: router) {})
    }

    @Test
    func localReferencesAreCalledDirectly() async throws {
        let router = Router()
        router.service("a").register("half", Parameter<Int>("number")) { (number: Int) in number / 2 }
        let half: Int = try await Reference(to: router.service("a")).call("half", 8)
        let sum: Int = try await Callback { (a: Int, b: Int) in a + b }.call(half, 1)
        #expect((half, sum) == (4, 5))
    }

    @Test
    func referencesArePassedWithinAProcess() async throws {
        let router = Router()
        router.root.register("echo", Parameter<Reference>("object")) { (object: Reference) in object }
        router.root.register("apply", Parameter<Callback>("function")) { (function: Callback) async throws -> Int in
            try await function.call(20)
        }
        let local = Reference(to: router)
        let echo: Reference = try await local.call("echo", local)
        #expect(echo == local)
        let sum: Int = try await echo.call("apply", Callback { (number: Int) in number + 1 })
        #expect(sum == 21)
        let (received, signal) = AsyncStream.makeStream(of: Int.self)
        let callback = Callback { (number: Int, _: Callback) in _ = signal.yield(number) }
        for number in 0..<3 { try callback.notify(number, callback) }
        var numbers = received.makeAsyncIterator()
        for number in 0..<3 { #expect(await numbers.next() == number) }
    }
}
