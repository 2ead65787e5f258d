package import Postern

extension JSONRPCSession {
    /// What the owner of a session has to do, after it has sent what the session appended to the output.
    ///
    /// Actions are done in their order.
    package enum Action: Sendable {
        /// Run this call, and hand its result to ``JSONRPCSession/finish(_:with:into:actions:)``.
        indirect case start(Call, CallTicket, CallOptions)
        /// Run this function with these arguments on another thread, and hand its result in as that of a call.
        case run(ImmediateMethod, Payload, CallTicket)
        /// Hand this result in as that of a call.
        indirect case finish(CallTicket, Result<Reply, CallError>)
        /// Give this to whoever waits for the answer of the client.
        indirect case settle(ClientReply)
        /// Deliver this progress value to the caller that waits for the answer of the client.
        indirect case report(ClientProgress)
        /// Take back a reference that the client has released.
        indirect case release(ClientRelease)
        /// Give back the references of a message that is not read.
        case discard(UnreadReferences)
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
}
