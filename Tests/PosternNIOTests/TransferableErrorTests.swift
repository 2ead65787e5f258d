import Postern
import PosternNIO
import Testing

/// Errors of applications and their conversion for callers.
@Suite(.timeLimit(.minutes(10)))
struct TransferableErrorTests {
    @Test("An error whose type both ends know arrives with its type", arguments: Wiring.allCases)
    func anErrorArrivesAsItself(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router())
        let missing = await #expect(throws: FileMissing.self) {
            try await raising(Refused.self, FileMissing.self) { try await link.client.call("open", "a.txt") as Int }
        }
        #expect(missing == FileMissing(path: "a.txt", attempts: 3))
        let error = await #expect(throws: CallError.self) { try await link.client.call("open", "a.txt") as Int }
        #expect(error?.message == "No file at a.txt" && error?.typeName == "FileMissing" && error?.executed == .yes)
        #expect(error?.cause(as: Refused.self) == nil)
        await link.close()
    }

    @Test("Of any other error only the name of its type arrives", arguments: Wiring.allCases)
    func ofAnotherErrorOnlyTheNameArrives(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router())
        let error = await #expect(throws: CallError.self) {
            try await raising(FileMissing.self) { try await link.client.call("leak") as Int }
        }
        #expect(error?.typeName == "Secret" && error?.message == "The handler failed")
        #expect(error?.details?.bytes.count ?? 100 < 40)
        await link.close()
    }

    @Test("An error of a handler's own call passes through it unchanged", arguments: Wiring.allCases)
    func anErrorPassesThroughAHandler(wiring: Wiring) async throws {
        let link = try await Link.make(wiring, serving: router(), client: router())
        let missing = await #expect(throws: FileMissing.self) {
            try await raising(FileMissing.self) { try await link.client.call("askBack", "b.txt") as Int }
        }
        #expect(missing?.path == "b.txt")
        await link.close()
    }

    private func router() -> Router {
        let router = Router()
        router.root.register("open", Parameter<String>("path")) { (path: String) throws -> Int in
            throw FileMissing(path: path, attempts: 3)
        }
        router.root.register("leak") { () throws -> Int in throw Secret(password: "a password that stays here") }
        router.root.register("askBack", Parameter<String>("path")) {
            (context: CallContext, path: String) async throws -> Int in
            guard let caller = context.caller else { return 0 }
            return try await caller.call("open", path)
        }
        return router
    }
}

private struct FileMissing: TransferableError, Equatable {
    let path: String
    let attempts: Int
    var message: String { "No file at \(path)" }
}

private struct Refused: TransferableError {
    static let typeName = "not-allowed"
}

private struct Secret: Error {
    let password: String
}
