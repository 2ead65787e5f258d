import LibWebSockets
import Postern
import PosternJSONRPC
import PosternLedger

/// The form in which the events of one topic are sent to clients.
struct EventWriter: Sendable {
    /// The path of the topic.
    let topic: String
    /// The maximum size of the value of an event in JSON, in bytes.
    let maximumBytes: Int
    /// The ledger that counts the events during their delivery.
    let ledger: MemoryLedger
    /// The observer that receives the events which cannot be sent, as incidents.
    let observer: any IncidentObserver

    /// Returns the notification of an event; `nil` if its value is too large or cannot be written as JSON.
    ///
    /// A large value is written on another thread, so that the clients of the loop are served meanwhile.
    func notification(of item: StreamItem, epoch: String) async -> TopicEvent? {
        guard item.payload.isWorthPreparing else { return event(item, epoch) }
        return await FairWorkers.shared.run(for: ObjectIdentifier(Self.self)) { event(item, epoch) } ?? nil
    }

    private func event(_ item: StreamItem, _ epoch: String) -> TopicEvent? {
        do throws(PayloadError) {
            return try TopicEvent(item, epoch: epoch, atMost: maximumBytes)
        } catch {
            observer.observe(.unsentEvent(of: topic, error))
            return nil
        }
    }
}

extension Incident {
    fileprivate static func unsentEvent(of topic: String, _ error: PayloadError) -> Incident {
        Incident(.notificationDropped, cause: "event cannot be sent", [.method: topic, .error: error.message])
    }
}
