package import Postern
import Synchronization

/// The number of incidents of one kind and cause.
struct IncidentCount: Encodable, Hashable {
    let kind: String
    let cause: String
    var count: Int
}

/// An observer that counts incidents, and passes them on to another one.
///
/// A program whose doors share one has the incidents of all of them in `rpc.status`.
package final class IncidentCounter: IncidentObserver {
    private struct Key: Hashable {
        let kind: String
        let cause: String
    }

    private let next: any IncidentObserver
    private let numbers = Mutex<[Key: Int]>([:])

    /// The number of causes that are counted apart; text from clients is part of some causes.
    private static let maximumCauses = 256

    /// Creates an observer without incidents.
    package init(_ next: any IncidentObserver) { self.next = next }

    /// Returns an observer itself if it counts, or else one that counts for it.
    static func counting(_ observer: any IncidentObserver) -> IncidentCounter {
        observer as? IncidentCounter ?? IncidentCounter(observer)
    }

    package func observe(_ incident: Incident) {
        numbers.withLock { numbers in
            var key = Key(kind: incident.kind.name, cause: incident.cause)
            if numbers[key] == nil, numbers.count >= Self.maximumCauses { key = Key(kind: key.kind, cause: "others") }
            numbers[key, default: 0] += 1
        }
        next.observe(incident)
    }

    /// The numbers, sorted by kind and cause.
    var counts: [IncidentCount] {
        numbers.withLock { $0 }.map { IncidentCount(kind: $0.key.kind, cause: $0.key.cause, count: $0.value) }
            .sorted { ($0.kind, $0.cause) < ($1.kind, $1.cause) }
    }
}
