import LibWebSockets
import Synchronization

/// Whether the gateway takes work; read by every loop.
final class Readiness: Sendable {
    private let leaving = Atomic<Bool>(false)
    private let draining = Atomic<Bool>(false)

    /// Whether new calls are refused, because the gateway is stopping.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Says that the gateway will stop: from now on it is not ready, and still serves whoever does not know that yet.
    func announceStop() { leaving.store(true, ordering: .relaxed) }

    /// Says that the gateway is stopping.
    func beginDrain() { draining.store(true, ordering: .relaxed) }

    /// The answer to `/livez`: the loop turns.
    static let alive = HTTPResponse(.ok, headers: headers, body: Array("ok\n".utf8))

    /// The answer to `/readyz`.
    var response: HTTPResponse {
        guard leaving.load(ordering: .relaxed) else { return Self.alive }
        let headers = Self.headers + [(name: "Retry-After", value: "1")]
        return HTTPResponse(.serviceUnavailable, headers: headers, body: Array("draining\n".utf8))
    }

    private static let headers: [(name: String, value: String)] = [
        ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"),
    ]
}
