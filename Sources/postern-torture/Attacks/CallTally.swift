import PosternMeasuring

/// The numbers of one connection, or of several, in a phase of an overload.
struct CallTally: Sendable {
    /// The number of calls that were sent.
    var offered = 0
    /// The number of results that have come in time, without those of the ramp.
    var results = 0
    /// The times until the answers to calls that were not refused.
    var answers = Histogram()
    /// The times until refusals.
    var refusals = Histogram()
    /// Whether all connections are open.
    var isOpen = true

    mutating func merge(_ other: CallTally) {
        offered += other.offered
        results += other.results
        answers.merge(other.answers)
        refusals.merge(other.refusals)
        isOpen = isOpen && other.isOpen
    }
}
