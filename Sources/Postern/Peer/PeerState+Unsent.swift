/// Messages written before the hello of the other side, which turn out to be larger than it takes.
extension PeerState {
    /// Takes what they leave behind: the callers that wait, and the references that were counted as sent.
    mutating func takeUnsent() -> (waiters: [Waiter], lent: [UInt64]) {
        guard !overlarge.isEmpty else { return ([], []) }
        let bytes = overlarge
        overlarge = []
        var waiters: [Waiter] = []
        var lent: [UInt64] = []
        var reader = FrameReader()
        while let frame = try? reader.next(in: bytes.span) {
            switch frame {
            case .call(let call): if let waiter = calls.abandon(call.id) { waiters.append(waiter) }
            case .references(let numbers): lent += numbers.lent
            default: break
            }
        }
        return (waiters, lent)
    }
}
