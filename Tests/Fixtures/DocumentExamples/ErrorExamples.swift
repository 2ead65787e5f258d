import Postern

struct FileMissing: TransferableError { let path: String }

/// The Swift of the article about errors.
func errorExamples(peer: Peer, service: Service) async throws {
    do {
        try await peer.call("files/open", "a.txt")
    } catch let error where error.isRetryable && error.executed == .no {
        print("try again: \(error.message)")
    } catch {
        print(error.code, error.name, error.executed)
    }

    service.register("open", "path") { (path: String) throws -> Int in
        guard path.hasPrefix("/public/") else {
            throw CallError(.permissionDenied, "Path \(path) is not below /public")
        }
        throw CallError(.notFound, "There is no file \(path)", name: .notFound)
    }

    do {
        try await raising(FileMissing.self) { try await peer.call("files/open", "a.txt") }
    } catch let missing as FileMissing {
        print(missing.path)
    }
}
