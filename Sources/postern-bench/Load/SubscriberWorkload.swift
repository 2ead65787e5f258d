import NIOCore
import PosternMeasuring

/// Subscribes to the topic of the benchmark, and measures the age of events on arrival.
final class SubscriberWorkload: Workload {
    private let progress: FanOutProgress
    private let counters: LoadCounters
    private var hasJoined = false
    private static let result = Array("\"result\":".utf8)

    init(_ progress: FanOutProgress, _ counters: LoadCounters) {
        self.progress = progress
        self.counters = counters
    }

    func opened(_ socket: RawWebSocket) {
        let request = #"{"jsonrpc":"2.0","id":1,"method":"rpc.subscribe","params":{"topic":"bench"}}"#
        socket.send(RawWebSocket.frame(request))
    }

    func received(_ message: Span<UInt8>, on socket: RawWebSocket) {
        // The first message is the reply to the subscription.
        guard hasJoined else {
            hasJoined = true
            return progress.subscriberJoined()
        }
        guard let published = message.number(after: Self.result) else { return }
        let now = Int64(NIODeadline.now().uptimeNanoseconds)
        counters.times.record(nanoseconds: now - Int64(published))
        progress.delivered()
    }
}
