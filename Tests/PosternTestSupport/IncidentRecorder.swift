package import Postern
import Synchronization

/// An observer that records all incidents.
package final class IncidentRecorder: IncidentObserver {
    private let incidents = Mutex<[Incident]>([])

    /// Creates an observer without incidents.
    package init() {}

    /// The incidents in the order of their reports.
    package var all: [Incident] { incidents.withLock { $0 } }

    package func observe(_ incident: Incident) { incidents.withLock { $0.append(incident) } }
}
