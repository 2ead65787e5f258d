package import Postern

extension JSONRPCSession {
    /// The placement of a call, and the extensions of its request.
    package struct CallOptions: Sendable {
        /// Where the call runs.
        package var placement: Placement
        /// The function that computes the result without a task; `nil` if the dispatcher has to.
        package var function: ImmediateMethod?
        /// Whether the client requested progress notifications.
        package var wantsProgress = false
        /// The W3C `traceparent` of the caller.
        package var traceparent: String?
        /// The W3C `tracestate` of the caller.
        package var tracestate: String?

        /// The references among the arguments; `nil` for none.
        package var references: ReferenceNumbers?
        /// Whether the method is a path through a reference: `$/<handle>/<method>`.
        package var targetsReference = false

        /// Creates the options of a call without extensions.
        package init(placement: Placement) { self.placement = placement }

        /// Creates the options for a method, from how its dispatcher wants it to run.
        package init(_ execution: MethodExecution) {
            switch execution {
            case .concurrent: placement = .concurrent
            case .offloaded(let function): (placement, self.function) = (.concurrent, function)
            case .immediate(let function): (placement, self.function) = (.onEventLoop, function)
            case .onEventLoop: placement = .onEventLoop
            }
        }
    }

    /// The place where a call runs.
    package enum Placement: Hashable, Sendable {
        /// In the dispatcher, on the event loop of the session.
        case onEventLoop
        /// In the dispatcher, on the global executor.
        case concurrent
        /// In the gateway, which named the method in its settings.
        case gateway
    }

    /// A request to subscribe to a topic.
    package struct TopicRequest: Sendable {
        /// The name of the topic, as the client wrote it.
        package var topic: String
        /// The id of the subscription, as written between quotes in JSON.
        package var subscriptionID: [UInt8]
        /// The position after which the client requests all events; `nil` for new events only.
        package var since: StreamPosition?
    }
}
