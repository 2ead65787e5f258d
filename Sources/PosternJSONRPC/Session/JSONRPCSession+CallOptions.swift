package import Postern

extension JSONRPCSession {
    /// How a call is to be run, and what came along with it.
    package struct CallOptions: Sendable {
        /// Who runs it.
        package var placement: Placement
        /// What answers the call without a task; `nil` when only the dispatcher can.
        package var function: ImmediateMethod?
        /// Whether the client wants to hear of its progress.
        package var wantsProgress = false
        /// The W3C trace context of the caller.
        package var traceparent: String?
        /// The vendors' part of the trace context.
        package var tracestate: String?

        /// The references among the arguments; `nil` for none.
        package var references: ReferenceNumbers?
        /// Whether the method is one of a reference: `$/<handle>/<method>`.
        package var targetsReference = false

        /// Takes who runs the call.
        package init(placement: Placement) { self.placement = placement }

        /// Takes how the dispatcher wants the method to be run.
        package init(_ execution: MethodExecution) {
            switch execution {
            case .concurrent: placement = .concurrent
            case .offloaded(let function): (placement, self.function) = (.concurrent, function)
            case .immediate(let function): (placement, self.function) = (.onEventLoop, function)
            case .onEventLoop: placement = .onEventLoop
            }
        }
    }

    /// Who runs a call.
    package enum Placement: Hashable, Sendable {
        /// The dispatcher, in a task on the event loop.
        case onEventLoop
        /// The dispatcher, in a task on the global executor.
        case concurrent
        /// The gateway itself: the method is one of those it named.
        case gateway
    }

    /// What a client wants to hear of.
    package struct TopicRequest: Sendable {
        /// The name of the topic, as the client wrote it.
        package var topic: String
        /// The id of the subscription, as it stands between quotes in JSON.
        package var subscriptionID: [UInt8]
        /// The place after which the client wants to hear everything.
        package var since: StreamPosition?
    }
}
