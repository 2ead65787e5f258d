import LibWebSockets
import Postern
import Synchronization

/// Whether the gateway takes work; read by every loop.
final class Readiness: Sendable {
    private let leaving = Atomic<Bool>(false)
    private let draining = Atomic<Bool>(false)
    private let isServiceReachable: @Sendable () -> Bool

    /// Takes what answers whether the service behind the gateway can be reached.
    init(isServiceReachable: @escaping @Sendable () -> Bool) { self.isServiceReachable = isServiceReachable }

    /// Whether new calls are refused, because the gateway is stopping.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Says that the gateway will stop: from now on it is not ready, and still serves whoever does not know that yet.
    func announceStop() { leaving.store(true, ordering: .relaxed) }

    /// Whether a request only asks how the gateway is: a check of its health, or `OPTIONS` of it as a whole.
    static func isAsked(by request: HTTPRequestHead) -> Bool {
        if request.equals(request.path, "/livez") || request.equals(request.path, "/readyz") {
            return [.get, .head, .options].contains(request.method)
        }
        return request.method == .options && (request.equals(request.path, "/") || request.equals(request.path, "*"))
    }

    /// Says that the gateway is stopping.
    func beginDrain() { draining.store(true, ordering: .relaxed) }

    /// The answer to `/livez`: the loop turns.
    static let alive = HTTPResponse(.ok, headers: headers, body: Array("ok\n".utf8))

    /// The answer to `/readyz`.
    var response: HTTPResponse {
        if leaving.load(ordering: .relaxed) { return Self.notReady("draining") }
        return isServiceReachable() ? Self.alive : Self.notReady("the service is not reachable")
    }

    private static func notReady(_ reason: String) -> HTTPResponse {
        let headers = Self.headers + [(name: "Retry-After", value: "1")]
        return HTTPResponse(.serviceUnavailable, headers: headers, body: Array("\(reason)\n".utf8))
    }

    private static let headers: [(name: String, value: String)] = [
        ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"),
    ]
}

extension CallError {
    /// What every call is answered while the gateway stops.
    static var stopping: CallError { CallError(.draining, "The server is stopping") }
}
