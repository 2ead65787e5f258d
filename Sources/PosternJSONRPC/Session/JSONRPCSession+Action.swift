package import Postern

extension JSONRPCSession {
    /// A step for the owner of a session, performed after the session's output is sent and in the order of the array.
    package enum Action: Sendable {
        /// Run a call and pass its result to ``JSONRPCSession/finish(_:with:into:actions:)``.
        indirect case start(Call, CallTicket, CallOptions)
        /// Run a function on another thread and finish the call with its result.
        case run(ImmediateMethod, Payload, CallTicket)
        /// Finish a call with a result that holds references, once they are exported.
        indirect case finish(CallTicket, Result<Reply, CallError>)
        /// Pass a response of the client to the caller that waits for it.
        indirect case settle(ClientReply)
        /// Pass a progress value of the client to the caller that waits for its response.
        indirect case report(ClientProgress)
        /// Release a reference that the client no longer holds.
        indirect case release(ClientRelease)
        /// Release the references of a message that no handler reads.
        case discard(UnreadReferences)
        /// Cancel the handler of a call; the call is still to be finished with its result.
        case cancel(CallTicket)
        /// Read a stream and pass its items and its end to the session.
        case openSubscription(SubscriptionTicket, ReplyStream)
        /// Stop reading a stream, and pass nothing more of it to the session.
        case cancelSubscription(SubscriptionTicket)
        /// Pass the current position of a topic to the session, then deliver the events after it.
        case joinTopic(SubscriptionTicket, CallTicket, TopicRequest)
        /// Stop delivering a topic's events.
        case leaveTopic(SubscriptionTicket, topic: String)
        /// Send a whole message.
        case send([UInt8])
        /// Send a response, whose text is in pieces because it is large, in place of one in the output.
        ///
        /// It is the first action, and is taken by `takeResponse()` before the others are performed.
        case respond([[UInt8]])
        /// Close the connection with a WebSocket close code and a reason for logs and the close frame.
        case close(code: Int, reason: String)
    }
}

extension [JSONRPCSession.Action] {
    /// Removes and returns the pieces of a large response; none if there is no such response.
    package mutating func takeResponse() -> [[UInt8]] {
        guard case .respond(let pieces)? = first else { return [] }
        removeFirst()
        return pieces
    }
}
