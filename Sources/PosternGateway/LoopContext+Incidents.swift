import LibWebSockets
import Postern
import PosternJSONRPC

/// Reports of refused and disconnected clients and of failed handlers.
extension LoopContext {
    /// Reports a request whose host or origin is not admitted.
    func report(_ verdict: OriginPolicy.Verdict, of request: HTTPRequestHead, from address: String) {
        var fields: [Incident.Field: String] = [.address: address, .host: request.text(request.authority)]
        fields[.origin] = request.origin.map(request.text)
        let cause = verdict == .wrongHost ? "host" : "origin"
        observer.observe(Incident(.clientRefused, cause: cause, fields))
    }

    /// Reports a request that was refused because of its form.
    func report(_ refusal: HTTPRefusal, from address: String) {
        let status = "\(refusal.status.code)"
        let fields: [Incident.Field: String] = [.address: address, .code: status, .error: refusal.reason]
        observer.observe(Incident(.clientRefused, cause: "status \(status)", fields))
    }

    /// Reports a connection that was closed, or not accepted, because of a limit of the server.
    func report(_ rejection: HTTPRejection, from address: String) {
        let kind: Incident.Kind = rejection == .silentForLongest ? .clientCut : .clientRefused
        var fields: [Incident.Field: String] = [.error: rejection.reason]
        if !address.isEmpty { fields[.address] = address }
        observer.observe(Incident(kind, cause: rejection.cause, fields))
    }

    /// Reports a WebSocket that is closed because its client violated the protocol, a limit or a timeout.
    func reportCut(_ socket: WebSocket, code: UInt16, reason: String) {
        guard code != CloseCode.draining.code else { return }
        let fields: [Incident.Field: String] = [.address: socket.remoteAddress, .code: "\(code)", .error: reason]
        observer.observe(Incident(.clientCut, cause: "close \(code)", fields))
    }

    /// Reports an HTTP connection that is closed because it makes this process hold too much memory.
    func reportMemoryCut(of address: String) {
        let fields: [Incident.Field: String] = [.address: address, .error: "too much memory"]
        observer.observe(Incident(.clientCut, cause: "memory", fields))
    }

    /// Reports an HTTP connection that is closed because its client reads a response too slowly.
    func reportSlowReader(at address: String) {
        let fields: [Incident.Field: String] = [.address: address, .error: "slow reader of a response"]
        observer.observe(Incident(.clientCut, cause: "slow reader", fields))
    }

    /// Reports an event stream that ends because its client reads too slowly.
    func reportSlowEventStream(of address: String) {
        let fields: [Incident.Field: String] = [.address: address, .error: "slow reader of an event stream"]
        observer.observe(Incident(.clientCut, cause: "slow event stream", fields))
    }

    /// Reports a call that was refused because of a limit.
    func report(_ limit: CallLimit) { observer.observe(limit.refusal) }

    /// Returns the error of a call in the form for its caller, and reports it if a handler of this process failed.
    func reported(_ error: CallError, at method: String = "") -> CallError {
        error.reported(method: method, to: observer)
    }

    /// Returns the result of a call in the form for its caller, and reports its error if a handler of this process
    /// failed.
    func reported(_ result: Result<Reply, CallError>, at method: String = "") -> Result<Reply, CallError> {
        guard case .failure(let error) = result else { return result }
        return .failure(reported(error, at: method))
    }
}

extension HTTPRejection {
    /// The cause in the log, whose rate of lines is limited.
    fileprivate var cause: String {
        switch self {
        case .tooMany: "too many connections"
        case .tooManyOfOneAddress: "too many connections of one address"
        case .silentForLongest: "silent while others wait"
        case .noDescriptor: "no descriptor left"
        }
    }
}
