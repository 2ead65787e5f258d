import LibWebSockets
import Postern
import Synchronization

/// The state that `/readyz` reports, which all loops share.
final class Readiness: Sendable {
    private let stopIsAnnounced = Atomic<Bool>(false)
    private let draining = Atomic<Bool>(false)
    private let isServiceReachable: @Sendable () -> Bool

    /// Creates the state of a gateway that is not stopping.
    ///
    /// - Parameter isServiceReachable: A function that returns whether the service behind the gateway can be reached.
    init(isServiceReachable: @escaping @Sendable () -> Bool) { self.isServiceReachable = isServiceReachable }

    /// Whether new calls are refused because the gateway is stopping.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// Makes `/readyz` fail, although requests are still served.
    func announceStop() { stopIsAnnounced.store(true, ordering: .relaxed) }

    /// Returns whether a request is a health check, or `OPTIONS` of the server as a whole.
    static func isAsked(by request: HTTPRequestHead) -> Bool {
        if request.equals(request.path, "/livez") || request.equals(request.path, "/readyz") {
            return [.get, .head, .options].contains(request.method)
        }
        return request.method == .options && (request.equals(request.path, "/") || request.equals(request.path, "*"))
    }

    /// Makes new calls fail.
    func beginDrain() { draining.store(true, ordering: .relaxed) }

    /// The response to `/livez`: the event loop is running.
    static let alive = HTTPResponse(.ok, headers: headers, body: Array("ok\n".utf8))

    /// The response to `/readyz`.
    var response: HTTPResponse {
        if stopIsAnnounced.load(ordering: .relaxed) { return Self.notReady("draining") }
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
    /// The error of calls that arrive while the gateway stops.
    static var stopping: CallError { CallError(.draining, "The server is stopping") }
}
