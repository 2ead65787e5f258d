public import Postern

extension JSONRPCSession {
    /// What the owner of a session has to do, after it has sent what the session appended to the output.
    ///
    /// Actions are done in their order.
    public enum Action: Sendable {
        /// Run this call, and hand its result to ``JSONRPCSession/finish(_:with:into:actions:)``.
        indirect case start(Call, CallTicket, CallOptions)
        /// Run this function with these arguments on another thread, and hand its result in as that of a call.
        case run(ImmediateMethod, Payload, CallTicket)
        /// Tell the handler of a call that nobody waits for it; its result is still handed in.
        case cancel(CallTicket)
        /// Read this stream, and hand in its items and its end.
        case openSubscription(SubscriptionTicket, ReplyStream)
        /// Stop reading a stream; nothing more is handed in for it.
        case cancelSubscription(SubscriptionTicket)
        /// Find out where the topic stands, hand that to the session, and from there on deliver the topic's events.
        case joinTopic(SubscriptionTicket, CallTicket, TopicRequest)
        /// Stop delivering a topic's events.
        case leaveTopic(SubscriptionTicket, topic: String)
        /// Send one more whole message.
        case send([UInt8])
        /// Close the connection with a code of its own protocol, for a reason to be told.
        case close(code: Int, reason: String)
    }

    /// How a call is to be run, and what came along with it.
    public struct CallOptions: Sendable {
        /// Who runs it.
        public var placement: Placement
        /// What answers the call without a task, on another thread; `nil` when only the dispatcher can.
        public var function: ImmediateMethod?
        /// Whether the client wants to hear of its progress.
        public var wantsProgress = false
        /// The key under which a second call gets the first answer.
        public var idempotencyKey: String?
        /// The W3C trace context of the caller.
        public var traceparent: String?
        /// The vendors' part of the trace context.
        public var tracestate: String?

        /// Takes who runs the call.
        public init(placement: Placement) { self.placement = placement }

        /// Takes how the dispatcher wants the method to be run.
        public init(_ execution: MethodExecution) {
            switch execution {
            case .concurrent: placement = .concurrent
            case .offloaded(let function): (placement, self.function) = (.concurrent, function)
            case .immediate, .onEventLoop: placement = .onEventLoop
            }
        }
    }

    /// Who runs a call.
    public enum Placement: Hashable, Sendable {
        /// The dispatcher, in a task on the event loop.
        case onEventLoop
        /// The dispatcher, in a task on the global executor.
        case concurrent
        /// The gateway itself: the method is one of those it named.
        case gateway
    }

    /// What a client wants to hear of.
    public struct TopicRequest: Sendable {
        /// The name of the topic, as the client wrote it.
        public var topic: String
        /// The id of the subscription, as it stands between quotes in JSON.
        public var subscriptionID: [UInt8]
        /// The place after which the client wants to hear everything.
        public var since: StreamPosition?
        /// The word for what to do when the client reads too slowly.
        public var policy: String?
    }
}
