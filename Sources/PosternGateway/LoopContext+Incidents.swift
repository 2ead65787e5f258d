import LibWebSockets
import Postern

/// What the doors report of clients.
extension LoopContext {
    /// Reports a request whose host or origin is not allowed.
    func report(_ verdict: OriginPolicy.Verdict, of request: HTTPRequestHead, from address: String) {
        var fields: [Incident.Field: String] = [.address: address, .host: request.text(request.authority)]
        fields[.origin] = request.origin.map(request.text)
        let cause = verdict == .wrongHost ? "host" : "origin"
        observer.observe(Incident(.clientRefused, cause: cause, fields))
    }
}
