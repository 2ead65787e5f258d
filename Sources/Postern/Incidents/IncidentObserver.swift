/// Takes reports of incidents.
///
/// The core has no log of its own; `IncidentLog` of the module `PosternLogging` is the observer that writes one.
public protocol IncidentObserver: Sendable {
    /// Takes one report.
    ///
    /// Called on any thread, event loops included: it returns at once, and neither blocks nor calls back.
    func observe(_ incident: Incident)
}
