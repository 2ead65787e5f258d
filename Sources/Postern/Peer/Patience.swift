/// How long a caller waits, apart from a deadline that travels with the call.
struct Patience {
    private let end: Moment?
    /// Whether the connection said so, and nobody else.
    let isOfConnection: Bool

    /// Waits as long as it takes.
    static let unlimited = Patience(end: nil, isOfConnection: false)

    private init(end: Moment?, isOfConnection: Bool) {
        self.end = end
        self.isOfConnection = isOfConnection
    }

    /// Waits from now on for a time, or for that of a connection.
    init(_ time: Duration?, orThatOf peer: Peer) {
        let patience = time ?? peer.limits.callTimeout
        self.init(end: patience.map { .now.later(by: $0) }, isOfConnection: time == nil)
    }

    /// When the caller stops waiting.
    func deadline(orEarlier deadline: Moment?) -> Moment? {
        guard let end, let deadline else { return end ?? deadline }
        return min(end, deadline)
    }
}
