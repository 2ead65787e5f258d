/// A call or notification of the other end that waits in the lane of its peer.
final class ServedCallEntry: LaneEntry {
    private let peer: Peer
    private let id: UInt64
    private let call: Call
    private let depth: Int
    let traits: LaneTraits

    init(_ peer: Peer, _ id: UInt64, _ call: Call, depth: Int, isShort: Bool) {
        self.peer = peer
        self.id = id
        self.call = call
        self.depth = depth
        traits = LaneTraits(isNotification: call.isNotification, isShort: isShort)
    }

    func begin() { peer.start(id, call, depth: depth) }
}

extension HandlerLane {
    /// Checks the lane again and again, beside the handlers of a connection.
    @Sendable func checkRepeatedly(on transport: any FrameTransport) {
        transport.run(after: Self.patience) { if self.check() { self.checkRepeatedly(on: transport) } }
    }
}
