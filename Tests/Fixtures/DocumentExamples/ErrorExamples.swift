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

    service.register("pay", "amount") { (amount: Int) throws -> Int in
        guard amount <= 100 else {
            let details = try Payload(encoding: ["maximum": 100])
            throw CallError(.init(rawValue: 1001), "The amount is too large", name: .outOfRange, details: details)
        }
        return amount
    }

    do {
        try await raising(FileMissing.self) { try await peer.call("files/open", "a.txt") }
    } catch let missing as FileMissing {
        print(missing.path)
    }
}
